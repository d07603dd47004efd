#include "crc32.h"

namespace camhil {
namespace {

constexpr uint32_t kReflectedPolynomial = 0xEDB88320u;

struct Table {
  uint32_t entry[256];
};

constexpr Table MakeTable() {
  Table table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value >> 1) ^ ((value & 1u) != 0 ? kReflectedPolynomial : 0u);
    }
    table.entry[byte] = value;
  }
  return table;
}

constexpr Table kTable = MakeTable();

}  // namespace

uint32_t Crc32(const uint8_t* data, size_t size, uint32_t previous) {
  uint32_t crc = ~previous;
  for (size_t i = 0; i < size; ++i) {
    crc = (crc >> 8) ^ kTable.entry[(crc ^ data[i]) & 0xFFu];
  }
  return ~crc;
}

}  // namespace camhil
