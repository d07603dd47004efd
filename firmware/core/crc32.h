// CRC-32 of IEEE 802.3, as in zlib: reflected, polynomial 0x04C11DB7.
#pragma once

#include <cstddef>
#include <cstdint>

namespace camhil {

// CRC of `size` bytes that follow bytes with the CRC `previous` (0: none).
uint32_t Crc32(const uint8_t* data, size_t size, uint32_t previous = 0);

}  // namespace camhil
