// The board's camera: 160 x 120 gray frames.
#pragma once

#include <esp_camera.h>

#include "frame_source.h"

namespace camhil {

class Camera final : public FrameSource {
 public:
  // Starts the camera when it is asked for a frame first, so that a board whose camera
  // is slow or missing answers a host at once.
  Status Capture(Bytes* frame) override;
  void Release() override;
  void Restart() override;

 private:
  Status Start();

  bool is_running_ = false;
  camera_fb_t* frame_ = nullptr;
};

}  // namespace camhil
