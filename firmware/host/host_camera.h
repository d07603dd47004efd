// The camera on a host: the caller's frames in turn, and failures that it asks for.
#pragma once

#include "camhil_host.h"
#include "frame_source.h"
#include "host_machine.h"

namespace camhil {

class HostCamera final : public FrameSource {
 public:
  HostCamera(const camhil_host_config& config, HostMachine& machine)
      : config_(config), machine_(machine) {}

  // These end the program where the firmware calls them in another order than frame_source.h says.
  Status Capture(FrameFormat format, Bytes* frame) override;
  void Release() override;
  void Restart() override;

 private:
  // What the next frame fails by, CAMHIL_HOST_CAMERA_; 0: it does not.
  uint32_t NextFault();

  const camhil_host_config& config_;
  HostMachine& machine_;
  bool held_ = false;
  uint32_t shown_ = 0;
  uint64_t last_us_ = 0;
};

}  // namespace camhil
