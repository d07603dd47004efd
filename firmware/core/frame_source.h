// Where samples come from while no host injects them: a camera. All functions are called
// by the inference task, without a lock.
#pragma once

#include "bytes.h"
#include "limits.h"
#include "messages.h"
#include "status.h"

namespace camhil {

class FrameSource {
 public:
  // Waits for the next frame: kFrameRows rows of kFrameColumns pixels of this format, without
  // gaps; they stay unchanged until Release. The format is the same until a reset. Fails with
  // kCamera, and then Release is not called.
  virtual Status Capture(FrameFormat format, Bytes* frame) = 0;

  // Gives the frame of the last Capture back. Called once for each that succeeded.
  virtual void Release() = 0;

  // Starts the camera anew, after it failed several times.
  virtual void Restart() = 0;

 protected:
  ~FrameSource() = default;
};

}  // namespace camhil
