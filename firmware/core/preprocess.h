// From a camera's frame to the network's input tensor, in integers only, so that a
// host can do exactly the same (hil/oracle/preprocess.py).
//
// The region is the largest one of the input's aspect ratio, in the middle of the
// frame. Pixel i of an axis of the input is the average over [i*S, (i+1)*S) of the
// region, in units of 1/D of a pixel, where S is the region's length and D the
// input's. The average is rounded half up, in each channel by itself. The contract's table
// of the channel says at the end what the tensor gets for it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "messages.h"

namespace camhil {

struct ImageSize {
  uint32_t columns = 0;
  uint32_t rows = 0;
};

struct Region {
  uint32_t left = 0;
  uint32_t top = 0;
  ImageSize size;
};

// Values of a pixel, which are as many as the input's channels, and its bytes in a frame.
constexpr uint32_t ChannelsOf(FrameFormat format) {
  return format == FrameFormat::kRgb565 ? 3 : 1;
}
constexpr uint32_t PixelBytes(FrameFormat format) {
  return format == FrameFormat::kRgb565 ? 2 : 1;
}

// The part of the frame that the network sees.
Region FindRegion(ImageSize frame, ImageSize input);

// False where the frame would have to be enlarged, or has more than 8 megapixels.
bool CanPreprocess(ImageSize frame, ImageSize input);

// Whether the tensor may be made in the frame's own memory: a row of it is written when all of
// the frame that it takes the place of was used. True of every gray frame; three bytes of a
// tensor are made of two of a colour frame, so that one that is hardly made smaller is in the way.
// Only for sizes that CanPreprocess.
bool CanPreprocessInPlace(ImageSize frame, FrameFormat format, ImageSize input);

// Writes the tensor: rows, columns, channels. tables: of each channel, 256 bytes. line: room for
// one row of the tensor. Only for sizes that CanPreprocess.
void Preprocess(const uint8_t* frame, ImageSize frame_size, FrameFormat format,
                const uint8_t* const* tables, uint8_t* tensor, ImageSize input, uint8_t* line);

}  // namespace camhil
