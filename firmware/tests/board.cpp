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

// CRC-32 bit by bit.
uint32_t BitwiseCrc(const Blob& bytes) {
  uint32_t crc = 0xFFFFFFFF;
  for (const uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320 : 0);
  }
  return ~crc;
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

FakePort::FakePort() {
  info.target = "bench";
  info.firmware_version = "9.8.7";
  for (size_t i = 0; i < 32; ++i) {
    info.build_id[i] = static_cast<uint8_t>(i);
    info.app_sha256[i] = static_cast<uint8_t>(100 + i);
  }
  info.reset_reason = 3;
  info.boot_count = 42;
  info.can_set_baud = true;
}

int32_t FakePort::Read(uint8_t* data, size_t size, uint32_t) {
  if (to_read.empty()) return -1;
  const size_t count = std::min(size, to_read.size());
  std::memcpy(data, to_read.data(), count);
  to_read.erase(to_read.begin(), to_read.begin() + static_cast<long>(count));
  return static_cast<int32_t>(count);
}

void FakePort::Write(Bytes bytes) {
  CHECK(locked);  // otherwise the other task could write into the frame
  written.insert(written.end(), bytes.data, bytes.data + bytes.size);
}

void FakePort::SetBaud(uint32_t baud) {
  baud_changed_at.push_back(written.size());
  current_baud = baud;
}

void FakePort::ReportMemory(camhil::MemoryReport* report) {
  report->heap = {true, {1000, 900, 800}};
  report->stack_count = 1;
  report->stacks[0] = {"uart", 512};
}

void FakePort::Lock() {
  CHECK(!locked);
  locked = true;
}

void FakePort::Unlock() {
  CHECK(locked);
  locked = false;
}

void FakePort::ShowDetection(bool present) {
  CHECK(locked);
  shown.push_back(present);
}

camhil::Status FakeEngine::Load(Bytes, camhil::ArenaUse* arena) {
  ++loads;
  *arena = {70000, 65000};
  return load_status;
}

camhil::Status FakeEngine::Invoke(Bytes input, camhil::OpSink* sink) {
  CHECK(!port_.locked);  // the other task has to go on during an inference
  ++invocations;
  last_input.assign(input.data, input.data + input.size);
  port_.now_us += 2500;
  for (size_t i = 0; sink != nullptr && i < op_outputs.size(); ++i) {
    const auto op = op_numbers.empty() ? static_cast<uint16_t>(i) : op_numbers.at(i);
    sink->OnOp(op, {op_outputs[i].data(), op_outputs[i].size()}, static_cast<int64_t>(10 * i), -1);
  }
  if (during_invoke) during_invoke();
  return invoke_status;
}

Bytes FakeEngine::Output(uint8_t index) const {
  if (index >= outputs.size()) return {};
  return {outputs[index].data(), outputs[index].size()};
}

camhil::Status FakeCamera::Capture(Bytes* pixels) {
  CHECK(!port_.locked);  // a frame takes its time
  CHECK_EQ(held, 0);
  ++captures;
  if (!status.ok()) return status;
  ++held;
  *pixels = {frame.data(), frame.size()};
  return {};
}

void FakeCamera::Release() {
  CHECK_EQ(held, 1);
  --held;
  frame.assign(frame.size(), 0);  // the driver fills it again
}

uint32_t Crc(const Blob& bytes) {
  return BitwiseCrc(bytes);
}

Blob Frame(const Blob& message) {
  Blob body = message;
  const uint32_t crc = BitwiseCrc(message);
  for (int i = 0; i < 4; ++i) body.push_back(static_cast<uint8_t>(crc >> (8 * i)));
  Blob frame = Stuff(body);
  frame.insert(frame.begin(), 0);
  frame.push_back(0);
  return frame;
}

