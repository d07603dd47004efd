// Reads FlatBuffers without trusting them: every access is checked against the
// buffer, and what is missing, out of bounds or malformed reads as absent.
// Binary format: https://flatbuffers.dev/internals
#pragma once

#include <cstddef>
#include <cstdint>

#include "bytes.h"

namespace camhil {

class FlatVector;

class FlatTable {
 public:
  FlatTable() = default;
  // The table at byte `position` of `buffer`.
  FlatTable(Bytes buffer, uint64_t position);

  // The root table, whose offset is the first field of the buffer.
  static FlatTable Root(Bytes buffer);

  bool present() const { return buffer_.data != nullptr; }

  uint8_t Uint8(uint32_t field, uint8_t otherwise = 0) const;
  int32_t Int32(uint32_t field, int32_t otherwise = 0) const;
  uint32_t Uint32(uint32_t field, uint32_t otherwise = 0) const;
  FlatTable Table(uint32_t field) const;
  // A vector of elements of `element_bytes` each.
  FlatVector Vector(uint32_t field, uint32_t element_bytes) const;

 private:
  // Position of the field's `width` bytes, or 0 when the field is absent.
  uint64_t Locate(uint32_t field, uint32_t width) const;
  // Position that the offset at field refers to, or 0.
  uint64_t Follow(uint32_t field) const;

  Bytes buffer_;
  uint64_t position_ = 0;
  uint64_t vtable_ = 0;
  uint32_t vtable_bytes_ = 0;
};

// A vector of scalars or of tables; an index past its end reads as absent.
class FlatVector {
 public:
  FlatVector() = default;
  FlatVector(Bytes buffer, uint64_t position, uint32_t element_bytes);

  uint32_t size() const { return size_; }

  int32_t Int32(uint32_t index) const;
  uint32_t Uint32(uint32_t index) const;
  int64_t Int64(uint32_t index) const;
  FlatTable Table(uint32_t index) const;
  Bytes bytes() const;

 private:
  const uint8_t* Element(uint32_t index, uint32_t width) const;

  Bytes buffer_;
  uint64_t first_ = 0;
  uint32_t element_bytes_ = 0;
  uint32_t size_ = 0;
};

}  // namespace camhil
