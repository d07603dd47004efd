#include <string>
#include <vector>

#include "board.h"
#include "check.h"
#include "frames.h"

namespace {

using bench::Blob;
using bench::Frame;
using cbor::Ascii;

// Messages that a decoder finds in a stream.
std::vector<Blob> Feed(camhil::FrameDecoder* decoder, const Blob& stream) {
  std::vector<Blob> messages;
  for (const uint8_t byte : stream) {
    if (!decoder->Push(byte)) continue;
    const camhil::Bytes message = decoder->message();
    messages.emplace_back(message.data, message.data + message.size);
  }
  return messages;
}

Blob operator+(Blob a, const Blob& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

const Blob kFirst = {1, 0, 0, 2};
const Blob kSecond = Blob(600, 0xA5);

}  // namespace

TEST(encoder_writes_the_frame_of_the_schema) {
  camhil::FrameEncoder encoder;
  const std::string digits = "123456789";  // CRC-32 0xCBF43926
  std::memcpy(encoder.message(), digits.data(), digits.size());
  const camhil::Bytes frame = encoder.Finish(digits.size());
  const Blob expected = Blob{0, 14} + Ascii(digits) + Blob{0x26, 0x39, 0xF4, 0xCB, 0};
  CHECK(Blob(frame.data, frame.data + frame.size) == expected);
}

TEST(decoder_returns_what_the_encoder_took) {
  camhil::FrameEncoder encoder;
  camhil::FrameDecoder decoder;
  for (const size_t size : {size_t{1}, size_t{253}, size_t{254}, camhil::kMaxMessageBytes}) {
    Blob message(size);
    for (size_t i = 0; i < size; ++i) message[i] = static_cast<uint8_t>(i % 255 + 1);
    std::memcpy(encoder.message(), message.data(), size);
    const camhil::Bytes frame = encoder.Finish(size);
    const std::vector<Blob> got = Feed(&decoder, Blob(frame.data, frame.data + frame.size));
    CHECK(got.size() == 1 && got[0] == message);
  }
  CHECK_EQ(decoder.bad_frames(), 0u);
}

TEST(decoder_accepts_shared_and_doubled_delimiters) {
  camhil::FrameDecoder decoder;
  Blob second = Frame(kSecond);
  second.erase(second.begin());
  const std::vector<Blob> got =
      Feed(&decoder, Blob{0, 0} + Frame(kFirst) + second + Blob{0, 0, 0} + Frame(kFirst));
  CHECK(got == std::vector<Blob>({kFirst, kSecond, kFirst}));
  CHECK_EQ(decoder.bad_frames(), 0u);
}

TEST(decoder_drops_a_damaged_frame_and_resynchronises) {
  for (size_t at = 1; at + 1 < Frame(kFirst).size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      camhil::FrameDecoder decoder;
      Blob damaged = Frame(kFirst);
      damaged[at] = static_cast<uint8_t>(damaged[at] ^ 1 << bit);
      const std::vector<Blob> got = Feed(&decoder, damaged + Frame(kSecond));
      CHECK(got == std::vector<Blob>({kSecond}));
      CHECK(decoder.bad_frames() >= 1);
    }
  }
}

TEST(decoder_survives_a_lost_delimiter) {
  camhil::FrameDecoder decoder;
  Blob first = Frame(kFirst);
  first.pop_back();
  Blob second = Frame(kSecond);
  second.erase(second.begin());
  const std::vector<Blob> got = Feed(&decoder, first + second + Frame(kFirst));
  CHECK(got == std::vector<Blob>({kFirst}));
  CHECK_EQ(decoder.bad_frames(), 1u);
  CHECK_EQ(decoder.lost_bytes(), static_cast<uint32_t>(first.size() + second.size() - 2));
}

TEST(decoder_counts_an_endless_segment_once) {
  camhil::FrameDecoder decoder;
  CHECK(Feed(&decoder, Blob(100000, 0xEE) + Frame(kFirst)) == std::vector<Blob>({kFirst}));
  CHECK_EQ(decoder.bad_frames(), 1u);
  CHECK_EQ(decoder.lost_bytes(), 100000u);
}

TEST(decoder_ignores_typed_text) {
  camhil::FrameDecoder decoder;
  CHECK(Feed(&decoder, Ascii("help\r\n\x1b[A") + Frame(kFirst)) == std::vector<Blob>({kFirst}));
  CHECK_EQ(decoder.bad_frames(), 0u);
}

TEST(decoder_refuses_a_frame_with_nothing_but_a_crc) {
  camhil::FrameDecoder decoder;
  CHECK(Feed(&decoder, Frame({})).empty());
  CHECK_EQ(decoder.bad_frames(), 1u);
}
