// Builds short texts of printable ASCII in a fixed buffer. What does not fit is
// cut off, other characters become '?'.
#pragma once

#include <cstddef>
#include <cstdint>

namespace camhil {

class TextWriter {
 public:
  // `size` includes the terminating NUL and is at least 1.
  TextWriter(char* buffer, size_t size) : buffer_(buffer), size_(size) { buffer_[0] = '\0'; }

  void Add(const char* text) {
    while (*text != '\0') AddChar(*text++);
  }

  void Add(uint64_t value) {
    char digits[20];
    size_t count = 0;
    do {
      digits[count++] = static_cast<char>('0' + value % 10);
      value /= 10;
    } while (value != 0);
    while (count > 0) AddChar(digits[--count]);
  }

  void Add(int64_t value) {
    if (value < 0) AddChar('-');
    const auto bits = static_cast<uint64_t>(value);
    Add(value < 0 ? ~bits + 1 : bits);
  }

  void Add(uint32_t value) { Add(static_cast<uint64_t>(value)); }
  void Add(int32_t value) { Add(static_cast<int64_t>(value)); }

  void AddHex(uint8_t byte) {
    const char* const digits = "0123456789abcdef";
    AddChar(digits[byte >> 4]);
    AddChar(digits[byte & 0xF]);
  }

  size_t length() const { return length_; }

 private:
  void AddChar(char c) {
    if (length_ + 1 >= size_) return;
    buffer_[length_++] = c >= ' ' && c <= '~' ? c : '?';
    buffer_[length_] = '\0';
  }

  char* buffer_;
  size_t size_;
  size_t length_ = 0;
};

}  // namespace camhil
