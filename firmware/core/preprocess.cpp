#include "preprocess.h"

#include <cstddef>

namespace camhil {
namespace {

// Keeps the sums exact: twice 255 times the area, plus the area, in 32 bits.
constexpr uint32_t kMaxFramePixels = UINT32_MAX / 511;

// What one pixel of the input covers of an axis, in units of 1/scale of a pixel.
struct Span {
  uint32_t begin;
  uint32_t end;
  uint32_t scale;

  Span(uint32_t index, uint32_t source, uint32_t input)
      : begin(index * source), end(begin + source), scale(input) {}

  uint32_t first() const { return begin / scale; }
  uint32_t last() const { return (end - 1) / scale; }
  // How much of source pixel `at` is covered, in the same units.
  uint32_t Weight(uint32_t at) const {
    const uint32_t from = at * scale;
    const uint32_t to = from + scale;
    return (end < to ? end : to) - (begin > from ? begin : from);
  }
};

}  // namespace

Region FindRegion(ImageSize frame, ImageSize input) {
  Region region;
  region.size = frame;
  const uint64_t wide = uint64_t{frame.columns} * input.rows;
  const uint64_t high = uint64_t{frame.rows} * input.columns;
  if (wide > high) {
    region.size.columns = static_cast<uint32_t>(high / input.rows);
  } else {
    region.size.rows = static_cast<uint32_t>(wide / input.columns);
  }
  region.left = (frame.columns - region.size.columns) / 2;
  region.top = (frame.rows - region.size.rows) / 2;
  return region;
}

bool CanPreprocess(ImageSize frame, ImageSize input) {
  if (input.columns == 0 || input.rows == 0) return false;
  if (uint64_t{frame.columns} * frame.rows > kMaxFramePixels) return false;
  const ImageSize region = FindRegion(frame, input).size;
  return region.columns >= input.columns && region.rows >= input.rows;
}

void Preprocess(const uint8_t* frame, ImageSize frame_size, const uint8_t* table, uint8_t* tensor,
                ImageSize input) {
  const Region region = FindRegion(frame_size, input);
  const uint32_t area = region.size.columns * region.size.rows;
  const uint8_t* const origin = frame + size_t{region.top} * frame_size.columns + region.left;
  for (uint32_t row = 0; row < input.rows; ++row) {
    const Span rows(row, region.size.rows, input.rows);
    for (uint32_t column = 0; column < input.columns; ++column) {
      const Span columns(column, region.size.columns, input.columns);
      uint32_t sum = 0;
      for (uint32_t y = rows.first(); y <= rows.last(); ++y) {
        const uint8_t* const line = origin + size_t{y} * frame_size.columns;
        uint32_t line_sum = 0;
        for (uint32_t x = columns.first(); x <= columns.last(); ++x) {
          line_sum += columns.Weight(x) * line[x];
        }
        sum += rows.Weight(y) * line_sum;
      }
      *tensor++ = table[(2 * sum + area) / (2 * area)];
    }
  }
}

}  // namespace camhil
