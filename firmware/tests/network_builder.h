// Makes model partitions for the tests, without the firmware's codec.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cbor.h"

namespace builder {

using cbor::Blob;

inline constexpr uint8_t kFloat32 = 0;  // TFLite's TensorType
inline constexpr uint8_t kInt32 = 2;
inline constexpr uint8_t kUint8 = 3;
inline constexpr uint8_t kInt16 = 7;
inline constexpr uint8_t kInt8 = 9;

inline constexpr size_t kHeaderBytes = 4096;

// CRC-32 bit by bit.
inline uint32_t Crc(const Blob& bytes) {
  uint32_t crc = 0xFFFFFFFF;
  for (const uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320 : 0);
  }
  return ~crc;
}

struct TensorSpec {
  uint8_t type;
  std::vector<uint32_t> shape;
  uint32_t size;
};

inline cbor::Value Encoded(const TensorSpec& tensor) {
  std::vector<cbor::Value> shape;
  for (const uint32_t extent : tensor.shape) shape.push_back(cbor::Uint(extent));
  constexpr uint32_t kHalf = 0x3F000000;
  return cbor::Array({cbor::Text("t"),
                      cbor::Uint(tensor.type),
                      cbor::Array(shape),
                      {cbor::Type::kFloat, kHalf, {}, {}},
                      cbor::Uint(0),
                      cbor::Uint(tensor.size)});
}

struct ImageSpec {
  uint32_t rows;
  uint32_t columns;
  std::vector<Blob> tables;
};

// The table of an input whose zero is the pixel 128.
inline Blob Centred() {
  Blob table(256);
  for (size_t pixel = 0; pixel < 256; ++pixel) table[pixel] = static_cast<uint8_t>(pixel + 128);
  return table;
}

struct HeadSpec {
  uint32_t score_output = 1;
  uint32_t features_output = 0;
  uint32_t classes = 3;
  uint32_t positive_class = 1;
  uint32_t threshold = 60;
  uint32_t rows = 2;
  uint32_t columns = 3;
  uint32_t channels = 4;
  uint32_t weights = 40;
};

inline constexpr uint32_t kHeight = 64;
inline constexpr uint32_t kWidth = 96;
inline constexpr size_t kInputBytes = kHeight * kWidth;
inline constexpr size_t kChannels = 4;
inline constexpr size_t kFeatureBytes = 2 * 3 * kChannels;

// A .tflite as far as the firmware looks at it; the weights are 10, 11, 12, 13.
inline Blob SmallModel() {
  Blob model(100, 7);
  const std::string identifier = "TFL3";
  for (size_t i = 0; i < 4; ++i) model[4 + i] = static_cast<uint8_t>(identifier[i]);
  for (size_t i = 0; i < kChannels; ++i) model[40 + i] = static_cast<uint8_t>(10 + i);
  return model;
}

// A classifier of gray images: features, then scores. Its second operator has two outputs.
struct NetworkSpec {
  Blob model = SmallModel();
  uint64_t version = 2;
  uint32_t ops = 4;
  uint32_t op_outputs = 5;
  bool stateful = false;
  std::vector<TensorSpec> inputs = {{kInt8, {1, kHeight, kWidth, 1}, kInputBytes}};
  std::vector<TensorSpec> outputs = {{kInt8, {1, 2, 3, 4}, kFeatureBytes}, {kInt8, {1, 3}, 3}};
  bool has_image = true;
  ImageSpec image = {kHeight, kWidth, {Centred()}};
  bool has_head = true;
  HeadSpec head;
};

inline NetworkSpec SmallNetwork() {
  return {};
}

// Without picture and head.
inline NetworkSpec PlainNetwork(std::vector<TensorSpec> inputs, std::vector<TensorSpec> outputs) {
  NetworkSpec spec;
  spec.inputs = inputs;
  spec.outputs = outputs;
  spec.has_image = false;
  spec.has_head = false;
  return spec;
}

// The CBOR of the header.
inline Blob Contract(const NetworkSpec& spec) {
  using cbor::Uint;
  std::vector<cbor::Value> inputs, outputs, tables;
  for (const TensorSpec& tensor : spec.inputs) inputs.push_back(Encoded(tensor));
  for (const TensorSpec& tensor : spec.outputs) outputs.push_back(Encoded(tensor));
  for (const Blob& table : spec.image.tables) tables.push_back(cbor::Bytes(table));
  cbor::Value image, head;
  if (spec.has_image) {
    image = cbor::Array({Uint(spec.image.rows), Uint(spec.image.columns), cbor::Array(tables)});
  }
  if (spec.has_head) {
    const HeadSpec& from = spec.head;
    head = cbor::Array({Uint(from.score_output),
                        Uint(from.features_output),
                        Uint(from.classes),
                        Uint(from.positive_class),
                        Uint(from.threshold),
                        Uint(from.rows),
                        Uint(from.columns),
                        Uint(from.channels),
                        Uint(from.weights),
                        Uint(0),
                        {cbor::Type::kNegative, 127, {}, {}}});  // -128
  }
  return cbor::Encode(cbor::Array(
      {cbor::Text("camhil-network"), Uint(spec.version), Uint(spec.model.size()),
       Uint(Crc(spec.model)), cbor::Bytes(Blob(32, 0xAB)), Uint(spec.ops), Uint(spec.op_outputs),
       cbor::Bool(spec.stateful), cbor::Array(inputs), cbor::Array(outputs), image, head}));
}

// A header with its CRC, of any content.
inline Blob Sealed(Blob contract) {
  contract.resize(kHeaderBytes - 4, 0xFF);
  const uint32_t crc = Crc(contract);
  for (int i = 0; i < 4; ++i) contract.push_back(static_cast<uint8_t>(crc >> (8 * i)));
  return contract;
}

inline Blob Partition(const NetworkSpec& spec) {
  Blob partition = Sealed(Contract(spec));
  partition.insert(partition.end(), spec.model.begin(), spec.model.end());
  partition.resize(partition.size() + 100, 0xFF);
  return partition;
}

}  // namespace builder
