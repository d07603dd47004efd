#pragma once
#include <stdint.h>
#include "esp_err.h"
typedef enum {
  ESP_RST_UNKNOWN,
  ESP_RST_POWERON,
  ESP_RST_EXT,
  ESP_RST_SW,
  ESP_RST_PANIC,
  ESP_RST_INT_WDT,
  ESP_RST_TASK_WDT,
  ESP_RST_WDT,
  ESP_RST_DEEPSLEEP,
  ESP_RST_BROWNOUT,
  ESP_RST_SDIO,
} esp_reset_reason_t;
typedef void (*shutdown_handler_t)(void);
extern "C" {
esp_err_t esp_register_shutdown_handler(shutdown_handler_t handler);
[[noreturn]] void esp_restart(void);
esp_reset_reason_t esp_reset_reason(void);
[[noreturn]] void esp_system_abort(const char* details);
uint32_t esp_get_free_heap_size(void);
}
