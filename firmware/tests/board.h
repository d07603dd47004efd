// A board on the test bench: the firmware with a machine, a line and an engine that the
// test controls. Requests and replies are plain CBOR (cbor.h).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app.h"
#include "cbor.h"
#include "network_builder.h"

namespace bench {

using camhil::Bytes;
using cbor::Blob;

// First number of a request and of a reply, as in hil/wire/protocol.cddl.
namespace request {
enum : uint64_t {
  kHello = 1,
  kGetContract = 2,
  kEcho = 3,
  kUpload = 4,
  kChunk = 5,
  kInfer = 6,
  kReadTensor = 7,
  kGetTrace = 8,
  kGetMemory = 9,
  kSetBaud = 10,
  kReboot = 11,
  kCommitBaud = 12,
  kGetFrame = 14,
  kLoadNetwork = 15,
  kSelfTest = 16
};
}
namespace reply {
enum : uint64_t {
  kError = 0,
  kIdentity = 1,
  kContractPage = 2,
  kEchoed = 3,
  kUploading = 4,
  kChunkAck = 5,
  kResult = 6,
  kTensorData = 7,
  kTracePage = 8,
  kMemoryReport = 9,
  kBaudAck = 10,
  kRebootAck = 11,
  kBaudCommitted = 12,
  kAccepted = 13,
  kOpData = 17,
  kLinkNotice = 18
};
}

// Fields of a result, of its head, of the identity.
namespace field {
enum { kBootId = 2, kCrc, kOutputs, kHead, kTimes, kCycles, kFinished, kCount };
enum { kThreshold = 0, kLocation, kCam };
}  // namespace field
namespace id {
enum {
  kProtocol = 2,
  kBootId,
  kTarget,
  kVersion,
  kBuildId,
  kAppSha,
  kModelSha,
  kModelState,
  kModelMessage,
  kNetworkSource,
  kContractCrc,
  kContractBytes,
  kEngine,
  kKernels,
  kImageSource,
  kResetReason,
  kBootCount,
  kCapabilities,
  kChunkBytes,
  kWindowChunks,
  kMaxFrameBytes,
  kMaxSampleBytes,
  kBaud,
  kBaudFallbackMs,
  kIdleMs,
  kArenaBytes,
  kFrame,
  kExtensions,
  kFields
};
}

class FakeMachine final : public camhil::Machine {
 public:
  FakeMachine();
  const camhil::AppInfo& app() const override { return info; }
  uint64_t NowUs() override { return now_us; }
  uint32_t Cycles() override { return cycles += 1000; }
  uint32_t cycles_per_us() const override { return mega_hertz; }
  void Lock(camhil::Mutex mutex) override;
  void Unlock(camhil::Mutex mutex) override;
  void Notify(camhil::Event event) override { ++notified[static_cast<size_t>(event)]; }
  bool Wait(camhil::Event event, uint32_t timeout_ms) override;
  void FeedWatchdog() override { ++fed; }
  void ReportMemory(camhil::MemoryReport* report) override;
  bool CanReset(camhil::RebootTarget target) const override {
    return target == camhil::RebootTarget::kApp || has_loader_request;
  }
  void Reset(camhil::RebootTarget target) override { resets.push_back(target); }
  void ShowDetection(bool present) override;
  bool locked() const { return is_locked[0] || is_locked[1]; }

  camhil::AppInfo info;
  uint64_t now_us = 5'000'000;
  uint32_t mega_hertz = 0;
  uint32_t cycles = 0xFFFFFF00;
  bool is_locked[camhil::kMutexes] = {};
  int notified[camhil::kEvents] = {};
  int waited[camhil::kEvents] = {};
  int fed = 0;
  std::function<void()> on_wait_for_room;
  bool ended = false;
  bool has_loader_request = true;
  std::vector<camhil::RebootTarget> resets;
  std::vector<bool> shown;  // detections
};

class FakeLine final : public camhil::Line {
 public:
  explicit FakeLine(FakeMachine& machine) : machine_(machine) {}
  int32_t Read(uint8_t* data, size_t size, uint32_t timeout_ms) override;
  int32_t Write(Bytes bytes, uint32_t timeout_ms) override;
  bool Flush(uint32_t timeout_ms) override;
  void SetBaud(uint32_t baud) override;
  bool can_set_baud() const override { return takes_rates; }
  uint32_t baud() const override { return current_baud; }
  uint32_t overruns() const override { return overrun_count; }

  Blob to_read;
  Blob written;
  size_t most_at_once = 1000;  // bytes that a Write takes
  int busy_writes = 0;         // those that take none
  int busy_flushes = 0;        // those that time out
  size_t flushed_at = 0;
  std::vector<size_t> baud_changed_at;  // bytes written before each change
  uint32_t current_baud = 115200;
  bool takes_rates = true;
  uint32_t overrun_count = 0;
  bool gone = false;

