// CRC-32, COBS and text, against published values.
#include <string>
#include <vector>

#include "cbor.h"
#include "check.h"
#include "cobs.h"
#include "crc32.h"
#include "text.h"

namespace {

using cbor::Ascii;
using cbor::Blob;

Blob Range(int first, int last) {
  Blob bytes;
  for (int value = first; value <= last; ++value) bytes.push_back(static_cast<uint8_t>(value));
  return bytes;
}

Blob Join(std::vector<Blob> parts) {
  Blob all;
  for (const Blob& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Blob Encoded(const Blob& data) {
  Blob out(camhil::CobsMaxEncodedBytes(data.size()));
  out.resize(camhil::CobsEncode(data.data(), data.size(), out.data()));
  return out;
}

bool Decodes(Blob code, Blob* data) {
  size_t size = 0;
  if (!camhil::CobsDecode(code.data(), code.size(), &size)) return false;
  code.resize(size);
  *data = code;
  return true;
}

}  // namespace

// Check value of CRC-32/ISO-HDLC in the CRC RevEng catalogue.
TEST(crc32_gives_the_catalogue_check_value) {
  const Blob digits = Ascii("123456789");
  CHECK_EQ(camhil::Crc32(digits.data(), digits.size()), 0xCBF43926u);
}

TEST(crc32_of_nothing_is_zero) {
  CHECK_EQ(camhil::Crc32(nullptr, 0), 0u);
}

TEST(crc32_continues_over_parts) {
  const Blob digits = Ascii("123456789");
  const uint32_t head = camhil::Crc32(digits.data(), 4);
  CHECK_EQ(camhil::Crc32(digits.data() + 4, 5, head), 0xCBF43926u);
}

// The example table of the COBS article in Wikipedia, after the paper's rules.
TEST(cobs_encodes_and_decodes_the_published_examples) {
  const std::vector<std::pair<Blob, Blob>> examples = {
      {{}, {1}},
      {{0}, {1, 1}},
      {{0, 0}, {1, 1, 1}},
      {{0, 0x11, 0}, {1, 2, 0x11, 1}},
      {{0x11, 0x22, 0, 0x33}, {3, 0x11, 0x22, 2, 0x33}},
      {{0x11, 0x22, 0x33, 0x44}, {5, 0x11, 0x22, 0x33, 0x44}},
      {{0x11, 0, 0, 0}, {2, 0x11, 1, 1, 1}},
      {Range(1, 254), Join({{255}, Range(1, 254)})},
      {Range(0, 254), Join({{1, 255}, Range(1, 254)})},
      {Range(1, 255), Join({{255}, Range(1, 254), {2, 255}})},
      {Join({Range(2, 255), {0}}), Join({{255}, Range(2, 255), {1, 1}})},
      {Join({Range(3, 255), {0, 1}}), Join({{254}, Range(3, 255), {2, 1}})},
  };
  for (const auto& [data, code] : examples) {
    CHECK(Encoded(data) == code);
    Blob decoded;
    CHECK(Decodes(code, &decoded) && decoded == data);
  }
}

TEST(cobs_refuses_what_is_no_code) {
  Blob decoded;
  CHECK(!Decodes({}, &decoded));
  CHECK(!Decodes({5, 0x11, 0x22}, &decoded));     // cut off
  CHECK(!Decodes({3, 0x11, 0}, &decoded));        // a zero inside
  CHECK(!Decodes({2, 0x11, 0, 0x22}, &decoded));  // a zero for a code
}

TEST(cobs_never_needs_more_than_its_bound) {
  for (size_t size = 0; size < 1600; ++size) {
    const Blob code = Encoded(Blob(size, 0xAA));
    CHECK(code.size() <= camhil::CobsMaxEncodedBytes(size));
  }
}

TEST(text_is_cut_off_and_kept_printable) {
  char buffer[8];
  camhil::TextWriter text(buffer, sizeof buffer);
  text.Add("a\n\xFF");
  text.Add(int64_t{-12});
  text.Add("345");
  CHECK(std::string(buffer) == "a\?\?-123");
}

TEST(text_writes_extreme_numbers) {
  char buffer[64];
  camhil::TextWriter text(buffer, sizeof buffer);
  text.Add(INT64_MIN);
  text.Add(" ");
  text.Add(UINT64_MAX);
  CHECK(std::string(buffer) == "-9223372036854775808 18446744073709551615");
}
