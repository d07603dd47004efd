#include "host_camera.h"

#include <cstdio>
#include <cstdlib>

namespace camhil {
namespace {

constexpr int64_t kEspErrNotFound = 0x105;  // esp_err.h

void Require(bool met, const char* what) {
  if (met) return;
  std::fprintf(stderr, "host camera: %s\n", what);
  std::abort();
}

}  // namespace

Status HostCamera::Capture(FrameFormat format, Bytes* frame) {
  Require(!held_, "a frame is asked for while another is held");
  machine_.WaitUntil(last_us_, config_.camera_period_us);
  last_us_ = machine_.NowUs();
  HostMachine::Count(&machine_.chip().captures);
  const uint32_t fault = NextFault();
  // In the words of firmware/esp32/main/camera.cpp.
  if (fault == CAMHIL_HOST_CAMERA_ABSENT) {
    return Failure(ErrorCode::kCamera, kEspErrNotFound, 0, "camera: ESP_ERR_NOT_FOUND");
  }
  if (fault == CAMHIL_HOST_CAMERA_LATE) {
    return Failure(ErrorCode::kCamera, 0, 0, "camera: no frame in time");
  }
  const size_t size = kFramePixels * (format == FrameFormat::kRgb565 ? 2 : 1);
  const uint8_t* const frames = config_.camera_frames[static_cast<size_t>(format)];
  *frame = {frames + size * (shown_++ % config_.camera_frame_count), size};
  if (fault == CAMHIL_HOST_CAMERA_SHORT) frame->size -= 1;
  held_ = true;
  return {};
}

uint32_t HostCamera::NextFault() {
  camhil_host_chip& chip = machine_.chip();
  const uint32_t left = __atomic_load_n(&chip.camera_faults, __ATOMIC_ACQUIRE);
  if (left == 0) return 0;
  HostMachine::Count(&chip.failures);
  if (left != CAMHIL_HOST_UNTIL_RESTART) chip.camera_faults = left - 1;
  return chip.camera_fault;
}

void HostCamera::Release() {
  Require(held_, "a frame is given back that nobody holds");
  held_ = false;
}

void HostCamera::Restart() {
  Require(!held_, "the camera is started anew while a frame is held");
  camhil_host_chip& chip = machine_.chip();
  HostMachine::Count(&chip.restarts);
  if (chip.camera_faults == CAMHIL_HOST_UNTIL_RESTART) chip.camera_faults = 0;
}

}  // namespace camhil