 private:
  FakeMachine& machine_;
};

struct OpReport {
  uint16_t op;
  uint8_t output;
  Blob data;
};

class FakeEngine final : public camhil::Engine {
 public:
  explicit FakeEngine(FakeMachine& machine) : machine_(machine) {}
  const char* name() const override { return "fake 1.0"; }
  const char* kernels() const override { return "none"; }
  bool times_ops() const override { return true; }
  camhil::Status Load(Bytes model, camhil::ArenaUse* arena) override;
  camhil::Status SetInput(uint8_t index, Bytes data) override;
  camhil::Status ResetState() override;
  camhil::Status Invoke(camhil::OpSink* sink) override;
  Bytes Output(uint8_t index) const override;

  camhil::Status load_status;
  camhil::Status invoke_status;
  std::vector<OpReport> op_reports;
  std::vector<Blob> outputs;
  std::function<void()> during_invoke;
  uint64_t invoke_us = 2500;
  std::vector<Blob> inputs;  // of the last run
  int invocations = 0;
  int resets = 0;
  int loads = 0;

 private:
  FakeMachine& machine_;
};

class FakeCamera final : public camhil::FrameSource {
 public:
  explicit FakeCamera(FakeMachine& machine) : machine_(machine) {}
  camhil::Status Capture(camhil::FrameFormat format, Bytes* frame) override;
  void Release() override;
  void Restart() override;

  camhil::Status status;
  Blob frame;  // empty: gray 200 in the format that is asked for
  camhil::FrameFormat format = camhil::FrameFormat::kGray8;
  int captures = 0;
  int restarts = 0;
  int held = 0;  // captured and not yet released

 private:
  FakeMachine& machine_;
};

// The room that a build gives.
struct Room {
  uint32_t sample_bytes = 20000;
  uint16_t trace_entries = 200;
  uint16_t map_cells = 256;
};

class Board {
 public:
  explicit Board(const builder::NetworkSpec& spec = builder::SmallNetwork(),
                 bool with_camera = false, Room room = {});
  // With any content of the partition; the engine has no outputs then.
  explicit Board(const Blob& partition, int32_t flash_status = 0);

  // Sends [seq, kind, fields...] as a frame.
  void Send(uint32_t seq, uint64_t kind, std::vector<cbor::Value> fields = {});
  void SendRaw(const Blob& bytes);
  // Lets the transmit task send all that is queued; or keeps it from running.
  void Pump();
  bool pumps = true;
  void Tick();

  // Replies since the last call; text between frames is kept in `console`.
  std::vector<cbor::Value> Replies();
  // The only reply since the last call; fails the test when there is another number.
  cbor::Value Reply();
  // Sends and returns the only reply.
  cbor::Value Ask(uint32_t seq, uint64_t kind, std::vector<cbor::Value> fields = {});
  cbor::Value Hello() { return Ask(1, request::kHello, {cbor::Uint(2), cbor::Uint(2)}); }

  // Uploads a whole sample and checks every answer.
  uint32_t UploadSample(const Blob& sample, uint32_t seq);
  cbor::Value AskUpload(uint32_t seq, const Blob& sample, bool resume = false, uint64_t stage = 0);
  cbor::Value AskChunk(uint32_t seq, const Blob& sample, size_t index);
  cbor::Value AskInfer(uint32_t seq, uint32_t crc, bool map_always = false, bool trace = false,
                       cbor::Value threshold = cbor::Nil(), cbor::Value capture = cbor::Nil(),
                       bool reset_state = false);
  // Uploads a sample, runs it and returns the result.
  cbor::Value RunSample(const Blob& sample, uint32_t seq, bool map_always = false,
                        bool trace = false, cbor::Value threshold = cbor::Nil(),
                        bool reset_state = false);
  // One step of the inference task, and all that it sent.
  uint32_t RunNext();
  const Blob& last_input() const { return engine.inputs.at(0); }

  FakeMachine machine;
  FakeLine line{machine};
  FakeEngine engine{machine};
  FakeCamera camera{machine};
  std::string console;
  std::unique_ptr<camhil::App> app;

 private:
  void Start(const Blob& partition, bool with_camera, const Room& room, int32_t flash_status);

  Blob partition_;
  Blob samples_[camhil::kSampleBuffers];
  std::vector<camhil::TraceEntry> trace_;
  std::vector<int32_t> maps_;
};

// The frame of a message, made without the firmware's encoder.
Blob Frame(const Blob& message);
uint32_t Crc(const Blob& bytes);
// A sample for the small network, different for every seed.
Blob Sample(uint8_t seed);

// An output of an operator, to capture.
cbor::Value OpOutput(uint64_t op, uint64_t output);

// The error code of an error reply, or -1.
int64_t ErrorOf(const cbor::Value& reply);
bool Is(const cbor::Value& reply, uint32_t seq, uint64_t kind);

}  // namespace bench
