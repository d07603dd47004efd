// Where images come from while no host injects them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "status.h"

namespace camhil {

class FrameSource {
 public:
  // Captures one frame and writes it as the model's input tensor, int8 pixels
  // minus 128 in rows. Waits for the frame; fails with kCamera.
  // preprocess_us: the time from the captured frame to the tensor.
  virtual Status Capture(int8_t* tensor, size_t bytes, uint64_t* preprocess_us) = 0;

 protected:
  ~FrameSource() = default;
};

}  // namespace camhil
