#include "host_engine.h"

#include "messages.h"
#include "tflite.h"

namespace camhil {
namespace {

constexpr uint32_t kMaxOutputBytes = 16 << 20;

// The codes that are an engine's to give.
bool MayReport(int32_t code) {
  const auto is = [code](ErrorCode own) { return code == static_cast<int32_t>(own); };
  return is(ErrorCode::kModelFormat) || is(ErrorCode::kModelOp) || is(ErrorCode::kArenaTooSmall) ||
         is(ErrorCode::kEngine);
}

// Detail and message of an engine's function.
struct Report {
  int64_t detail[2] = {};
  char message[kMaxErrorText + 1] = {};

  Status ToStatus(int32_t code) {
    if (code == 0) return {};
    message[kMaxErrorText] = '\0';
    const char* const text = message[0] != '\0' ? message : "the engine failed";
    if (!MayReport(code)) return Failure(ErrorCode::kEngine, code, detail[0], text);
    return Failure(static_cast<ErrorCode>(code), detail[0], detail[1], text);
  }
};

void ForwardOp(void* sink, uint16_t op, const uint8_t* output, uint32_t output_bytes, int64_t us) {
  constexpr int64_t kUnknownCycles = -1;
  static_cast<OpSink*>(sink)->OnOp(op, {output, output_bytes}, us, kUnknownCycles);
}

}  // namespace

Status HostEngine::Load(Bytes model, ArenaUse* arena) {
  Report report;
  arena->reserved_bytes = config_.arena_bytes;
  const camhil_host_engine& engine = config_.engine;
  const int32_t code =
      engine.load(engine.context, model.data, static_cast<uint32_t>(model.size),
                  &arena->reserved_bytes, &arena->used_bytes, report.detail, report.message);
  if (code != 0) return report.ToStatus(code);

  ModelGraph graph;
  const Status status = ModelGraph::Open(model, &graph);
  if (!status.ok()) return status;
  for (uint32_t i = 0; i < graph.output_count() && i < UINT8_MAX; ++i) {
    const uint32_t bytes = graph.TensorAt(graph.OutputTensor(i)).ByteCount();
    if (bytes > kMaxOutputBytes) {
      return Failure(ErrorCode::kModelFormat, kMaxOutputBytes, bytes, "output ", i, " of ", bytes,
                     " bytes is too large");
    }
    outputs_.emplace_back(bytes);
  }
  return {};
}

Status HostEngine::Invoke(Bytes input, OpSink* sink) {
  const uint64_t start_us = port_.NowUs();
  Report report;
  const camhil_host_engine& engine = config_.engine;
  int32_t code =
      engine.invoke(engine.context, AsInt8(input.data), static_cast<uint32_t>(input.size),
                    sink != nullptr ? ForwardOp : nullptr, sink, report.detail, report.message);
  for (size_t i = 0; code == 0 && i < outputs_.size(); ++i) {
    code = engine.output(engine.context, static_cast<uint8_t>(i), outputs_[i].data(),
                         static_cast<uint32_t>(outputs_[i].size()));
  }
  port_.WaitUntil(start_us, config_.stretch_invoke_us);
  return report.ToStatus(code);
}

Bytes HostEngine::Output(uint8_t index) const {
  if (index >= outputs_.size()) return {};
  return {AsUint8(outputs_[index].data()), outputs_[index].size()};
}

}  // namespace camhil
