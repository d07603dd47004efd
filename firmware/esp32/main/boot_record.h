// What outlives a reset: the number of boots, and a mark on a network that is being loaded.
//
// It lies in RTC memory, which a reset by software, panic or watchdog leaves alone. A loss of
// power clears it, EN and a brownout may: then the count starts anew. boot_id, which is random,
// tells boots apart in any case.
//
// TensorFlow Lite Micro aborts on some damaged or degenerate models instead of
// returning an error. Without the mark such a model would restart the board forever.
#pragma once

#include <cstdint>

namespace camhil {

class BootRecord {
 public:
  // Call once per boot. reset_reason: esp_reset_reason_t. app_crc: of what tells this app from
  // others.
  static BootRecord Begin(uint8_t reset_reason, uint32_t app_crc);

  uint32_t boot_count() const { return boot_count_; }

  // Whether this very app was reset while it loaded the model with this CRC-32.
  bool CrashedOn(uint32_t model_crc) const { return has_crashed_ && crashed_crc_ == model_crc; }

  // Around the loading of a model.
  void BeginLoad(uint32_t model_crc) const;
  void EndLoad() const;

 private:
  uint32_t boot_count_ = 0;
  uint32_t app_crc_ = 0;
  bool has_crashed_ = false;
  uint32_t crashed_crc_ = 0;
};

}  // namespace camhil
