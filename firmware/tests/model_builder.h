// Writes small .tflite models, field by field.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace builder {

using Blob = std::vector<uint8_t>;

struct TensorSpec {
  std::vector<int32_t> shape;
  uint8_t type = 9;  // INT8
  std::vector<float> scales = {1.0f};
  std::vector<int64_t> zero_points = {0};
  Blob data;  // constant contents
};

struct OpSpec {
  int32_t code = 0;
  std::vector<int32_t> inputs;
  std::vector<int32_t> outputs;
  int32_t pool_height = 0;  // Pool2DOptions when not 0
  int32_t pool_width = 0;
  bool old_code_only = false;  // as before schema 3a
};

struct ModelSpec {
  uint32_t version = 3;
  std::string identifier = "TFL3";
  std::vector<TensorSpec> tensors;
  std::vector<OpSpec> ops;
  std::vector<int32_t> inputs;
  std::vector<int32_t> outputs;
};

// Parents are written before what they refer to, as offsets point forward.
class FlatWriter {
 public:
  struct Field {
    uint16_t id;
    uint16_t bytes;
  };

  Blob& data() { return data_; }

  // Writes a vtable and a table with these fields, zeroed. Returns the positions
  // of the table and then of its fields.
  std::vector<size_t> Table(const std::vector<Field>& fields) {
    Align(8);
    uint16_t slots = 0;
    for (const Field& field : fields) slots = std::max<uint16_t>(slots, field.id + 1);
    const size_t vtable = data_.size();
    const auto vtable_bytes = static_cast<uint16_t>(4 + 2 * slots);
    data_.resize(vtable + vtable_bytes);
    Align(8);
    const size_t table = data_.size();
    Put<int32_t>(static_cast<int32_t>(table - vtable));
    std::vector<size_t> positions = {table};
    for (const Field& field : fields) {
      Align(field.bytes);
      const auto offset = static_cast<uint16_t>(data_.size() - table);
      std::memcpy(&data_[vtable + 4 + 2 * field.id], &offset, sizeof offset);
      positions.push_back(data_.size());
      data_.resize(data_.size() + field.bytes);
    }
    const auto table_bytes = static_cast<uint16_t>(data_.size() - table);
    std::memcpy(&data_[vtable], &vtable_bytes, sizeof vtable_bytes);
    std::memcpy(&data_[vtable + 2], &table_bytes, sizeof table_bytes);
    return positions;
  }

  template <typename T>
  void Set(size_t position, T value) {
    std::memcpy(&data_[position], &value, sizeof value);
  }

  void ReferTo(size_t position, size_t target) {
    Set(position, static_cast<uint32_t>(target - position));
  }

  template <typename T>
  void Vector(size_t from, const std::vector<T>& values) {
    Align(8);
    data_.resize(data_.size() + 4);  // the elements start at a multiple of 8
    ReferToEnd(from);
    Put<uint32_t>(static_cast<uint32_t>(values.size()));
    for (const T& value : values) Put(value);
  }

  // A vector of `count` references; returns their positions.
  std::vector<size_t> References(size_t from, size_t count) {
    Align(4);
    ReferToEnd(from);
    Put<uint32_t>(static_cast<uint32_t>(count));
    std::vector<size_t> positions;
    for (size_t i = 0; i < count; ++i) {
      positions.push_back(data_.size());
      Put<uint32_t>(0);
    }
    return positions;
  }

 private:
  void ReferToEnd(size_t position) {
    Set(position, static_cast<uint32_t>(data_.size() - position));
  }

  void Align(size_t bytes) {
    while (data_.size() % bytes != 0) data_.push_back(0);
  }
  template <typename T>
  void Put(T value) {
    data_.resize(data_.size() + sizeof value);
    std::memcpy(&data_[data_.size() - sizeof value], &value, sizeof value);
  }

  Blob data_;
};

