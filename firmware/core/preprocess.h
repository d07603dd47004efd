// From a camera's frame to the model's input tensor, in integers only, so that a
// host can do exactly the same (hil/oracle/preprocess.py).
//
// The region is the largest one of the input's aspect ratio, in the middle of the
// frame. Pixel i of an axis of the input is the average over [i*S, (i+1)*S) of the
// region, in units of 1/D of a pixel, where S is the region's length and D the
// input's. The average is rounded half up. The contract's table says at the end what the
// tensor gets for it.
#pragma once

#include <cstdint>

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

// The part of the frame that the model sees.
Region FindRegion(ImageSize frame, ImageSize input);

// False where the frame would have to be enlarged, or has more than 8 megapixels.
bool CanPreprocess(ImageSize frame, ImageSize input);

// Writes the tensor of one channel; `table` has 256 bytes. `tensor` may be the memory of `frame`:
// as nothing is enlarged, a pixel of the tensor is written only after the last use of the frame's
// pixel there. Only for sizes that CanPreprocess.
void Preprocess(const uint8_t* frame, ImageSize frame_size, const uint8_t* table, uint8_t* tensor,
                ImageSize input);

}  // namespace camhil
