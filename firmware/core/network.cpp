#include "model.h"

#include "crc32.h"
#include "sha256.h"

namespace camhil {
namespace {

constexpr uint8_t kErased = 0xFF;

bool IsErased(Bytes bytes) {
  for (size_t i = 0; i < bytes.size; ++i) {
    if (bytes.data[i] != kErased) return false;
  }
  return true;
}

}  // namespace

void Model::Load(Bytes partition, Engine& engine) {
  Bytes tflite;
  status_ = ReadHeader(partition, &tflite);
  if (!status_.ok()) return;
  Sha256(tflite.data, tflite.size, sha256_);
  status_ = ReadGraph(tflite);
  if (!status_.ok()) return;
  status_ = engine.Load(tflite, &arena_);
}

bool Model::takes_frames() const {
  constexpr uint32_t kGray = 1;
  return status_.ok() && tensors_[0].shape[3] == kGray && CanPreprocess(kFrameSize, input_size());
}

Status Model::ReadHeader(Bytes partition, Bytes* tflite) {
  const Bytes header = partition.Part(0, kModelHeaderBytes);
  if (IsErased(header)) return Failure(ErrorCode::kNoModel, 0, 0, "model partition is empty");
  if (header.size < kModelHeaderBytes || !DecodeModelHeader(header, &header_)) {
    return Failure(ErrorCode::kModelHeader, 0, 0, "model partition has no valid header");
  }
  const size_t room = partition.size - kModelHeaderBytes;
  if (header_.model_bytes > room) {
    return Failure(ErrorCode::kModelHeader, static_cast<int64_t>(room), header_.model_bytes,
                   "model of ", header_.model_bytes, " bytes does not fit its partition");
  }
  *tflite = {partition.data + kModelHeaderBytes, header_.model_bytes};
  const uint32_t crc = Crc32(tflite->data, tflite->size);
  if (crc != header_.model_crc) {
    return Failure(ErrorCode::kModelCrc, header_.model_crc, crc, "model is damaged: wrong CRC-32");
  }
  return {};
}

Status Model::ReadGraph(Bytes tflite) {
  ModelGraph graph;
  Status status = ModelGraph::Open(tflite, &graph);
  if (!status.ok()) return status;
  if (graph.op_count() > kMaxOps) {
    return Failure(ErrorCode::kModelFormat, kMaxOps, graph.op_count(), "model has ",
                   graph.op_count(), " operators, at most ", uint32_t{kMaxOps}, " are supported");
  }
  status = ReadInput(graph);
  if (!status.ok()) return status;
  status = FindClassifier(graph, header_.positive_class, &classifier_);
  if (!status.ok()) return status;
  AddOutputs(graph);
  op_count_ = static_cast<uint16_t>(graph.op_count());
  for (uint16_t i = 0; i < op_count_; ++i) op_codes_[i] = graph.Op(i).code();
  return {};
}

Status Model::ReadInput(const ModelGraph& graph) {
  if (graph.input_count() != 1) {
    return Failure(ErrorCode::kModelInput, 1, graph.input_count(), "model has not one input");
  }
  const ModelTensor input = graph.TensorAt(graph.InputTensor(0));
  const uint32_t bytes = input.ElementCount();
  if (input.type() != kTypeInt8 || input.rank() != 4 || input.Dim(0) != 1 || bytes == 0) {
    return Failure(ErrorCode::kModelInput, kTypeInt8, input.type(),
                   "input is not int8 [1, height, width, channels]");
  }
  if (bytes > kMaxInputBytes || input.Dim(1) > UINT16_MAX || input.Dim(2) > UINT16_MAX) {
    return Failure(ErrorCode::kModelInput, kMaxInputBytes, bytes, "input of ", bytes,
                   " bytes, at most ", uint32_t{kMaxInputBytes}, " are supported");
  }
  AddTensor(input, TensorRole::kInput, {});
  return {};
}

// Score and features come first, so that they are listed whatever else there is.
void Model::AddOutputs(const ModelGraph& graph) {
  const uint32_t outputs = graph.output_count() < UINT8_MAX ? graph.output_count() : UINT8_MAX;
  output_count_ = static_cast<uint8_t>(outputs);
  const auto add = [&](uint8_t output, TensorRole role) {
    AddTensor(graph.TensorAt(graph.OutputTensor(output)), role, {true, output});
  };
  add(classifier_.score_output, TensorRole::kScore);
  add(classifier_.features_output, TensorRole::kFeatures);
  for (uint8_t i = 0; i < output_count_; ++i) {
    if (i == classifier_.score_output || i == classifier_.features_output) continue;
    add(i, TensorRole::kOther);
  }
}

void Model::AddTensor(const ModelTensor& tensor, TensorRole role, Maybe<uint8_t> output) {
  if (tensor_count_ == kMaxModelTensors || tensor.rank() == 0 || tensor.rank() > kMaxRank) return;
  Tensor& to = tensors_[tensor_count_++];
  to.role = role;
  to.output = output;
  to.type = tensor.type();
  to.rank = static_cast<uint8_t>(tensor.rank());
  for (uint32_t axis = 0; axis < tensor.rank(); ++axis) to.shape[axis] = tensor.Dim(axis);
  to.scale_bits = tensor.ScaleBits(0);
  to.zero_point = static_cast<int32_t>(tensor.ZeroPoint(0));
  to.data_bytes = tensor.ByteCount();
}

}  // namespace camhil
