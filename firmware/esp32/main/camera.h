// The board's camera: frames of 160 x 120 pixels.
#pragma once

#include <esp_camera.h>

#include "frame_source.h"

namespace camhil {

class Camera final : public FrameSource {
 public:
  // Starts the camera when it is asked for a frame first, so that a board whose camera
  // is slow or missing answers a host at once.
  Status Capture(FrameFormat format, Bytes* frame) override;
  void Release() override;
  void Restart() override;

 private:
  Status Start(FrameFormat format);

  bool is_running_ = false;
  camera_fb_t* frame_ = nullptr;
};

}  // namespace camhil
