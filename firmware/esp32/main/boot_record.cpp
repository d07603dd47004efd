#include "boot_record.h"

#include <esp_attr.h>
#include <esp_system.h>

namespace camhil {
namespace {

constexpr uint32_t kMagic = 0x43414D48;

struct Kept {
  uint32_t magic;
  uint32_t boot_count;
  uint32_t is_loading;
  uint32_t model_crc;
};

// Global because the linker has to place it where a reset leaves it alone.
RTC_NOINIT_ATTR Kept kept;

}  // namespace

BootRecord BootRecord::Begin(uint8_t reset_reason) {
  if (kept.magic != kMagic || reset_reason == ESP_RST_POWERON || reset_reason == ESP_RST_BROWNOUT) {
    kept = {kMagic, 0, 0, 0};
  }
  BootRecord record;
  record.boot_count_ = ++kept.boot_count;
  record.has_crashed_ = kept.is_loading != 0;
  record.crashed_crc_ = kept.model_crc;
  return record;
}

void BootRecord::BeginLoad(uint32_t model_crc) const {
  kept.model_crc = model_crc;
  kept.is_loading = 1;
}

void BootRecord::EndLoad() const {
  kept.is_loading = 0;
}

}  // namespace camhil
