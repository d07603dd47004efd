// The whole firmware behind its line: frames, noise, time and inferences in any
// order. After each input the board still has to answer an echo, and everything
// it sent has to be frames or console text.
//
// An input is a sequence of [action, length (2 bytes, little endian), bytes].
#include <algorithm>
#include <cstring>
#include <string>

#include "app.h"
#include "cbor.h"
#include "crc32.h"
#include "fuzz.h"
#include "model_builder.h"

namespace {

using camhil::Bytes;
using cbor::Uint;

enum Action : uint8_t { kMessage, kMessageToo, kNoise, kRun, kPassTime, kActions };
constexpr size_t kHead = 3;
// Two chunks, the second shorter.
constexpr int32_t kImageRows = 40;
constexpr int32_t kImageColumns = 40;

class FuzzPort final : public camhil::Port {
 public:
  const camhil::AppInfo& app() const override { return info_; }
  uint64_t NowUs() override { return now_us += 10; }
  bool has_cycles() const override { return true; }
  uint32_t Cycles() override { return static_cast<uint32_t>(now_us * 240); }
  int32_t Read(uint8_t*, size_t, uint32_t) override { return -1; }
  void Write(Bytes bytes) override {
    Require(locked_, "wrote without the lock");
    written.insert(written.end(), bytes.data, bytes.data + bytes.size);
  }
  void Flush() override {}
  uint32_t baud() const override { return baud_; }
  void SetBaud(uint32_t baud) override { baud_ = baud; }
  void Reset(camhil::RebootTarget) override {}
  void ReportMemory(camhil::MemoryReport* report) override { report->psram = {true, {1, 2, 3}}; }
  void Lock() override {
    Require(!locked_, "locked twice");
    locked_ = true;
  }
  void Unlock() override { locked_ = false; }
  void NotifyWork() override {}
  bool WaitForWork() override { return false; }

  Blob written;
  uint64_t now_us = 0;

 private:
  camhil::AppInfo info_ = {"fuzz", "0", {}, {}, 1, 1, true};
  uint32_t baud_ = 115200;
  bool locked_ = false;
};

class FuzzEngine final : public camhil::Engine {
 public:
  const char* name() const override { return "fuzz"; }
  bool times_ops() const override { return true; }
  camhil::Status Load(Bytes, camhil::ArenaUse* arena) override {
    *arena = {1, 1};
    return {};
  }
  camhil::Status Invoke(Bytes input, camhil::OpSink* sink) override {
    uint8_t sum = 0;
    for (size_t i = 0; i < input.size; ++i) sum = static_cast<uint8_t>(sum + input.data[i]);
    for (size_t i = 0; i < features_.size(); ++i) features_[i] = static_cast<uint8_t>(sum * i);
    scores_[1] = sum;
    if (sum == 7) return camhil::Failure(camhil::ErrorCode::kEngine, 1, 2, "seven");
    for (uint16_t op = 0; sink != nullptr && op < 4; ++op) {
      sink->OnOp(op, input, op == 2 ? -1 : op, -1);
    }
    return {};
  }
  Bytes Output(uint8_t index) const override {
    if (index == 0) return {features_.data(), features_.size()};
    if (index == 1) return {scores_.data(), scores_.size()};
    return {};
  }

 private:
  Blob features_ = Blob(builder::kRows * builder::kColumns * builder::kChannels);
  Blob scores_ = Blob(builder::kClasses);
};

uint32_t FrameCrc(const Blob& bytes) {
  return camhil::Crc32(bytes.data(), bytes.size());
}

const Blob& Partition() {
  static const Blob partition = [] {
    builder::ModelSpec spec = builder::SmallModel();
    spec.tensors[builder::kInput].shape = {1, kImageRows, kImageColumns, 1};
    const Blob model = builder::Build(spec);
    Blob bytes = cbor::Encode(cbor::Array({cbor::Text("camhil-model"), Uint(1), Uint(model.size()),
                                           Uint(FrameCrc(model)), Uint(1), Uint(50)}));
    bytes.resize(camhil::kModelHeaderBytes, 0xFF);
    bytes.insert(bytes.end(), model.begin(), model.end());
    return bytes;
  }();
  return partition;
}

class Bench {
 public:
  Bench() : app_(port_, engine_, nullptr, images_) {
    app_.Start({Partition().data(), Partition().size()});
    port_.written.clear();
  }

