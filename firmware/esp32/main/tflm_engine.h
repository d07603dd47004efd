// TensorFlow Lite Micro as the firmware's engine, with ESP-NN's kernels.
#pragma once

#include <tensorflow/lite/micro/micro_interpreter.h>
#include <tensorflow/lite/micro/micro_mutable_op_resolver.h>
#include <tensorflow/lite/micro/micro_profiler_interface.h>
#include <tensorflow/lite/schema/schema_generated.h>

#include "boot_record.h"
#include "engine.h"
#include "generated/op_resolver.h"

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

// Reports every operator to a sink when it ends, before the arena is used again.
// TensorFlow Lite Micro sends one event for each operator, in execution order.
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
  int64_t start_us_ = 0;
  uint32_t start_cycles_ = 0;
};

class TflmEngine final : public Engine {
 public:
  static constexpr size_t kArenaAlignment = 16;

  // `arena` is aligned to that; all arguments outlive the engine.
  TflmEngine(uint8_t* arena, size_t arena_bytes, const BootRecord& boot);

  const char* name() const override;
  bool times_ops() const override { return true; }
  Status Load(Bytes model, ArenaUse* arena) override;
  Status Invoke(Bytes input, OpSink* sink) override;
  Bytes Output(uint8_t index) const override;

 private:
  using Resolver = tflite::MicroMutableOpResolver<kOpCount>;

  Status Prepare(const tflite::Model& model, ArenaUse* arena);
  Status CheckOps(const tflite::Model& model) const;
  Status ExplainAllocation(const tflite::Model& model);

  uint8_t* const arena_;
  const size_t arena_bytes_;
  const BootRecord& boot_;
  Resolver resolver_;
  OpReporter reporter_;
  const tflite::SubGraph* graph_ = nullptr;
  Interpreter* interpreter_ = nullptr;
  alignas(Interpreter) uint8_t interpreter_memory_[sizeof(Interpreter)];
};

}  // namespace camhil