Blob Partition(const Blob& tflite, uint8_t positive_class, uint8_t threshold) {
  Blob partition = cbor::Encode(
      cbor::Array({cbor::Text("camhil-model"), cbor::Uint(1), cbor::Uint(tflite.size()),
                   cbor::Uint(Crc(tflite)), cbor::Uint(positive_class), cbor::Uint(threshold)}));
  partition.resize(64, 0xFF);
  partition.insert(partition.end(), tflite.begin(), tflite.end());
  partition.resize(partition.size() + 100, 0xFF);
  return partition;
}

Blob Image(uint8_t seed) {
  Blob image(builder::kHeight * builder::kWidth);
  for (size_t i = 0; i < image.size(); ++i) image[i] = static_cast<uint8_t>(seed + i * 7 + i / 256);
  return image;
}

Board::Board(const Blob& partition, bool with_camera) : partition_(partition) {
  engine.op_outputs = {Blob(24, 1), Blob(4, 2), Blob(3, 3), Blob(3, 4)};
  engine.outputs = {Blob(builder::kRows * builder::kColumns * builder::kChannels, 0x80),
                    {0x80, 0x7F, 0x80}};
  app = std::make_unique<camhil::App>(port, engine, with_camera ? &camera : nullptr, *images);
  app->Start({partition_.data(), partition_.size()});
  Replies();
}

void Board::Send(uint32_t seq, uint64_t kind, std::vector<cbor::Value> fields) {
  std::vector<cbor::Value> items = {cbor::Uint(seq), cbor::Uint(kind)};
  items.insert(items.end(), fields.begin(), fields.end());
  SendRaw(Frame(cbor::Encode(cbor::Array(items))));
}

std::vector<cbor::Value> Board::Replies() {
  std::vector<cbor::Value> replies;
  Blob segment;
  for (const uint8_t byte : port.written) {
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
  port.written.clear();
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

cbor::Value Board::AskUpload(uint32_t seq, const Blob& image, bool resume, uint64_t stage) {
  return Ask(
      seq, request::kUpload,
      {cbor::Uint(stage), cbor::Uint(Crc(image)), cbor::Uint(image.size()), cbor::Bool(resume)});
}

cbor::Value Board::AskChunk(uint32_t seq, const Blob& image, size_t index) {
  const size_t begin = index * kChunk;
  const size_t end = std::min(begin + kChunk, image.size());
  const Blob part(image.begin() + static_cast<long>(begin), image.begin() + static_cast<long>(end));
  return Ask(seq, request::kChunk, {cbor::Uint(Crc(image)), cbor::Uint(begin), cbor::Bytes(part)});
}

uint32_t Board::UploadImage(const Blob& image, uint32_t seq) {
  CHECK(Is(AskUpload(seq, image), seq, reply::kUploading));
  for (size_t i = 0; i * kChunk < image.size(); ++i) {
    ++seq;
    CHECK(Is(AskChunk(seq, image, i), seq, reply::kChunkAck));
  }
  return Crc(image);
}

cbor::Value Board::AskInfer(uint32_t seq, uint32_t crc, bool cam_always, bool trace,
                            cbor::Value threshold, cbor::Value capture) {
  return Ask(seq, request::kInfer,
             {cbor::Uint(crc), cbor::Bool(cam_always), cbor::Bool(trace), threshold, capture});
}

cbor::Value Board::RunImage(const Blob& image, uint32_t seq, bool cam_always, bool trace,
                            cbor::Value threshold) {
  const uint32_t crc = UploadImage(image, 1000 + 10 * seq);
  CHECK(Is(AskInfer(seq, crc, cam_always, trace, threshold), seq, reply::kAccepted));
  app->RunNextInference();
  return Reply();
}

int64_t ErrorOf(const cbor::Value& reply) {
  return reply[1].number == reply::kError ? reply[2].integer() : -1;
}

bool Is(const cbor::Value& reply, uint32_t seq, uint64_t kind) {
  return reply[0].number == seq && reply[1].number == kind;
}

}  // namespace bench