  void Do(uint8_t action, Bytes bytes) {
    switch (action % kActions) {
      case kMessage:
      case kMessageToo:
        return Send(bytes);
      case kNoise:
        return app_.Receive(bytes);
      case kRun:
        app_.RunNextInference();
        return;
      case kPassTime:
        port_.now_us += bytes.size * 1000;
        app_.Tick();
        return;
    }
  }

  // Ends what is open, lets the queue run dry, and asks for an echo.
  void CheckAlive() {
    const uint8_t delimiter = 0;
    app_.Receive({&delimiter, 1});
    while (app_.RunNextInference()) {
    }
    app_.Tick();
    CheckWritten();
    const Blob echo = cbor::Encode(cbor::Array({Uint(1), Uint(3), cbor::Bytes({1, 0, 2})}));
    Send({echo.data(), echo.size()});
    Require(CheckWritten() == 1, "no answer to an echo");
  }

 private:
  void Send(Bytes message) {
    const size_t size = std::min(message.size, camhil::kMaxMessageBytes);
    if (size > 0) std::memcpy(encoder_.message(), message.data, size);
    app_.Receive(encoder_.Finish(size));
  }

  // Frames written since the last call; all of it has to be whole frames.
  size_t CheckWritten() {
    size_t frames = 0;
    for (const uint8_t byte : port_.written) frames += decoder_.Push(byte) ? 1 : 0;
    Require(decoder_.bad_frames() == 0, "sent a damaged frame");
    port_.written.clear();
    return frames;
  }

  FuzzPort port_;
  FuzzEngine engine_;
  camhil::ImageMemory images_;
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
  Script& Upload(const Blob& image, uint64_t stage = 0) {
    Ask(4, {Uint(stage), Uint(FrameCrc(image)), Uint(image.size()), cbor::Bool(false)});
    for (size_t at = 0; at < image.size(); at += camhil::kChunkBytes) {
      const size_t end = std::min(at + camhil::kChunkBytes, image.size());
      Ask(5, {Uint(FrameCrc(image)), Uint(at),
              cbor::Bytes(Blob(image.begin() + static_cast<long>(at),
                               image.begin() + static_cast<long>(end)))});
    }
    return *this;
  }
  Script& Infer(const Blob& image, bool trace, cbor::Value capture) {
    return Ask(6,
               {Uint(FrameCrc(image)), cbor::Bool(true), cbor::Bool(trace), cbor::Nil(), capture});
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
  const Blob image(kImageRows * kImageColumns, 3);
  const Blob other(kImageRows * kImageColumns, 5);
  const Blob frame(camhil::kFrameBytes, 7);
  const Blob run = {};
  return {
      Script().Ask(1, {Uint(1)}).Ask(2, {Uint(0)}).Ask(3, {cbor::Bytes({1, 2})}).Ask(9).bytes(),
      Script()
          .Upload(image)
          .Infer(image, true, Uint(1))
          .Add(kRun, run)
          .Ask(8, {Uint(0)})
          .Ask(7, {Uint(0), Uint(0), Uint(24)})
          .bytes(),
      Script()
          .Upload(image)
          .Infer(image, false, cbor::Nil())
          .Upload(other)
          .Infer(other, false, cbor::Nil())
          .Add(kRun, run)
          .Add(kRun, run)
          .bytes(),
      Script()
          .Upload(frame, 1)
          .Infer(frame, false, cbor::Nil())
          .Infer(frame, true, Uint(0))
          .Add(kRun, run)
          .Add(kRun, run)
          .Ask(7, {cbor::Nil(), Uint(0), Uint(1536)})
          .bytes(),
      Script()
          .Ask(10, {Uint(921600)})
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
