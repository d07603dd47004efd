#include "frames.h"

#include "crc32.h"

namespace camhil {
namespace {

bool IsPlainText(uint8_t byte) {
  const bool printable = byte >= 0x20 && byte < 0x7F;
  return printable || byte == '\t' || byte == '\r' || byte == '\n' || byte == 0x1B;
}

}  // namespace

bool FrameDecoder::Push(uint8_t byte) {
  if (byte == kDelimiter) return EndSegment();
  if (used_ < sizeof buffer_) buffer_[used_] = byte;
  ++used_;
  plain_text_ = plain_text_ && IsPlainText(byte);
  return false;
}

bool FrameDecoder::EndSegment() {
  const size_t size = used_;
  const bool plain_text = plain_text_;
  used_ = 0;
  plain_text_ = true;
  if (size == 0) return false;

  size_t decoded = 0;
  if (size <= sizeof buffer_ && CobsDecode(buffer_, size, &decoded) && decoded > kCrcBytes) {
    message_bytes_ = decoded - kCrcBytes;
    if (Crc32(buffer_, message_bytes_) == LoadLe32(buffer_ + message_bytes_)) return true;
  }
  if (!plain_text) {
    ++bad_frames_;
    lost_bytes_ += static_cast<uint32_t>(size);
  }
  return false;
}

Bytes FrameEncoder::Finish(size_t size) {
  StoreLe32(Crc32(message_, size), message_ + size);
  frame_[0] = kDelimiter;
  const size_t encoded = CobsEncode(message_, size + kCrcBytes, frame_ + 1);
  frame_[1 + encoded] = kDelimiter;
  return {frame_, encoded + 2};
}

}  // namespace camhil
