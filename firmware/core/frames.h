// Frames: 00 COBS(message CRC-32) 00.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bytes.h"
#include "cobs.h"
#include "limits.h"

namespace camhil {

inline constexpr uint8_t kDelimiter = 0x00;
inline constexpr size_t kCrcBytes = 4;

// Finds frames in a stream of bytes, whatever else the stream contains.
class FrameDecoder {
 public:
  // Takes one byte. Returns true when it completes a frame; message() is then
  // valid until the next call.
  bool Push(uint8_t byte);

  Bytes message() const { return {buffer_, message_bytes_}; }

  // Segments that were no frame, and their bytes, since construction. Plain
  // text (somebody typing into a serial monitor) is not damage.
  uint32_t bad_frames() const { return bad_frames_; }
  uint32_t lost_bytes() const { return lost_bytes_; }

 private:
  bool EndSegment();

  uint8_t buffer_[kMaxFrameBytes];
  size_t used_ = 0;  // bytes of the segment, also those beyond the buffer
  bool plain_text_ = true;
  size_t message_bytes_ = 0;
  uint32_t bad_frames_ = 0;
  uint32_t lost_bytes_ = 0;
};

// Makes the frame of one message: the message is written to `message()`, then
// Finish() returns the bytes to send, valid until the next Finish().
class FrameEncoder {
 public:
  uint8_t* message() { return message_; }

  // `size` is at most kMaxMessageBytes.
  Bytes Finish(size_t size);

 private:
  uint8_t message_[kMaxMessageBytes + kCrcBytes];
  uint8_t frame_[CobsMaxEncodedBytes(kMaxMessageBytes + kCrcBytes) + 2];
};

}  // namespace camhil
