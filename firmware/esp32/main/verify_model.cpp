// Compiled for size (CMakeLists.txt): the schema has more than a hundred tables.
#include "verify_model.h"

namespace camhil {
namespace {

constexpr int32_t kNoTensor = -1;

template <typename T>
bool HasAny(const flatbuffers::Vector<T>* vector) {
  return vector != nullptr && vector->size() > 0;
}

bool AreTensors(const flatbuffers::Vector<int32_t>* indexes, uint32_t count, int32_t lowest) {
  if (indexes == nullptr) return true;
  for (const int32_t index : *indexes) {
    if (index < lowest || index >= static_cast<int32_t>(count)) return false;
  }
  return true;
}

bool IsConsistent(const tflite::Model& model, const tflite::SubGraph& graph) {
  if (graph.inputs() == nullptr || graph.outputs() == nullptr || !HasAny(graph.tensors())) {
    return false;
  }
  const uint32_t tensors = graph.tensors()->size();
  if (!AreTensors(graph.inputs(), tensors, 0) || !AreTensors(graph.outputs(), tensors, 0)) {
    return false;
  }
  for (const tflite::Tensor* const tensor : *graph.tensors()) {
    if (tensor->buffer() >= model.buffers()->size()) return false;
  }
  if (graph.operators() == nullptr) return true;
  for (const tflite::Operator* const op : *graph.operators()) {
    if (op->opcode_index() >= model.operator_codes()->size()) return false;
    if (!AreTensors(op->inputs(), tensors, kNoTensor)) return false;
    if (!AreTensors(op->outputs(), tensors, kNoTensor)) return false;
    if (!AreTensors(op->intermediates(), tensors, kNoTensor)) return false;
  }
  return true;
}

}  // namespace

const tflite::Model* VerifyModel(Bytes bytes) {
  flatbuffers::Verifier verifier(bytes.data, bytes.size);
  if (!tflite::VerifyModelBuffer(verifier)) return nullptr;
  const tflite::Model* const model = tflite::GetModel(bytes.data);
  if (!HasAny(model->subgraphs()) || !HasAny(model->buffers()) ||
      !HasAny(model->operator_codes())) {
    return nullptr;
  }
  for (const tflite::SubGraph* const graph : *model->subgraphs()) {
    if (!IsConsistent(*model, *graph)) return nullptr;
  }
  return model;
}

}  // namespace camhil
