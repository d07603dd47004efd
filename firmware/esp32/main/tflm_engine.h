// TensorFlow Lite Micro as the firmware's engine, with ESP-NN's kernels.
#pragma once

#include <tensorflow/lite/micro/micro_interpreter.h>
#include <tensorflow/lite/micro/micro_mutable_op_resolver.h>
#include <tensorflow/lite/micro/micro_profiler_interface.h>
#include <tensorflow/lite/micro/micro_resource_variable.h>
#include <tensorflow/lite/schema/schema_generated.h>

#include "boot_record.h"
#include "engine.h"
#include "op_resolver.h"

namespace camhil {

// Gives access to tensors while they are alive in the arena. The public GetTensor
// refuses unless all tensors are preserved, which needs a larger arena.
class Interpreter final : public tflite::MicroInterpreter {
 public:
  using MicroInterpreter::MicroInterpreter;
  const TfLiteEvalTensor* EvalTensor(int tensor) const {
    return context().GetEvalTensor(&context(), tensor);
  }
};

// Finds the kernels that this build has, and remembers the first that it lacks.
class OpFinder final : public tflite::MicroOpResolver {
 public:
  TfLiteStatus Start() { return AddOps(&resolver_); }

  const TFLMRegistration* FindOp(tflite::BuiltinOperator op) const override {
    return Noted(resolver_.FindOp(op), op);
  }
  const TFLMRegistration* FindOp(const char* custom) const override {
    return Noted(resolver_.FindOp(custom), tflite::BuiltinOperator_CUSTOM);
  }
  tflite::TfLiteBridgeBuiltinParseFunction GetOpDataParser(
      tflite::BuiltinOperator op) const override {
    return resolver_.GetOpDataParser(op);
  }

  bool lacks_op() const { return lacks_op_; }
  tflite::BuiltinOperator lacking() const { return lacking_; }

 private:
  const TFLMRegistration* Noted(const TFLMRegistration* found, tflite::BuiltinOperator op) const {
    if (found == nullptr && !lacks_op_) {
      lacks_op_ = true;
      lacking_ = op;
    }
    return found;
  }

  tflite::MicroMutableOpResolver<kOpCount> resolver_;
  mutable bool lacks_op_ = false;
  mutable tflite::BuiltinOperator lacking_ = tflite::BuiltinOperator_CUSTOM;
};

// Reports every operator's outputs to a sink when it ends, before the arena is used again.
// TensorFlow Lite Micro sends one event for each operator, in execution order; those of a
// subgraph come within the operator that runs it, and are not reported.
class OpReporter final : public tflite::MicroProfilerInterface {
 public:
  void Begin(const Interpreter* interpreter, const tflite::SubGraph* graph, OpSink* sink);
  void End() { sink_ = nullptr; }

  uint32_t BeginEvent(const char* tag) override;
  void EndEvent(uint32_t event) override;

 private:
  void Report(uint32_t op, int64_t us, int64_t cycles);

  const Interpreter* interpreter_ = nullptr;
  const tflite::SubGraph* graph_ = nullptr;
  OpSink* sink_ = nullptr;
  uint32_t next_op_ = 0;
  uint32_t depth_ = 0;
  int64_t start_us_ = 0;
  uint32_t start_cycles_ = 0;
};

class TflmEngine final : public Engine {
 public:
  static constexpr size_t kArenaAlignment = 16;

  // `arena` is aligned to that; all arguments outlive the engine.
  TflmEngine(uint8_t* arena, size_t arena_bytes, const BootRecord& boot);

  const char* name() const override;
  const char* kernels() const override;
  bool times_ops() const override { return true; }
  Status Load(Bytes model, ArenaUse* arena) override;
  Status SetInput(uint8_t index, Bytes data) override;
  Status ResetState() override;
  Status Invoke(OpSink* sink) override;
  Bytes Output(uint8_t index) const override;

 private:
  Status Prepare(Bytes bytes, ArenaUse* arena);
  Status ExplainAllocation(const tflite::Model& model);
  TfLiteStatus MakeAnew();

  uint8_t* const arena_;
  const size_t arena_bytes_;
  const BootRecord& boot_;
  OpFinder ops_;
  OpReporter reporter_;
  const tflite::Model* model_ = nullptr;
  Interpreter* interpreter_ = nullptr;
  alignas(Interpreter) uint8_t interpreter_memory_[sizeof(Interpreter)];
};

}  // namespace camhil
