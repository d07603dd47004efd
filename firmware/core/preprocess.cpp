#include "preprocess.h"

#include <cstring>

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

// What a pixel of a frame is: Read gives a value from 0 to 255 for each channel.
struct Gray8 {
  static constexpr FrameFormat kFormat = FrameFormat::kGray8;
  static void Read(const uint8_t* from, uint8_t* to) { to[0] = from[0]; }
};

// rrrrrggg gggbbbbb. The upper bits are repeated below, so that white is 255.
struct Rgb565 {
  static constexpr FrameFormat kFormat = FrameFormat::kRgb565;
  static void Read(const uint8_t* from, uint8_t* to) {
    const uint32_t red = from[0] >> 3;
    const uint32_t green = (from[0] & 7u) << 3 | from[1] >> 5;
    const uint32_t blue = from[1] & 31u;
    to[0] = static_cast<uint8_t>(red << 3 | red >> 2);
    to[1] = static_cast<uint8_t>(green << 2 | green >> 4);
    to[2] = static_cast<uint8_t>(blue << 3 | blue >> 2);
  }
};

// What the tensor's pixels are averages of.
struct Source {
  const uint8_t* origin;  // of the region
  size_t pitch;           // from one row to the next
  ImageSize size;
};

template <typename Pixel>
void MakeRow(const Source& source, const Span& rows, const uint8_t* const* tables, uint8_t* line,
             uint32_t input_columns) {
  constexpr uint32_t kChannels = ChannelsOf(Pixel::kFormat);
  const uint32_t area = source.size.columns * source.size.rows;
  for (uint32_t column = 0; column < input_columns; ++column) {
    const Span columns(column, source.size.columns, input_columns);
    uint32_t sums[kChannels] = {};
    for (uint32_t y = rows.first(); y <= rows.last(); ++y) {
      const uint8_t* const from = source.origin + y * source.pitch;
      const uint32_t height = rows.Weight(y);
      for (uint32_t x = columns.first(); x <= columns.last(); ++x) {
        const uint32_t weight = height * columns.Weight(x);
        uint8_t pixel[kChannels];
        Pixel::Read(from + x * PixelBytes(Pixel::kFormat), pixel);
        for (uint32_t c = 0; c < kChannels; ++c) sums[c] += weight * pixel[c];
      }
    }
    for (uint32_t c = 0; c < kChannels; ++c) {
      *line++ = tables[c][(2 * sums[c] + area) / (2 * area)];
    }
  }
}

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

bool CanPreprocessInPlace(ImageSize frame, FrameFormat format, ImageSize input) {
  const Region region = FindRegion(frame, input);
  const size_t pitch = size_t{frame.columns} * PixelBytes(format);
  const size_t row_bytes = size_t{input.columns} * ChannelsOf(format);
  for (uint32_t row = 1; row < input.rows; ++row) {
    const uint32_t next = region.top + Span(row, region.size.rows, input.rows).first();
    if (row * row_bytes > next * pitch + region.left * PixelBytes(format)) return false;
  }
  return true;
}

void Preprocess(const uint8_t* frame, ImageSize frame_size, FrameFormat format,
                const uint8_t* const* tables, uint8_t* tensor, ImageSize input, uint8_t* line) {
  const Region region = FindRegion(frame_size, input);
  const size_t pitch = size_t{frame_size.columns} * PixelBytes(format);
  const Source source = {frame + region.top * pitch + region.left * PixelBytes(format), pitch,
                         region.size};
  const size_t row_bytes = size_t{input.columns} * ChannelsOf(format);
  for (uint32_t row = 0; row < input.rows; ++row) {
    const Span rows(row, region.size.rows, input.rows);
    const auto make = format == FrameFormat::kRgb565 ? MakeRow<Rgb565> : MakeRow<Gray8>;
    make(source, rows, tables, line, input.columns);
    std::memcpy(tensor, line, row_bytes);
    tensor += row_bytes;
  }
}

}  // namespace camhil
