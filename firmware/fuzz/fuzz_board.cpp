// The whole firmware behind its line: frames, noise, time and inferences in any
// order. After each input the board still has to answer an echo, and everything
// it sent has to be frames or console text.
//
// An input is a sequence of [action, length (2 bytes, little endian), bytes].
#include <algorithm>
#include <cstring>
#include <functional>
#include <string>

#include "app.h"
#include "cbor.h"
#include "crc32.h"
#include "fuzz.h"
#include "network_builder.h"

namespace {

using camhil::Bytes;
using cbor::Uint;

enum Action : uint8_t { kMessage, kMessageToo, kNoise, kRun, kPassTime, kSend, kActions };
constexpr size_t kHead = 3;
// Two chunks, the second shorter.
constexpr uint32_t kRows = 40;
constexpr uint32_t kColumns = 40;
constexpr uint32_t kOps = 4;

class FuzzMachine final : public camhil::Machine {
 public:
  FuzzMachine() {
    info_.target = "fuzz";
    info_.firmware_version = "0";
  }
  const camhil::AppInfo& app() const override { return info_; }
  uint64_t NowUs() override { return now_us += 10; }
  uint32_t Cycles() override { return static_cast<uint32_t>(now_us * 240); }
  uint32_t cycles_per_us() const override { return 240; }
  void Lock(camhil::Mutex mutex) override {
    bool& locked = locked_[static_cast<size_t>(mutex)];
    Require(!locked && !locked_[static_cast<size_t>(camhil::Mutex::kTransmit)], "locked twice");
    locked = true;
  }
  void Unlock(camhil::Mutex mutex) override { locked_[static_cast<size_t>(mutex)] = false; }
  void Notify(camhil::Event) override {}
  bool Wait(camhil::Event event, uint32_t) override {
    Require(!locked(), "waits with a lock");
    nothing_to_send = event == camhil::Event::kTransmit;
    if (!nothing_to_send) transmit();
    return true;
  }
  void ReportMemory(camhil::MemoryReport* report) override { report->psram = {true, {1, 2, 3}}; }
  void Reset(camhil::RebootTarget) override {}
  bool locked() const { return locked_[0] || locked_[1]; }

  uint64_t now_us = 0;
  bool nothing_to_send = false;
  std::function<void()> transmit;

 private:
  camhil::AppInfo info_;
  bool locked_[camhil::kMutexes] = {};
};

class FuzzLine final : public camhil::Line {
 public:
  explicit FuzzLine(FuzzMachine& machine) : machine_(machine) {}
  int32_t Read(uint8_t*, size_t, uint32_t) override { return -1; }
  int32_t Write(Bytes bytes, uint32_t) override {
    Require(!machine_.locked(), "writes with a lock");
    const size_t count = std::min<size_t>(bytes.size, 700);
    written.insert(written.end(), bytes.data, bytes.data + count);
    return static_cast<int32_t>(count);
  }
  bool Flush(uint32_t) override { return true; }
  void SetBaud(uint32_t baud) override { baud_ = baud; }
  bool can_set_baud() const override { return true; }
  uint32_t baud() const override { return baud_; }

  Blob written;

 private:
  FuzzMachine& machine_;
  uint32_t baud_ = 115200;
};

class FuzzEngine final : public camhil::Engine {
 public:
  const char* name() const override { return "fuzz"; }
  const char* kernels() const override { return ""; }
  bool times_ops() const override { return true; }
  camhil::Status Load(Bytes, camhil::ArenaUse* arena) override {
    *arena = {1, 1};
    return {};
  }
  camhil::Status SetInput(uint8_t, Bytes data) override {
    input_.assign(data.data, data.data + data.size);
    return {};
  }
  camhil::Status ResetState() override { return {}; }
  camhil::Status Invoke(camhil::OpSink* sink) override {
    uint8_t sum = 0;
    for (const uint8_t value : input_) sum = static_cast<uint8_t>(sum + value);
    for (size_t i = 0; i < features_.size(); ++i) features_[i] = static_cast<uint8_t>(sum * i);
    scores_[1] = sum;
    if (sum == 7) return camhil::Failure(camhil::ErrorCode::kEngine, 1, 2, "seven");
    for (uint16_t op = 0; sink != nullptr && op < kOps; ++op) {
      sink->OnOp(op, 0, {input_.data(), input_.size()}, op == 2 ? -1 : op, -1);
    }
    return {};
  }
  Bytes Output(uint8_t index) const override {
    if (index == 0) return {features_.data(), features_.size()};
    if (index == 1) return {scores_.data(), scores_.size()};
    return {};
  }

 private:
  Blob input_;
  Blob features_ = Blob(builder::kFeatureBytes);
  Blob scores_ = Blob(3);
};

uint32_t FrameCrc(const Blob& bytes) {
  return camhil::Crc32(bytes.data(), bytes.size());
}

const Blob& Partition() {
  static const Blob partition = [] {
    builder::NetworkSpec spec = builder::SmallNetwork();
    spec.inputs = {{builder::kInt8, {1, kRows, kColumns, 1}, kRows * kColumns}};
    spec.image.rows = kRows;
    spec.image.columns = kColumns;
    spec.op_outputs = kOps;
    spec.stateful = true;
    spec.head.threshold = 50;
    return builder::Partition(spec);
  }();
  return partition;
}

class Bench {
 public:
  Bench() : app_(machine_, line_, engine_, nullptr, memory_.view()) {
    machine_.transmit = [this] { app_.Transmit(0); };
    app_.Start({Partition().data(), Partition().size()});
    Pump();
    line_.written.clear();
  }

