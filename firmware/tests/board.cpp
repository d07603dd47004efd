#include "board.h"

#include "check.h"

namespace bench {
namespace {

constexpr size_t kChunk = 1536;

// COBS as in the paper's figure, written for clarity.
Blob Stuff(const Blob& data) {
  Blob out;
  Blob block;
  const auto flush = [&] {
    out.push_back(static_cast<uint8_t>(block.size() + 1));
    out.insert(out.end(), block.begin(), block.end());
    block.clear();
  };
  for (size_t i = 0; i < data.size(); ++i) {
    if (data[i] == 0) {
      flush();
      continue;
    }
    block.push_back(data[i]);
    if (block.size() == 254) {
      flush();
      if (i + 1 == data.size()) return out;
    }
  }
  flush();
  return out;
}

bool Unstuff(const Blob& code, Blob* data) {
  for (size_t i = 0; i < code.size();) {
    const size_t length = code[i];
    if (length == 0 || i + length > code.size()) return false;
    data->insert(data->end(), code.begin() + static_cast<long>(i + 1),
                 code.begin() + static_cast<long>(i + length));
    i += length;
    if (length < 255 && i < code.size()) data->push_back(0);
  }
  return true;
}

// The value in a segment between two delimiters.
bool ReadFrame(const Blob& segment, cbor::Value* value) {
  Blob body;
  if (!Unstuff(segment, &body) || body.size() <= 4) return false;
  const Blob message(body.begin(), body.end() - 4);
  Blob whole = {0};
  whole.insert(whole.end(), segment.begin(), segment.end());
  whole.push_back(0);
  return Frame(message) == whole && cbor::Decode(message, value);
}

}  // namespace

FakeMachine::FakeMachine() {
  info.target = "bench";
  info.firmware_version = "9.8.7";
  for (size_t i = 0; i < 32; ++i) {
    info.build_id[i] = static_cast<uint8_t>(i);
    info.app_sha256[i] = static_cast<uint8_t>(100 + i);
  }
  info.reset_reason = 3;
  info.boot_count = 42;
  info.boot_id = 0xB001D;
}

void FakeMachine::Lock(camhil::Mutex mutex) {
  CHECK(!is_locked[static_cast<size_t>(mutex)]);
  CHECK(!is_locked[static_cast<size_t>(camhil::Mutex::kTransmit)]);  // is taken last
  is_locked[static_cast<size_t>(mutex)] = true;
}

void FakeMachine::Unlock(camhil::Mutex mutex) {
  CHECK(is_locked[static_cast<size_t>(mutex)]);
  is_locked[static_cast<size_t>(mutex)] = false;
}

bool FakeMachine::Wait(camhil::Event event, uint32_t timeout_ms) {
  CHECK(!locked());
  CHECK(timeout_ms <= camhil::kWatchdogMs);
  ++waited[static_cast<size_t>(event)];
  const bool is_for_room =
      event == camhil::Event::kRoomForReplies || event == camhil::Event::kRoomForResults;
  if (is_for_room && on_wait_for_room) on_wait_for_room();
  return !ended;
}

void FakeMachine::ReportMemory(camhil::MemoryReport* report) {
  report->heap = {true, {1000, 900, 800}};
  report->stack_count = 1;
  report->stacks[0] = {"receive", 512};
}

void FakeMachine::ShowDetection(bool present) {
  CHECK(is_locked[static_cast<size_t>(camhil::Mutex::kState)]);
  shown.push_back(present);
}

int32_t FakeLine::Read(uint8_t* data, size_t size, uint32_t) {
  CHECK(!machine_.locked());
  if (to_read.empty()) return -1;
  const size_t count = std::min(size, to_read.size());
  std::memcpy(data, to_read.data(), count);
  to_read.erase(to_read.begin(), to_read.begin() + static_cast<long>(count));
  return static_cast<int32_t>(count);
}

int32_t FakeLine::Write(Bytes bytes, uint32_t) {
  CHECK(!machine_.locked());  // the line may keep its writer waiting, and nobody else
  CHECK(bytes.size > 0);
  if (gone) return -1;
  if (busy_writes > 0) return --busy_writes, 0;
  const size_t count = std::min(bytes.size, most_at_once);
  written.insert(written.end(), bytes.data, bytes.data + count);
  return static_cast<int32_t>(count);
}

bool FakeLine::Flush(uint32_t) {
  CHECK(!machine_.locked());
  if (busy_flushes > 0) return --busy_flushes, false;
  flushed_at = written.size();
  return true;
}

void FakeLine::SetBaud(uint32_t baud) {
  CHECK(!machine_.locked());
  baud_changed_at.push_back(written.size());
  current_baud = baud;
}

camhil::Status FakeEngine::Load(Bytes, camhil::ArenaUse* arena) {
  ++loads;
  *arena = {70000, 65000};
  return load_status;
}

camhil::Status FakeEngine::SetInput(uint8_t index, Bytes data) {
  if (index == 0) inputs.clear();
  CHECK_EQ(inputs.size(), size_t{index});
  inputs.emplace_back(data.data, data.data + data.size);
  return {};
}

camhil::Status FakeEngine::ResetState() {
  ++resets;
  return {};
}

camhil::Status FakeEngine::Invoke(camhil::OpSink* sink) {
  CHECK(!machine_.locked());  // the other tasks have to go on during an inference
  ++invocations;
  machine_.now_us += invoke_us;
  for (size_t i = 0; sink != nullptr && i < op_reports.size(); ++i) {
    const OpReport& report = op_reports[i];
    sink->OnOp(report.op, report.output, {report.data.data(), report.data.size()},
               static_cast<int64_t>(10 * i), -1);
  }
  if (during_invoke) during_invoke();
  return invoke_status;
}

Bytes FakeEngine::Output(uint8_t index) const {
  if (index >= outputs.size()) return {};
  return {outputs[index].data(), outputs[index].size()};
}

camhil::Status FakeCamera::Capture(camhil::FrameFormat asked, Bytes* pixels) {
  CHECK(!machine_.locked());  // a frame takes its time
  CHECK_EQ(held, 0);
  ++captures;
  if (!status.ok()) return status;
  format = asked;
  if (frame.empty()) frame.assign(camhil::kFramePixels * camhil::PixelBytes(format), 200);
  ++held;
  *pixels = {frame.data(), frame.size()};
  return {};
}

void FakeCamera::Release() {
  CHECK_EQ(held, 1);
  --held;
  frame.assign(frame.size(), 0);  // the driver fills it again
}

void FakeCamera::Restart() {
  CHECK(!machine_.locked());
  CHECK_EQ(held, 0);
  ++restarts;
}

uint32_t Crc(const Blob& bytes) {
  return builder::Crc(bytes);
}

Blob Frame(const Blob& message) {
  Blob body = message;
  const uint32_t crc = builder::Crc(message);
  for (int i = 0; i < 4; ++i) body.push_back(static_cast<uint8_t>(crc >> (8 * i)));
  Blob frame = Stuff(body);
  frame.insert(frame.begin(), 0);
  frame.push_back(0);
  return frame;
}

Blob Sample(uint8_t seed) {
  Blob sample(builder::kInputBytes);
  for (size_t i = 0; i < sample.size(); ++i) {
    sample[i] = static_cast<uint8_t>(seed + i * 7 + i / 256);
  }
  return sample;
}

Board::Board(const builder::NetworkSpec& spec, bool with_camera, Room room) {
  engine.op_reports = {{0, 0, Blob(24, 1)},
                       {1, 0, Blob(4, 2)},
                       {1, 1, Blob(6, 5)},
                       {2, 0, Blob(3, 3)},
                       {3, 0, Blob(3, 4)}};
  for (const builder::TensorSpec& output : spec.outputs) {
    engine.outputs.emplace_back(output.size, 0x80);
  }
  if (spec.has_head) engine.outputs.at(spec.head.score_output).at(spec.head.positive_class) = 0x7F;
  Start(builder::Partition(spec), with_camera, room, 0);
}

Board::Board(const Blob& partition, int32_t flash_status) {
  Start(partition, false, {}, flash_status);
}

void Board::Start(const Blob& partition, bool with_camera, const Room& room, int32_t flash_status) {
  machine.on_wait_for_room = [this] { app->Transmit(0); };
  partition_ = partition;
  camhil::Memory memory;
  for (size_t i = 0; i < camhil::kSampleBuffers; ++i) {
    samples_[i].resize(room.sample_bytes);
    memory.samples[i] = samples_[i].data();
  }
  memory.sample_bytes = room.sample_bytes;
  trace_.resize(room.trace_entries);
  memory.trace = trace_.data();
  memory.trace_entries = room.trace_entries;
  maps_.resize(camhil::kResultSlots * room.map_cells);
  memory.maps = maps_.data();
  memory.map_cells = room.map_cells;
  app =
      std::make_unique<camhil::App>(machine, line, engine, with_camera ? &camera : nullptr, memory);
  app->Start({partition_.data(), partition_.size()}, flash_status);
  Replies();
}

void Board::SendRaw(const Blob& bytes) {
  CHECK(app->Receive({bytes.data(), bytes.size()}));
  if (pumps) Pump();
}

void Board::Pump() {
  int& idle = machine.waited[static_cast<size_t>(camhil::Event::kTransmit)];
  for (const int before = idle; idle == before;) CHECK(app->Transmit(0));
}

void Board::Tick() {
  app->Tick();
  if (pumps) Pump();
}

uint32_t Board::RunNext() {
  const uint32_t wait_ms = app->RunNextInference();
  if (pumps) Pump();
  return wait_ms;
}

void Board::Send(uint32_t seq, uint64_t kind, std::vector<cbor::Value> fields) {
  std::vector<cbor::Value> items = {cbor::Uint(seq), cbor::Uint(kind)};
  items.insert(items.end(), fields.begin(), fields.end());
  SendRaw(Frame(cbor::Encode(cbor::Array(items))));
}

std::vector<cbor::Value> Board::Replies() {
  if (pumps) Pump();
  std::vector<cbor::Value> replies;
  Blob segment;
  for (const uint8_t byte : line.written) {
    if (byte != 0) {
      segment.push_back(byte);
      continue;
    }
    if (segment.empty()) continue;
    cbor::Value value;
    if (ReadFrame(segment, &value)) {
      CHECK(segment.size() <= 2048);
      replies.push_back(value);
    } else {
      console.append(segment.begin(), segment.end());
    }
    segment.clear();
  }
  console.append(segment.begin(), segment.end());
  line.written.clear();
  return replies;
}

cbor::Value Board::Reply() {
  const std::vector<cbor::Value> replies = Replies();
  CHECK_EQ(replies.size(), size_t{1});
  // Long enough for a test to look at any field without going astray.
  return replies.empty() ? cbor::Array(std::vector<cbor::Value>(32)) : replies[0];
}

cbor::Value Board::Ask(uint32_t seq, uint64_t kind, std::vector<cbor::Value> fields) {
  Send(seq, kind, fields);
  return Reply();
}

cbor::Value Board::AskUpload(uint32_t seq, const Blob& sample, bool resume, uint64_t stage) {
  return Ask(
      seq, request::kUpload,
      {cbor::Uint(stage), cbor::Uint(Crc(sample)), cbor::Uint(sample.size()), cbor::Bool(resume)});
}

cbor::Value Board::AskChunk(uint32_t seq, const Blob& sample, size_t index) {
  const size_t begin = index * kChunk;
  const size_t end = std::min(begin + kChunk, sample.size());
  const Blob part(sample.begin() + static_cast<long>(begin),
                  sample.begin() + static_cast<long>(end));
  return Ask(seq, request::kChunk, {cbor::Uint(Crc(sample)), cbor::Uint(begin), cbor::Bytes(part)});
}

uint32_t Board::UploadSample(const Blob& sample, uint32_t seq) {
  CHECK(Is(AskUpload(seq, sample), seq, reply::kUploading));
  for (size_t i = 0; i * kChunk < sample.size(); ++i) {
    ++seq;
    CHECK(Is(AskChunk(seq, sample, i), seq, reply::kChunkAck));
  }
  return Crc(sample);
}

cbor::Value Board::AskInfer(uint32_t seq, uint32_t crc, bool map_always, bool trace,
                            cbor::Value threshold, cbor::Value capture, bool reset_state) {
  return Ask(seq, request::kInfer,
             {cbor::Uint(crc), cbor::Bool(map_always), cbor::Bool(trace), cbor::Bool(reset_state),
              threshold, capture});
}

cbor::Value Board::RunSample(const Blob& sample, uint32_t seq, bool map_always, bool trace,
                             cbor::Value threshold, bool reset_state) {
  const uint32_t crc = UploadSample(sample, 1000 + 10 * seq);
  CHECK(Is(AskInfer(seq, crc, map_always, trace, threshold, cbor::Nil(), reset_state), seq,
           reply::kAccepted));
  RunNext();
  return Reply();
}

cbor::Value OpOutput(uint64_t op, uint64_t output) {
  return cbor::Array({cbor::Uint(op), cbor::Uint(output)});
}

int64_t ErrorOf(const cbor::Value& reply) {
  return reply[1].number == reply::kError ? reply[2].integer() : -1;
}

bool Is(const cbor::Value& reply, uint32_t seq, uint64_t kind) {
  return reply[0].number == seq && reply[1].number == kind;
}

}  // namespace bench
