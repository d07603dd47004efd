// A view of bytes, and little-endian access that needs no alignment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace camhil {

struct Bytes {
  const uint8_t* data = nullptr;
  size_t size = 0;

  // The part from `offset` on, at most `length` bytes; empty past the end.
  Bytes Part(size_t offset, size_t length) const {
    if (offset >= size) return {};
    const size_t left = size - offset;
    return {data + offset, length < left ? length : left};
  }
};

inline uint16_t LoadLe16(const uint8_t* from) {
  return static_cast<uint16_t>(from[0] | from[1] << 8);
}

inline uint32_t LoadLe32(const uint8_t* from) {
  return static_cast<uint32_t>(LoadLe16(from)) | static_cast<uint32_t>(LoadLe16(from + 2)) << 16;
}

inline void StoreLe32(uint32_t value, uint8_t* to) {
  for (int i = 0; i < 4; ++i) to[i] = static_cast<uint8_t>(value >> (8 * i));
}

inline const int8_t* AsInt8(const uint8_t* data) {
  return reinterpret_cast<const int8_t*>(data);
}
inline int8_t* AsInt8(uint8_t* data) {
  return reinterpret_cast<int8_t*>(data);
}

}  // namespace camhil
