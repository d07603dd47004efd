#include "flatbuffer.h"

namespace camhil {
namespace {

constexpr uint32_t kOffsetBytes = 4;        // uoffset_t, soffset_t and vector length
constexpr uint32_t kVtableHeaderBytes = 4;  // its own size and the table's
constexpr uint32_t kVtableEntryBytes = 2;

bool Inside(Bytes buffer, uint64_t position, uint64_t size) {
  return position <= buffer.size && size <= buffer.size - position;
}

}  // namespace

FlatTable::FlatTable(Bytes buffer, uint64_t position) {
  if (!Inside(buffer, position, kOffsetBytes)) return;
  const auto back = static_cast<int32_t>(LoadLe32(buffer.data + position));
  const int64_t vtable = static_cast<int64_t>(position) - back;
  if (vtable < 0 || !Inside(buffer, static_cast<uint64_t>(vtable), kVtableHeaderBytes)) return;
  const uint16_t vtable_bytes = LoadLe16(buffer.data + vtable);
  if (vtable_bytes < kVtableHeaderBytes ||
      !Inside(buffer, static_cast<uint64_t>(vtable), vtable_bytes)) {
    return;
  }
  buffer_ = buffer;
  position_ = position;
  vtable_ = static_cast<uint64_t>(vtable);
  vtable_bytes_ = vtable_bytes;
}

FlatTable FlatTable::Root(Bytes buffer) {
  if (!Inside(buffer, 0, kOffsetBytes)) return {};
  return {buffer, LoadLe32(buffer.data)};
}

uint64_t FlatTable::Locate(uint32_t field, uint32_t width) const {
  const uint32_t entry = kVtableHeaderBytes + kVtableEntryBytes * field;
  if (entry + kVtableEntryBytes > vtable_bytes_) return 0;
  const uint16_t offset = LoadLe16(buffer_.data + vtable_ + entry);
  if (offset == 0 || !Inside(buffer_, position_ + offset, width)) return 0;
  return position_ + offset;
}

uint64_t FlatTable::Follow(uint32_t field) const {
  const uint64_t at = Locate(field, kOffsetBytes);
  if (at == 0) return 0;
  const uint32_t offset = LoadLe32(buffer_.data + at);
  return offset == 0 ? 0 : at + offset;
}

uint8_t FlatTable::Uint8(uint32_t field, uint8_t otherwise) const {
  const uint64_t at = Locate(field, 1);
  return at == 0 ? otherwise : buffer_.data[at];
}

uint32_t FlatTable::Uint32(uint32_t field, uint32_t otherwise) const {
  const uint64_t at = Locate(field, 4);
  return at == 0 ? otherwise : LoadLe32(buffer_.data + at);
}

int32_t FlatTable::Int32(uint32_t field, int32_t otherwise) const {
  return static_cast<int32_t>(Uint32(field, static_cast<uint32_t>(otherwise)));
}

FlatTable FlatTable::Table(uint32_t field) const {
  const uint64_t at = Follow(field);
  return at == 0 ? FlatTable() : FlatTable(buffer_, at);
}

FlatVector FlatTable::Vector(uint32_t field, uint32_t element_bytes) const {
  const uint64_t at = Follow(field);
  return at == 0 ? FlatVector() : FlatVector(buffer_, at, element_bytes);
}

FlatVector::FlatVector(Bytes buffer, uint64_t position, uint32_t element_bytes) {
  if (!Inside(buffer, position, kOffsetBytes)) return;
  const uint32_t size = LoadLe32(buffer.data + position);
  const uint64_t first = position + kOffsetBytes;
  if (!Inside(buffer, first, uint64_t{size} * element_bytes)) return;
  buffer_ = buffer;
  first_ = first;
  element_bytes_ = element_bytes;
  size_ = size;
}

const uint8_t* FlatVector::Element(uint32_t index, uint32_t width) const {
  if (index >= size_ || width != element_bytes_) return nullptr;
  return buffer_.data + first_ + uint64_t{index} * element_bytes_;
}

uint32_t FlatVector::Uint32(uint32_t index) const {
  const uint8_t* const at = Element(index, 4);
  return at == nullptr ? 0 : LoadLe32(at);
}

int32_t FlatVector::Int32(uint32_t index) const {
  return static_cast<int32_t>(Uint32(index));
}

int64_t FlatVector::Int64(uint32_t index) const {
  const uint8_t* const at = Element(index, 8);
  return at == nullptr ? 0 : static_cast<int64_t>(LoadLe64(at));
}

FlatTable FlatVector::Table(uint32_t index) const {
  const uint8_t* const at = Element(index, kOffsetBytes);
  if (at == nullptr) return {};
  return {buffer_, static_cast<uint64_t>(at - buffer_.data) + LoadLe32(at)};
}

Bytes FlatVector::bytes() const {
  if (size_ == 0) return {};
  return {buffer_.data + first_, size_t{size_} * element_bytes_};
}

}  // namespace camhil
