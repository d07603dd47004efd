#include "host_engine.h"

#include "messages.h"

namespace camhil {
namespace {

constexpr uint32_t kMaxOutputBytes = 256 << 20;

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

// Where an operator's outputs go, and how many cycles its microseconds are.
struct Sink {
  OpSink* to;
  uint32_t cycles_per_us;
};

void ForwardOp(void* sink, uint16_t op, uint8_t output, const uint8_t* data, uint32_t bytes,
               int64_t us) {
  const Sink& own = *static_cast<Sink*>(sink);
  const bool known = us >= 0 && own.cycles_per_us > 0;
  own.to->OnOp(op, output, {data, bytes}, known ? us : -1, known ? us * own.cycles_per_us : -1);
}

}  // namespace

const char* HostEngine::kernels() const {
  return config_.engine.kernels != nullptr ? config_.engine.kernels : "";
}

Status HostEngine::Load(Bytes model, ArenaUse* arena) {
  Report report;
  uint32_t output_bytes[CAMHIL_HOST_MAX_OUTPUTS] = {};
  arena->reserved_bytes = config_.arena_bytes;
  const camhil_host_engine& engine = config_.engine;
  const int32_t code = engine.load(engine.context, model.data, static_cast<uint32_t>(model.size),
                                   &arena->reserved_bytes, &arena->used_bytes, output_bytes,
                                   report.detail, report.message);
  if (code != 0) return report.ToStatus(code);
  for (const uint32_t bytes : output_bytes) {
    if (bytes > kMaxOutputBytes) {
      return Failure(ErrorCode::kModelFormat, kMaxOutputBytes, bytes, "output of ", bytes,
                     " bytes is too large");
    }
    outputs_.emplace_back(bytes);
  }
  sample_.reserve(config_.max_sample_bytes);
  return {};
}

Status HostEngine::SetInput(uint8_t index, Bytes data) {
  if (index == 0) sample_.clear();
  sample_.insert(sample_.end(), data.data, data.data + data.size);
  return {};
}

Status HostEngine::ResetState() {
  reset_state_ = true;
  return {};
}

Status HostEngine::Invoke(OpSink* sink) {
  Sink forward = {sink, machine_.cycles_per_us()};
  const uint64_t start_us = machine_.NowUs();
  Report report;
  const camhil_host_engine& engine = config_.engine;
  int32_t code = engine.invoke(
      engine.context, sample_.data(), static_cast<uint32_t>(sample_.size()), reset_state_ ? 1 : 0,
      sink != nullptr ? ForwardOp : nullptr, &forward, report.detail, report.message);
  reset_state_ = false;
  for (size_t i = 0; code == 0 && i < outputs_.size(); ++i) {
    if (outputs_[i].empty()) continue;
    code = engine.output(engine.context, static_cast<uint8_t>(i), outputs_[i].data(),
                         static_cast<uint32_t>(outputs_[i].size()));
  }
  machine_.WaitUntil(start_us, config_.stretch_invoke_us);
  return report.ToStatus(code);
}

Bytes HostEngine::Output(uint8_t index) const {
  if (index >= outputs_.size()) return {};
  return {outputs_[index].data(), outputs_[index].size()};
}

}  // namespace camhil