// The .tflite bytes of `spec`. Every tensor has its own buffer; every operator
// its own operator code.
inline Blob Build(const ModelSpec& spec) {
  FlatWriter out;
  out.data().resize(8);
  std::memcpy(&out.data()[4], spec.identifier.data(), 4);
  const auto model = out.Table({{0, 4}, {1, 4}, {2, 4}, {4, 4}});
  out.ReferTo(0, model[0]);
  out.Set(model[1], spec.version);

  const auto codes = out.References(model[2], spec.ops.size());
  for (size_t i = 0; i < spec.ops.size(); ++i) {
    const OpSpec& op = spec.ops[i];
    const auto code = out.Table({{0, 1}, {3, 4}});
    out.ReferTo(codes[i], code[0]);
    out.Set(code[1], static_cast<int8_t>(op.code < 127 ? op.code : 127));
    out.Set(code[2], op.old_code_only ? 0 : op.code);
  }

  const auto subgraphs = out.References(model[3], 1);
  const auto subgraph = out.Table({{0, 4}, {1, 4}, {2, 4}, {3, 4}});
  out.ReferTo(subgraphs[0], subgraph[0]);
  out.Vector(subgraph[2], spec.inputs);
  out.Vector(subgraph[3], spec.outputs);

  const auto tensors = out.References(subgraph[1], spec.tensors.size());
  for (size_t i = 0; i < spec.tensors.size(); ++i) {
    const TensorSpec& from = spec.tensors[i];
    const auto tensor = out.Table({{0, 4}, {1, 1}, {2, 4}, {4, 4}});
    out.ReferTo(tensors[i], tensor[0]);
    out.Set(tensor[2], from.type);
    out.Set(tensor[3], static_cast<uint32_t>(i + 1));
    out.Vector(tensor[1], from.shape);
    const auto quantization = out.Table({{2, 4}, {3, 4}});
    out.ReferTo(tensor[4], quantization[0]);
    out.Vector(quantization[1], from.scales);
    out.Vector(quantization[2], from.zero_points);
  }

  const auto ops = out.References(subgraph[4], spec.ops.size());
  for (size_t i = 0; i < spec.ops.size(); ++i) {
    const OpSpec& from = spec.ops[i];
    const auto op = out.Table({{0, 4}, {1, 4}, {2, 4}, {3, 1}, {4, 4}});
    out.ReferTo(ops[i], op[0]);
    out.Set(op[1], static_cast<uint32_t>(i));
    out.Vector(op[2], from.inputs);
    out.Vector(op[3], from.outputs);
    const auto options = out.Table({{3, 4}, {4, 4}});
    out.ReferTo(op[5], options[0]);
    if (from.pool_height == 0) continue;
    out.Set(op[4], uint8_t{5});  // Pool2DOptions
    out.Set(options[1], from.pool_width);
    out.Set(options[2], from.pool_height);
  }

  // Buffer 0 is the empty one, as in every model.
  const auto buffers = out.References(model[4], spec.tensors.size() + 1);
  for (size_t i = 0; i < buffers.size(); ++i) {
    const bool constant = i > 0 && !spec.tensors[i - 1].data.empty();
    const auto buffer = constant ? out.Table({{0, 4}}) : out.Table({});
    out.ReferTo(buffers[i], buffer[0]);
    if (constant) out.Vector(buffer[1], spec.tensors[i - 1].data);
  }
  return out.data();
}

// Tensors of SmallModel().
enum : int32_t { kInput, kFeatures, kAxes, kPooled, kFilter, kLogits, kScore };

inline constexpr int32_t kRows = 2, kColumns = 3, kChannels = 4, kClasses = 3;
inline constexpr int32_t kHeight = 64, kWidth = 96;

// int8 [1, 64, 96, 1] -> CONV_2D -> features [1, 2, 3, 4] -> MEAN ->
// FULLY_CONNECTED -> SOFTMAX -> score [1, 3]. Outputs: features, score.
// Filter row c, channel k is 10 c + k.
inline ModelSpec SmallModel() {
  ModelSpec spec;
  spec.tensors.resize(7);
  spec.tensors[kInput] = {{1, kHeight, kWidth, 1}, 9, {1.0f / 128}, {0}, {}};
  spec.tensors[kFeatures] = {{1, kRows, kColumns, kChannels}, 9, {0.05f}, {-128}, {}};
  spec.tensors[kAxes] = {{2}, 2, {}, {}, {1, 0, 0, 0, 2, 0, 0, 0}};
  spec.tensors[kPooled] = {{1, kChannels}, 9, {0.05f}, {-128}, {}};
  Blob filter;
  for (uint8_t c = 0; c < kClasses; ++c) {
    for (uint8_t k = 0; k < kChannels; ++k) filter.push_back(static_cast<uint8_t>(10 * c + k));
  }
  spec.tensors[kFilter] = {{kClasses, kChannels}, 9, {0.01f}, {0}, filter};
  spec.tensors[kLogits] = {{1, kClasses}, 9, {0.1f}, {3}, {}};
  spec.tensors[kScore] = {{1, kClasses}, 9, {1.0f / 256}, {-128}, {}};
  spec.ops = {{3, {kInput}, {kFeatures}},
              {40, {kFeatures, kAxes}, {kPooled}},
              {9, {kPooled, kFilter}, {kLogits}},
              {25, {kLogits}, {kScore}}};
  spec.inputs = {kInput};
  spec.outputs = {kFeatures, kScore};
  return spec;
}

}  // namespace builder
