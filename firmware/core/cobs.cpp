#include "cobs.h"

namespace camhil {
namespace {

// A code byte n < 255 stands for n - 1 data bytes and a zero, 255 for 254 data
// bytes without one.
constexpr uint8_t kFullBlock = 0xFF;

}  // namespace

size_t CobsEncode(const uint8_t* data, size_t size, uint8_t* out) {
  size_t code_at = 0;
  size_t used = 1;
  uint8_t code = 1;
  for (size_t i = 0; i < size; ++i) {
    if (data[i] != 0) {
      out[used++] = data[i];
      ++code;
    }
    const bool last = i + 1 == size;
    if (data[i] == 0 || (code == kFullBlock && !last)) {
      out[code_at] = code;
      code_at = used++;
      code = 1;
    }
  }
  out[code_at] = code;
  return used;
}

bool CobsDecode(uint8_t* data, size_t size, size_t* decoded) {
  size_t read = 0;
  size_t written = 0;
  while (read < size) {
    const uint8_t code = data[read++];
    if (code == 0 || static_cast<size_t>(code - 1) > size - read) return false;
    for (uint8_t i = 1; i < code; ++i) {
      if (data[read] == 0) return false;
      data[written++] = data[read++];
    }
    if (code != kFullBlock && read < size) data[written++] = 0;
  }
  if (size == 0) return false;
  *decoded = written;
  return true;
}

}  // namespace camhil
