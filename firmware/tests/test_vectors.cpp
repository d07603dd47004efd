// Known frames: taken as they are, refused with one bit flipped.
#include "vectors.h"

#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "cbor.h"
#include "check.h"
#include "frames.h"
#include "generated/protocol_decode.h"
#include "generated/protocol_encode.h"
#include "messages.h"
#include "zcbor_common.h"

namespace {

using cbor::Blob;

struct Vector {
  std::string name;
  std::string direction;
  Blob frame;
};

std::vector<Vector> ReadVectors() {
  std::vector<Vector> all;
  std::ifstream file(vectors::Path());
  std::string name, direction, hex;
  while (file >> name >> direction >> hex) {
    Vector one = {name, direction, {}};
    for (size_t i = 0; i + 1 < hex.size(); i += 2) {
      one.frame.push_back(static_cast<uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
    }
    all.push_back(one);
  }
  return all;
}

std::vector<Blob> MessagesIn(const Blob& stream) {
  camhil::FrameDecoder decoder;
  std::vector<Blob> messages;
  for (const uint8_t byte : stream) {
    if (!decoder.Push(byte)) continue;
    messages.emplace_back(decoder.message().data, decoder.message().data + decoder.message().size);
  }
  return messages;
}

// The frame of the reply in a message, read and written again; empty where it is none.
Blob ReplyAgain(const Blob& message) {
  ::reply reply = {};
  size_t size = 0;
  if (cbor_decode_reply(message.data(), message.size(), &reply, &size) != ZCBOR_SUCCESS ||
      size != message.size()) {
    return {};
  }
  camhil::FrameEncoder encoder;
  if (cbor_encode_reply(encoder.message(), camhil::kMaxMessageBytes, &reply, &size) !=
      ZCBOR_SUCCESS) {
    return {};
  }
  const camhil::Bytes frame = encoder.Finish(size);
  return {frame.data, frame.data + frame.size};
}

// The generated reader of replies, which no board needs, takes extensions of 32 bits only.
bool HasLongExtensions(const Blob& message) {
  cbor::Value reply;
  if (!cbor::Decode(message, &reply) || reply.items.back().type != cbor::Type::kMap) return false;
  for (const cbor::Value& number : reply.items.back().items) {
    if (number.number > UINT32_MAX) return true;
  }
  return false;
}

bool IsTaken(const Vector& vector) {
  const std::vector<Blob> messages = MessagesIn(vector.frame);
  if (messages.size() != 1) return false;
  const Blob& message = messages[0];
  if (vector.direction == "reply") {
    return HasLongExtensions(message) || ReplyAgain(message) == vector.frame;
  }
  camhil::Request request;
  return vector.direction == "request" &&
         camhil::DecodeRequest({message.data(), message.size()}, &request);
}

}  // namespace

TEST(known_frames_are_taken_byte_for_byte) {
  const std::vector<Vector> all = ReadVectors();
  CHECK(all.size() >= 30);
  for (const Vector& vector : all) {
    if (IsTaken(vector)) continue;
    std::cerr << vector.name << "\n";
    CHECK(false && "a known frame is refused");
  }
}

TEST(known_frames_with_one_bit_flipped_are_refused) {
  for (const Vector& vector : ReadVectors()) {
    Blob stream = vector.frame;
    stream.push_back(0);  // the last delimiter may be the one that is hit
    // In long frames one bit of each byte: all of them would take a minute.
    const size_t step = vector.frame.size() > 200 ? 9 : 1;
    for (size_t bit = 0; bit < 8 * vector.frame.size(); bit += step) {
      const auto mask = static_cast<uint8_t>(1 << bit % 8);
      stream[bit / 8] = static_cast<uint8_t>(stream[bit / 8] ^ mask);
      if (!MessagesIn(stream).empty()) {
        std::cerr << vector.name << ", bit " << bit << "\n";
        CHECK(false && "a damaged frame is taken");
      }
      stream[bit / 8] = static_cast<uint8_t>(stream[bit / 8] ^ mask);
    }
  }
}
