// Consistent Overhead Byte Stuffing (Cheshire and Baker, IEEE/ACM Transactions
// on Networking 7(2), 1999): rewrites bytes so that none of them is zero.
#pragma once

#include <cstddef>
#include <cstdint>

namespace camhil {

// Most bytes that encoding `size` bytes can take.
constexpr size_t CobsMaxEncodedBytes(size_t size) {
  return size + size / 254 + 1;
}

// Writes the code of `size` bytes to `out`, which has room for
// CobsMaxEncodedBytes(size); returns its length.
size_t CobsEncode(const uint8_t* data, size_t size, uint8_t* out);

// Decodes in place. Returns false when the bytes are no valid code; `decoded`
// is then untouched.
bool CobsDecode(uint8_t* data, size_t size, size_t* decoded);

}  // namespace camhil