  void Do(uint8_t action, Bytes bytes) {
    switch (action % kActions) {
      case kMessage:
      case kMessageToo:
        return Send(bytes);
      case kNoise:
        app_.Receive(bytes);
        return;
      case kRun:
        app_.RunNextInference();
        return;
      case kPassTime:
        machine_.now_us += bytes.size * 1000;
        app_.Tick();
        return;
      case kSend:
        app_.Transmit(0);
        return;
    }
  }

  // Ends what is open, lets the queue run dry, and asks for an echo.
  void CheckAlive() {
    const uint8_t delimiter = 0;
    app_.Receive({&delimiter, 1});
    while (app_.RunNextInference() == 0) {
    }
    app_.Tick();
    CheckWritten();
    const Blob echo = cbor::Encode(cbor::Array({Uint(1), Uint(3), cbor::Bytes({1, 0, 2})}));
    Send({echo.data(), echo.size()});
    Require(CheckWritten() == 1, "no answer to an echo");
  }

 private:
  void Pump() {
    for (machine_.nothing_to_send = false; !machine_.nothing_to_send;) app_.Transmit(0);
  }

  void Send(Bytes message) {
    const size_t size = std::min(message.size, camhil::kMaxMessageBytes);
    if (size > 0) std::memcpy(encoder_.message(), message.data, size);
    app_.Receive(encoder_.Finish(size));
  }

  // Frames written since the last call; all of it has to be whole frames.
  size_t CheckWritten() {
    size_t frames = 0;
    Pump();
    for (const uint8_t byte : line_.written) frames += decoder_.Push(byte) ? 1 : 0;
    Require(decoder_.bad_frames() == 0, "sent a damaged frame");
    line_.written.clear();
    return frames;
  }

  FuzzMachine machine_;
  FuzzLine line_{machine_};
  FuzzEngine engine_;
  camhil::StaticMemory<camhil::kFramePixels, kOps, 6> memory_;
  camhil::App app_;
  camhil::FrameEncoder encoder_;
  camhil::FrameDecoder decoder_;
};

class Script {
 public:
  Script& Add(uint8_t action, const Blob& bytes) {
    script_.push_back(action);
    script_.push_back(static_cast<uint8_t>(bytes.size()));
    script_.push_back(static_cast<uint8_t>(bytes.size() >> 8));
    script_.insert(script_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  Script& Ask(uint64_t kind, std::vector<cbor::Value> fields = {}) {
    std::vector<cbor::Value> items = {Uint(++seq_), Uint(kind)};
    items.insert(items.end(), fields.begin(), fields.end());
    return Add(kMessage, cbor::Encode(cbor::Array(items)));
  }
  Script& Upload(const Blob& sample, uint64_t stage = 0) {
    Ask(4, {Uint(stage), Uint(FrameCrc(sample)), Uint(sample.size()), cbor::Bool(false)});
    for (size_t at = 0; at < sample.size(); at += camhil::kChunkBytes) {
      const size_t end = std::min(at + camhil::kChunkBytes, sample.size());
      Ask(5, {Uint(FrameCrc(sample)), Uint(at),
              cbor::Bytes(Blob(sample.begin() + static_cast<long>(at),
                               sample.begin() + static_cast<long>(end)))});
    }
    return *this;
  }
  Script& Infer(const Blob& sample, bool trace, cbor::Value capture) {
    return Ask(6, {Uint(FrameCrc(sample)), cbor::Bool(true), cbor::Bool(trace), cbor::Bool(trace),
                   cbor::Nil(), capture});
  }
  const Blob& bytes() const { return script_; }

 private:
  Blob script_;
  uint64_t seq_ = 0;
};

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Bench bench;
  while (size >= kHead) {
    const size_t length = std::min<size_t>(camhil::LoadLe16(data + 1), size - kHead);
    // A copy of its own size, so that reading past it is noticed.
    const Blob bytes(data + kHead, data + kHead + length);
    bench.Do(data[0], {bytes.data(), bytes.size()});
    data += kHead + length;
    size -= kHead + length;
  }
  bench.CheckAlive();
  return 0;
}

std::vector<Blob> FuzzSeeds() {
  const Blob sample(kRows * kColumns, 3);
  const Blob other(kRows * kColumns, 5);
  const Blob frame(camhil::kFramePixels, 7);
  const Blob run = {};
  return {
      Script()
          .Ask(1, {Uint(2), Uint(2)})
          .Ask(2, {Uint(0)})
          .Ask(3, {cbor::Bytes({1, 2})})
          .Ask(9)
          .bytes(),
      Script()
          .Upload(sample)
          .Infer(sample, true, cbor::Array({Uint(1), Uint(0)}))
          .Add(kRun, run)
          .Ask(8, {Uint(0)})
          .Ask(7, {Uint(1), Uint(0), Uint(0), Uint(24)})
          .bytes(),
      Script()
          .Upload(sample)
          .Infer(sample, false, cbor::Nil())
          .Upload(other)
          .Infer(other, false, cbor::Nil())
          .Add(kRun, run)
          .Add(kRun, run)
          .bytes(),
      Script()
          .Upload(frame, 1)
          .Infer(frame, false, cbor::Nil())
          .Infer(frame, true, cbor::Array({Uint(0), Uint(0)}))
          .Add(kRun, run)
          .Add(kRun, run)
          .Ask(7, {Uint(0), Uint(0), Uint(0), Uint(1536)})
          .bytes(),
      Script()
          .Ask(10, {Uint(921600)})
          .Add(kSend, run)
          .Ask(12, {Uint(921600)})
          .Add(kPassTime, Blob(500, 0))
          .Ask(9)
          .Ask(11, {Uint(0)})
          .bytes(),
      Script()
          .Add(kNoise, Blob(50, 0xAA))
          .Add(kNoise, {0, 1, 1, 0, 5})
          .Add(kPassTime, {1, 2})
          .Ask(9)
          .bytes(),
  };
}
