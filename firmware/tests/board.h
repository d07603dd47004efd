// A board on the test bench: the firmware with a port and an engine that the
// test controls. Requests and replies are plain CBOR (cbor.h).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app.h"
#include "cbor.h"
#include "model_builder.h"

namespace bench {

using camhil::Bytes;
using cbor::Blob;

// First number of a request and of a reply, as in hil/wire/protocol.cddl.
namespace request {
enum : uint64_t {
  kHello = 1,
  kGetOps,
  kEcho,
  kUpload,
  kChunk,
  kInfer,
  kReadOutput,
  kGetTrace,
  kGetMemory,
  kSetBaud,
  kReboot
};
}
namespace reply {
enum : uint64_t {
  kError,
  kIdentity,
  kOpPage,
  kEchoed,
  kUploading,
  kChunkAck,
  kResult,
  kOutputData,
  kTracePage,
  kMemoryReport,
  kBaudAck,
  kRebootAck,
  kAccepted,
  kOpData,
  kLinkNotice
};
}

// Fields of a result.
namespace field {
enum { kCrc = 2, kScores, kThreshold, kLocation, kCam, kTimes, kCycles, kFinished, kCount };
}

class FakePort final : public camhil::Port {
 public:
  FakePort();
  const camhil::AppInfo& app() const override { return info; }
  uint64_t NowUs() override { return now_us; }
  bool has_cycles() const override { return cycles_known; }
  uint32_t Cycles() override { return cycles += 1000; }
  int32_t Read(uint8_t* data, size_t size, uint32_t timeout_ms) override;
  void Write(Bytes bytes) override;
  void Flush() override { flushed_at = written.size(); }
  uint32_t baud() const override { return current_baud; }
  void SetBaud(uint32_t baud) override;
  bool CanReset(camhil::RebootTarget target) const override {
    return target == camhil::RebootTarget::kApp || has_loader_request;
  }
  void Reset(camhil::RebootTarget target) override { resets.push_back(target); }
  void ReportMemory(camhil::MemoryReport* report) override;
  void Lock() override;
  void Unlock() override;
  void NotifyWork() override { ++notified; }
  bool WaitForWork() override { return false; }
  void ShowDetection(bool present) override;

  camhil::AppInfo info = {};
  uint64_t now_us = 5'000'000;
  bool cycles_known = false;
  uint32_t cycles = 0xFFFFFF00;
  Blob to_read;
  Blob written;
  size_t flushed_at = 0;
  std::vector<size_t> baud_changed_at;  // bytes written before each change
  uint32_t current_baud = 115200;
  bool has_loader_request = true;
  std::vector<camhil::RebootTarget> resets;
  int notified = 0;
  std::vector<bool> shown;  // detections
  bool locked = false;
};

class FakeEngine final : public camhil::Engine {
 public:
  explicit FakeEngine(FakePort& port) : port_(port) {}
  const char* name() const override { return "fake 1.0"; }
  bool times_ops() const override { return true; }
  camhil::Status Load(Bytes model, camhil::ArenaUse* arena) override;
  camhil::Status Invoke(Bytes input, camhil::OpSink* sink) override;
  Bytes Output(uint8_t index) const override;

  camhil::Status load_status;
  camhil::Status invoke_status;
  std::vector<Blob> op_outputs;
  std::vector<uint16_t> op_numbers = {};  // as reported; empty: in order
  std::vector<Blob> outputs;              // features, score
  std::function<void()> during_invoke;
  Blob last_input;
  int invocations = 0;
  int loads = 0;

 private:
  FakePort& port_;
};

class FakeCamera final : public camhil::FrameSource {
 public:
  explicit FakeCamera(FakePort& port) : port_(port) {}
  camhil::Status Capture(Bytes* frame) override;
  void Release() override;

  camhil::Status status;
  Blob frame = Blob(camhil::kFrameBytes, 200);
  int captures = 0;
  int held = 0;  // captured and not yet released

 private:
  FakePort& port_;
};

// The partition's content for a model.
Blob Partition(const Blob& tflite, uint8_t positive_class = 1, uint8_t threshold = 60);

class Board {
 public:
  explicit Board(const Blob& partition, bool with_camera = false);
  Board() : Board(Partition(builder::Build(builder::SmallModel()))) {}

  // Sends [seq, kind, fields...] as a frame.
  void Send(uint32_t seq, uint64_t kind, std::vector<cbor::Value> fields = {});
  void SendRaw(const Blob& bytes) { app->Receive({bytes.data(), bytes.size()}); }

  // Replies since the last call; text between frames is kept in `console`.
  std::vector<cbor::Value> Replies();
  // The only reply since the last call; fails the test when there is another number.
  cbor::Value Reply();
  // Sends and returns the only reply.
  cbor::Value Ask(uint32_t seq, uint64_t kind, std::vector<cbor::Value> fields = {});

  // Uploads a whole image and checks every answer.
  uint32_t UploadImage(const Blob& image, uint32_t seq);
  cbor::Value AskUpload(uint32_t seq, const Blob& image, bool resume = false, uint64_t stage = 0);
  cbor::Value AskChunk(uint32_t seq, const Blob& image, size_t index);
  cbor::Value AskInfer(uint32_t seq, uint32_t crc, bool cam_always = false, bool trace = false,
                       cbor::Value threshold = cbor::Nil(), cbor::Value capture = cbor::Nil());
  // Uploads an image, runs it and returns the result.
  cbor::Value RunImage(const Blob& image, uint32_t seq, bool cam_always = false, bool trace = false,
                       cbor::Value threshold = cbor::Nil());

  FakePort port;
  FakeEngine engine{port};
  FakeCamera camera{port};
  std::string console;
  std::unique_ptr<camhil::ImageMemory> images = std::make_unique<camhil::ImageMemory>();
  std::unique_ptr<camhil::App> app;

 private:
  Blob partition_;
  Blob text_;
};

// The frame of a message, made without the firmware's encoder.
Blob Frame(const Blob& message);
uint32_t Crc(const Blob& bytes);
// An image for the small model, different for every seed.
Blob Image(uint8_t seed);

// The error code of an error reply, or -1.
int64_t ErrorOf(const cbor::Value& reply);
bool Is(const cbor::Value& reply, uint32_t seq, uint64_t kind);

}  // namespace bench
