#include "boot_record.h"

#include <esp_attr.h>
#include <esp_system.h>

#include <cstddef>

#include "crc32.h"

namespace camhil {
namespace {

struct Kept {
  uint32_t boot_count;
  uint32_t is_loading;
  uint32_t app_crc;
  uint32_t model_crc;
  uint32_t check;  // CRC-32 of all before: the memory holds anything after a loss of power
};

// Global because the linker has to place it where a reset leaves it alone.
RTC_NOINIT_ATTR Kept kept;

uint32_t Check() {
  return Crc32(reinterpret_cast<const uint8_t*>(&kept), offsetof(Kept, check));
}

// A person who presses EN, or takes the power away, gets another try with the same model.
bool IsByHand(uint8_t reset_reason) {
  return reset_reason == ESP_RST_POWERON || reset_reason == ESP_RST_EXT;
}

}  // namespace

BootRecord BootRecord::Begin(uint8_t reset_reason, uint32_t app_crc) {
  if (kept.check != Check()) kept = {};
  BootRecord record;
  record.boot_count_ = ++kept.boot_count;
  record.app_crc_ = app_crc;
  record.has_crashed_ = kept.is_loading != 0 && kept.app_crc == app_crc && !IsByHand(reset_reason);
  record.crashed_crc_ = kept.model_crc;
  if (!record.has_crashed_) kept.is_loading = 0;
  kept.check = Check();
  return record;
}

void BootRecord::BeginLoad(uint32_t model_crc) const {
  kept.app_crc = app_crc_;
  kept.model_crc = model_crc;
  kept.is_loading = 1;
  kept.check = Check();
}

void BootRecord::EndLoad() const {
  kept.is_loading = 0;
  kept.check = Check();
}

}  // namespace camhil
