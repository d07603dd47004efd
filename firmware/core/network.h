// The model partition and what the firmware knows of the model in it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bytes.h"
#include "classifier.h"
#include "engine.h"
#include "limits.h"
#include "messages.h"
#include "preprocess.h"
#include "status.h"
#include "tflite.h"

namespace camhil {

inline constexpr size_t kModelHeaderBytes = 64;
inline constexpr ImageSize kFrameSize = {kFrameColumns, kFrameRows};

class Model {
 public:
  // Reads header and model of the partition's content and prepares the engine.
  // On a failure, status() says why and the model cannot be run. The partition
  // has to stay where it is.
  void Load(Bytes partition, Engine& engine);

  const Status& status() const { return status_; }
  // The fields below are what was read before a failure, zero after it.
  const uint8_t* sha256() const { return sha256_; }
  uint8_t positive_class() const { return header_.positive_class; }
  uint8_t threshold() const { return header_.threshold; }
  const Classifier& classifier() const { return classifier_; }
  const ArenaUse& arena() const { return arena_; }
  const Tensor* tensors() const { return tensors_; }
  size_t tensor_count() const { return tensor_count_; }
  uint32_t input_bytes() const { return tensor_count_ > 0 ? tensors_[0].data_bytes : 0; }
  // Of the input, in pixels.
  ImageSize input_size() const { return {tensors_[0].shape[2], tensors_[0].shape[1]}; }
  // A camera's frame can be made into the input.
  bool takes_frames() const;
  uint8_t output_count() const { return output_count_; }
  uint16_t op_count() const { return op_count_; }
  const uint16_t* op_codes() const { return op_codes_; }

 private:
  Status ReadHeader(Bytes partition, Bytes* tflite);
  Status ReadGraph(Bytes tflite);
  Status ReadInput(const ModelGraph& graph);
  void AddTensor(const ModelTensor& tensor, TensorRole role, Maybe<uint8_t> output);
  void AddOutputs(const ModelGraph& graph);

  Status status_;
  ModelHeader header_ = {};
  uint8_t sha256_[kSha256Bytes] = {};
  Classifier classifier_;
  ArenaUse arena_;
  Tensor tensors_[kMaxModelTensors];
  size_t tensor_count_ = 0;
  uint8_t output_count_ = 0;
  uint16_t op_count_ = 0;
  uint16_t op_codes_[kMaxOps] = {};
};

}  // namespace camhil
