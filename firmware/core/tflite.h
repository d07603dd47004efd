// A view of a .tflite model (tensorflow/compiler/mlir/lite/schema/schema.fbs,
// version 3): the parts that finding the classifier needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "flatbuffer.h"
#include "status.h"

namespace camhil {

// BuiltinOperator and TensorType of the schema.
namespace builtin {
inline constexpr uint16_t kAveragePool2d = 1;
inline constexpr uint16_t kConv2d = 3;
inline constexpr uint16_t kFullyConnected = 9;
inline constexpr uint16_t kReshape = 22;
inline constexpr uint16_t kSoftmax = 25;
inline constexpr uint16_t kMean = 40;
}  // namespace builtin
inline constexpr uint8_t kTypeInt32 = 2;
inline constexpr uint8_t kTypeInt8 = 9;

class ModelTensor {
 public:
  ModelTensor() = default;
  ModelTensor(FlatTable model, FlatTable tensor);

  uint8_t type() const { return type_; }
  uint32_t rank() const { return shape_.size(); }
  // Extent of dimension `axis`, 0 where there is none or it is not positive.
  uint32_t Dim(uint32_t axis) const;
  // Product of the extents; 0 when it does not fit 32 bits.
  uint32_t ElementCount() const;
  // Bytes of its contents; 0 when they do not fit 32 bits or have no fixed size.
  uint32_t ByteCount() const;
  // True for the shape {dims...}.
  bool HasShape(std::initializer_list<uint32_t> dims) const;
  // The constant contents, empty for a computed tensor.
  Bytes data() const { return data_; }

  uint32_t scale_count() const { return scales_.size(); }
  uint32_t zero_point_count() const { return zero_points_.size(); }
  uint32_t ScaleBits(uint32_t index) const { return scales_.Uint32(index); }
  int64_t ZeroPoint(uint32_t index) const { return zero_points_.Int64(index); }

 private:
  uint8_t type_ = 0;
  FlatVector shape_;
  FlatVector scales_;
  FlatVector zero_points_;
  Bytes data_;
};

// Filter and padding of AVERAGE_POOL_2D.
struct PoolFilter {
  int32_t height;
  int32_t width;
};

class ModelOp {
 public:
  ModelOp() = default;
  ModelOp(FlatTable model, FlatTable op);

  // BuiltinOperator code.
  uint16_t code() const { return code_; }
  uint32_t input_count() const { return inputs_.size(); }
  uint32_t output_count() const { return outputs_.size(); }
  // Tensor numbers; -1 for an optional input that is left out, or no such one.
  int32_t Input(uint32_t index) const { return index < inputs_.size() ? inputs_.Int32(index) : -1; }
  int32_t Output(uint32_t index) const {
    return index < outputs_.size() ? outputs_.Int32(index) : -1;
  }
  // {0, 0} when the operator has no pooling options.
  PoolFilter pool_filter() const;

 private:
  uint16_t code_ = 0;
  FlatVector inputs_;
  FlatVector outputs_;
  FlatTable op_;
};

// The first subgraph of a model.
class ModelGraph {
 public:
  // Fails with kModelFormat when `bytes` is no model with a subgraph.
  static Status Open(Bytes bytes, ModelGraph* graph);

  uint32_t op_count() const { return ops_.size(); }
  ModelOp Op(uint32_t index) const { return {model_, ops_.Table(index)}; }
  uint32_t tensor_count() const { return tensors_.size(); }
  // An absent tensor (type 0, rank 0) for a number that does not exist.
  ModelTensor TensorAt(int32_t number) const;

  uint32_t input_count() const { return inputs_.size(); }
  uint32_t output_count() const { return outputs_.size(); }
  int32_t InputTensor(uint32_t index) const { return inputs_.Int32(index); }
  int32_t OutputTensor(uint32_t index) const { return outputs_.Int32(index); }

 private:
  FlatTable model_;
  FlatVector ops_;
  FlatVector tensors_;
  FlatVector inputs_;
  FlatVector outputs_;
};

}  // namespace camhil
