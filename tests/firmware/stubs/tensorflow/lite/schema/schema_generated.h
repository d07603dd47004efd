#pragma once
#include <stddef.h>
#include <stdint.h>
namespace flatbuffers {
// Elements are numbers, or pointers to tables.
template <typename T>
class Vector {
 public:
  class Iterator {
   public:
    T operator*() const;
    Iterator& operator++();
    bool operator!=(const Iterator& other) const;
  };
  uint32_t size() const;
  T Get(uint32_t index) const;
  Iterator begin() const;
  Iterator end() const;
};
class Verifier {
 public:
  Verifier(const uint8_t* bytes, size_t size);
};
}  // namespace flatbuffers
namespace tflite {
enum BuiltinOperator : int32_t { BuiltinOperator_CONV_2D = 3, BuiltinOperator_CUSTOM = 32 };
const char* EnumNameBuiltinOperator(BuiltinOperator op);
struct OperatorCode;
struct Buffer;
struct Tensor {
  uint32_t buffer() const;
};
struct Operator {
  uint32_t opcode_index() const;
  const flatbuffers::Vector<int32_t>* intermediates() const;
  const flatbuffers::Vector<int32_t>* inputs() const;
  const flatbuffers::Vector<int32_t>* outputs() const;
};
struct SubGraph {
  const flatbuffers::Vector<const Tensor*>* tensors() const;
  const flatbuffers::Vector<const Operator*>* operators() const;
  const flatbuffers::Vector<int32_t>* inputs() const;
  const flatbuffers::Vector<int32_t>* outputs() const;
};
struct Model {
  const flatbuffers::Vector<const Buffer*>* buffers() const;
  uint32_t version() const;
  const flatbuffers::Vector<const OperatorCode*>* operator_codes() const;
  const flatbuffers::Vector<const SubGraph*>* subgraphs() const;
};
const Model* GetModel(const void* bytes);
bool VerifyModelBuffer(flatbuffers::Verifier& verifier);
}  // namespace tflite
