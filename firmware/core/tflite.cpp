#include "tflite.h"

namespace camhil {
namespace {

// Field numbers: positions in the schema's tables.
namespace model_field {
constexpr uint32_t kVersion = 0, kOperatorCodes = 1, kSubgraphs = 2, kBuffers = 4;
}
namespace code_field {
constexpr uint32_t kDeprecatedBuiltinCode = 0, kBuiltinCode = 3;
}
namespace subgraph_field {
constexpr uint32_t kTensors = 0, kInputs = 1, kOutputs = 2, kOperators = 3;
}
namespace tensor_field {
constexpr uint32_t kShape = 0, kType = 1, kBuffer = 2, kQuantization = 4;
}
namespace quantization_field {
constexpr uint32_t kScale = 2, kZeroPoint = 3;
}
namespace op_field {
constexpr uint32_t kOpcodeIndex = 0, kInputs = 1, kOutputs = 2, kOptionsType = 3, kOptions = 4;
}
namespace buffer_field {
constexpr uint32_t kData = 0;
}
namespace pool_field {
constexpr uint32_t kFilterWidth = 3, kFilterHeight = 4;
}

constexpr uint32_t kSchemaVersion = 3;
constexpr size_t kIdentifierAt = 4;
constexpr char kIdentifier[] = {'T', 'F', 'L', '3'};
constexpr uint8_t kPool2dOptions = 5;  // BuiltinOptions of the schema
constexpr uint32_t kOffset = 4;        // bytes of a table reference
constexpr int32_t kMaxBuiltinCode = 0xFFFF;

// Bytes of one element of a TensorType, 0 for strings, packed and unknown ones.
constexpr uint8_t kTypeBytes[] = {
    4, 2, 4, 1,  8, 0, 1, 2,  // FLOAT32 FLOAT16 INT32 UINT8 INT64 STRING BOOL INT16
    8, 1, 8, 16, 8, 0, 0, 4,  // COMPLEX64 INT8 FLOAT64 COMPLEX128 UINT64 RESOURCE VARIANT UINT32
    2                         // UINT16
};

// Models before schema 3a have only the one-byte code; later ones set it to
// 127 where the code does not fit (GetBuiltinCode of schema_utils.cc).
uint16_t BuiltinCode(FlatTable operator_code) {
  const auto old = static_cast<int8_t>(operator_code.Uint8(code_field::kDeprecatedBuiltinCode));
  const int32_t code = operator_code.Int32(code_field::kBuiltinCode);
  const int32_t larger = code > old ? code : old;
  return static_cast<uint16_t>(larger < 0 || larger > kMaxBuiltinCode ? kMaxBuiltinCode : larger);
}

}  // namespace

ModelTensor::ModelTensor(FlatTable model, FlatTable tensor) {
  if (!tensor.present()) return;
  type_ = tensor.Uint8(tensor_field::kType);
  shape_ = tensor.Vector(tensor_field::kShape, sizeof(int32_t));
  const FlatTable quantization = tensor.Table(tensor_field::kQuantization);
  scales_ = quantization.Vector(quantization_field::kScale, sizeof(float));
  zero_points_ = quantization.Vector(quantization_field::kZeroPoint, sizeof(int64_t));
  const FlatVector buffers = model.Vector(model_field::kBuffers, kOffset);
  const FlatTable buffer = buffers.Table(tensor.Uint32(tensor_field::kBuffer));
  data_ = buffer.Vector(buffer_field::kData, 1).bytes();
}

uint32_t ModelTensor::Dim(uint32_t axis) const {
  const int32_t extent = shape_.Int32(axis);
  return extent > 0 ? static_cast<uint32_t>(extent) : 0;
}

uint32_t ModelTensor::ElementCount() const {
  uint64_t count = rank() > 0 ? 1 : 0;
  for (uint32_t axis = 0; axis < rank(); ++axis) {
    count *= Dim(axis);
    if (count > UINT32_MAX) return 0;
  }
  return static_cast<uint32_t>(count);
}

uint32_t ModelTensor::ByteCount() const {
  if (type_ >= sizeof kTypeBytes) return 0;
  const uint64_t bytes = uint64_t{ElementCount()} * kTypeBytes[type_];
  return bytes <= UINT32_MAX ? static_cast<uint32_t>(bytes) : 0;
}

bool ModelTensor::HasShape(std::initializer_list<uint32_t> dims) const {
  if (rank() != dims.size()) return false;
  uint32_t axis = 0;
  for (const uint32_t dim : dims) {
    if (Dim(axis++) != dim) return false;
  }
  return true;
}

ModelOp::ModelOp(FlatTable model, FlatTable op) : op_(op) {
  const FlatVector codes = model.Vector(model_field::kOperatorCodes, kOffset);
  const FlatTable code = codes.Table(op.Uint32(op_field::kOpcodeIndex));
  code_ = code.present() && op.present() ? BuiltinCode(code) : uint16_t{kMaxBuiltinCode};
  inputs_ = op.Vector(op_field::kInputs, sizeof(int32_t));
  outputs_ = op.Vector(op_field::kOutputs, sizeof(int32_t));
}

PoolFilter ModelOp::pool_filter() const {
  if (op_.Uint8(op_field::kOptionsType) != kPool2dOptions) return {0, 0};
  const FlatTable options = op_.Table(op_field::kOptions);
  return {options.Int32(pool_field::kFilterHeight), options.Int32(pool_field::kFilterWidth)};
}

Status ModelGraph::Open(Bytes bytes, ModelGraph* graph) {
  const auto refuse = [](const char* why) { return Failure(ErrorCode::kModelFormat, 0, 0, why); };
  if (bytes.size < kIdentifierAt + sizeof kIdentifier ||
      std::memcmp(bytes.data + kIdentifierAt, kIdentifier, sizeof kIdentifier) != 0) {
    return refuse("no TFLite model: identifier TFL3 missing");
  }
  const FlatTable model = FlatTable::Root(bytes);
  if (model.Uint32(model_field::kVersion) != kSchemaVersion) {
    return refuse("TFLite schema version is not 3");
  }
  const FlatTable subgraph = model.Vector(model_field::kSubgraphs, kOffset).Table(0);
  if (!subgraph.present()) return refuse("model without a subgraph");
  graph->model_ = model;
  graph->tensors_ = subgraph.Vector(subgraph_field::kTensors, kOffset);
  graph->ops_ = subgraph.Vector(subgraph_field::kOperators, kOffset);
  graph->inputs_ = subgraph.Vector(subgraph_field::kInputs, sizeof(int32_t));
  graph->outputs_ = subgraph.Vector(subgraph_field::kOutputs, sizeof(int32_t));
  if (graph->op_count() == 0 || graph->tensor_count() == 0)
    return refuse("subgraph without operators");
  return {};
}

ModelTensor ModelGraph::TensorAt(int32_t number) const {
  if (number < 0) return {};
  return {model_, tensors_.Table(static_cast<uint32_t>(number))};
}

}  // namespace camhil
