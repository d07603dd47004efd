// A second, independent CBOR codec (RFC 8949), to check the generated one with.
// Writes and reads deterministic encodings of what the protocol uses.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace cbor {

using Blob = std::vector<uint8_t>;

inline Blob Ascii(const std::string& text) {
  return {text.begin(), text.end()};
}

enum class Type {
  kUint,
  kNegative,
  kBytes,
  kText,
  kArray,
  kMap,
  kTag,
  kFalse,
  kTrue,
  kNil,
  kFloat
};

struct Value {
  Type type = Type::kNil;
  uint64_t number = 0;       // of kNegative: -1 - value; of kFloat: the bits of a single
  Blob bytes;                // of kBytes and kText
  std::vector<Value> items;  // of kArray; of kMap: keys and values by turns; of kTag: its content

  const Value& operator[](size_t index) const { return items.at(index); }
  bool nil() const { return type == Type::kNil; }
  bool truth() const { return type == Type::kTrue; }
  int64_t integer() const {
    return type == Type::kNegative ? -1 - static_cast<int64_t>(number)
                                   : static_cast<int64_t>(number);
  }
  std::string text() const { return {bytes.begin(), bytes.end()}; }
};

inline Value Uint(uint64_t number) {
  return {Type::kUint, number, {}, {}};
}
inline Value Bytes(const Blob& bytes) {
  return {Type::kBytes, 0, bytes, {}};
}
inline Value Text(const std::string& text) {
  return {Type::kText, 0, Blob(text.begin(), text.end()), {}};
}
inline Value Bool(bool value) {
  return {value ? Type::kTrue : Type::kFalse, 0, {}, {}};
}
inline Value Nil() {
  return {};
}
inline Value Array(std::vector<Value> items) {
  return {Type::kArray, 0, {}, std::move(items)};
}

inline void WriteHead(uint8_t major, uint64_t number, Blob* out) {
  const auto head = static_cast<uint8_t>(major << 5);
  int width = 0;
  if (number < 24) {
    out->push_back(static_cast<uint8_t>(head | number));
  } else if (number <= UINT8_MAX) {
    out->push_back(head | 24);
    width = 1;
  } else if (number <= UINT16_MAX) {
    out->push_back(head | 25);
    width = 2;
  } else if (number <= UINT32_MAX) {
    out->push_back(head | 26);
    width = 4;
  } else {
    out->push_back(head | 27);
    width = 8;
  }
  while (width-- > 0) out->push_back(static_cast<uint8_t>(number >> (8 * width)));
}

inline void Write(const Value& value, Blob* out) {
  const auto text = [&] { out->insert(out->end(), value.bytes.begin(), value.bytes.end()); };
  switch (value.type) {
    case Type::kUint:
      return WriteHead(0, value.number, out);
    case Type::kNegative:
      return WriteHead(1, value.number, out);
    case Type::kBytes:
      WriteHead(2, value.bytes.size(), out);
      return text();
    case Type::kText:
      WriteHead(3, value.bytes.size(), out);
      return text();
    case Type::kArray:
      WriteHead(4, value.items.size(), out);
      for (const Value& item : value.items) Write(item, out);
      return;
    case Type::kMap:
      WriteHead(5, value.items.size() / 2, out);
      for (const Value& item : value.items) Write(item, out);
      return;
    case Type::kTag:
      WriteHead(6, value.number, out);
      return Write(value.items.at(0), out);
    case Type::kFalse:
      return out->push_back(0xF4);
    case Type::kTrue:
      return out->push_back(0xF5);
    case Type::kNil:
      return out->push_back(0xF6);
    case Type::kFloat:
      out->push_back(0xFA);
      for (int shift = 24; shift >= 0; shift -= 8) {
        out->push_back(static_cast<uint8_t>(value.number >> shift));
      }
      return;
  }
}

inline Blob Encode(const Value& value) {
  Blob out;
  Write(value, &out);
  return out;
}

class Reader {
 public:
  explicit Reader(const Blob& data) : data_(data) {}

  // False when the data is damaged or uses what the protocol does not.
  bool Read(Value* value) {
    if (at_ >= data_.size()) return false;
    const uint8_t head = data_[at_++];
    const uint8_t info = head & 0x1F;
    if (info > 27) return false;
    uint64_t number = info;
    if (info >= 24 && !ReadNumber(size_t{1} << (info - 24), &number)) return false;
    value->number = number;
    switch (head >> 5) {
      case 0:
        value->type = Type::kUint;
        return true;
      case 1:
        value->type = Type::kNegative;
        return true;
      case 2:
      case 3:
        value->type = head >> 5 == 2 ? Type::kBytes : Type::kText;
        if (number > data_.size() - at_) return false;
        value->bytes.assign(data_.begin() + static_cast<long>(at_),
                            data_.begin() + static_cast<long>(at_ + number));
        at_ += number;
        return true;
      case 4:
        value->type = Type::kArray;
        return ReadItems(number, value);
      case 5:
        value->type = Type::kMap;
        return number < data_.size() && ReadItems(2 * number, value);
      case 6:
        value->type = Type::kTag;
        return ReadItems(1, value);
      case 7:
        return ReadSimple(info, value);
      default:
        return false;
    }
  }

  bool at_end() const { return at_ == data_.size(); }

 private:
  bool ReadNumber(size_t width, uint64_t* number) {
    if (width > data_.size() - at_) return false;
    *number = 0;
    while (width-- > 0) *number = *number << 8 | data_[at_++];
    return true;
  }

  bool ReadItems(uint64_t count, Value* value) {
    for (uint64_t i = 0; i < count; ++i) {
      value->items.emplace_back();
      if (!Read(&value->items.back())) return false;
    }
    return true;
  }

  bool ReadSimple(uint8_t info, Value* value) {
    switch (info) {
      case 20:
        value->type = Type::kFalse;
        return true;
      case 21:
        value->type = Type::kTrue;
        return true;
      case 22:
        value->type = Type::kNil;
        return true;
      case 26:
        value->type = Type::kFloat;
        return true;
      default:
        return false;
    }
  }

  const Blob& data_;
  size_t at_ = 0;
};

// False when `data` is not exactly one value in deterministic encoding.
inline bool Decode(const Blob& data, Value* value) {
  Reader reader(data);
  return reader.Read(value) && reader.at_end() && Encode(*value) == data;
}

}  // namespace cbor
