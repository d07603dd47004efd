#include "camera.h"

#include <esp_log.h>
#include <sdkconfig.h>

namespace camhil {
namespace {

constexpr int kClockHz = 20000000;
constexpr const char* kDriverTags[] = {"camera", "cam_hal", "gpio", "sccb"};

static_assert(kFrameColumns == 160 && kFrameRows == 120, "FRAMESIZE_QQVGA is what is asked for");

// Which GPIO each signal of the sensor is wired to; -1: not connected.
void SetPins(camera_config_t* config) {
#if CONFIG_CAMHIL_CAMERA_ESP32S3_EYE
  config->pin_pwdn = -1;
  config->pin_reset = -1;
  config->pin_xclk = 15;
  config->pin_sccb_sda = 4;
  config->pin_sccb_scl = 5;
  config->pin_d7 = 16;
  config->pin_d6 = 17;
  config->pin_d5 = 18;
  config->pin_d4 = 12;
  config->pin_d3 = 10;
  config->pin_d2 = 8;
  config->pin_d1 = 9;
  config->pin_d0 = 11;
  config->pin_vsync = 6;
  config->pin_href = 7;
  config->pin_pclk = 13;
#else  // AI-Thinker ESP32-CAM
  config->pin_pwdn = 32;
  config->pin_reset = -1;
  config->pin_xclk = 0;
  config->pin_sccb_sda = 26;
  config->pin_sccb_scl = 27;
  config->pin_d7 = 35;
  config->pin_d6 = 34;
  config->pin_d5 = 39;
  config->pin_d4 = 36;
  config->pin_d3 = 21;
  config->pin_d2 = 19;
  config->pin_d1 = 18;
  config->pin_d0 = 5;
  config->pin_vsync = 25;
  config->pin_href = 23;
  config->pin_pclk = 22;
#endif
}

}  // namespace

Status Camera::Start(FrameFormat format) {
  camera_config_t config = {};
  SetPins(&config);
  config.xclk_freq_hz = kClockHz;
  config.ledc_timer = LEDC_TIMER_0;
  config.ledc_channel = LEDC_CHANNEL_0;
  // Of its RGB565 the driver leaves the bytes as the sensor sends them, the upper one first.
  config.pixel_format = format == FrameFormat::kRgb565 ? PIXFORMAT_RGB565 : PIXFORMAT_GRAYSCALE;
  config.frame_size = FRAMESIZE_QQVGA;
  // Two buffers, so that the latest frame is there and not the one after the last inference.
  config.fb_count = 2;
  config.fb_location = CAMERA_FB_IN_DRAM;
  config.grab_mode = CAMERA_GRAB_LATEST;
  const esp_err_t error = esp_camera_init(&config);
  if (error == ESP_OK) {
    is_running_ = true;
    return {};
  }
  // The next attempts fail in the same way.
  for (const char* const tag : kDriverTags) esp_log_level_set(tag, ESP_LOG_NONE);
  return Failure(ErrorCode::kCamera, error, 0, "camera: ", esp_err_to_name(error));
}

Status Camera::Capture(FrameFormat format, Bytes* frame) {
  if (!is_running_) {
    const Status status = Start(format);
    if (!status.ok()) return status;
  }
  frame_ = esp_camera_fb_get();
  if (frame_ == nullptr) return Failure(ErrorCode::kCamera, 0, 0, "camera: no frame in time");
  *frame = {frame_->buf, frame_->len};
  return {};
}

void Camera::Restart() {
  if (is_running_) esp_camera_deinit();
  is_running_ = false;
}

void Camera::Release() {
  esp_camera_fb_return(frame_);
  frame_ = nullptr;
}

}  // namespace camhil
