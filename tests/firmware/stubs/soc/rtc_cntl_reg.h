#pragma once
#include <stdint.h>
#define RTC_CNTL_OPTION1_REG 0x60008128
#define RTC_CNTL_FORCE_DOWNLOAD_BOOT (1 << 0)
#define REG_WRITE(address, value) esp_stub_write((address), (value))
extern "C" void esp_stub_write(uint32_t address, uint32_t value);
