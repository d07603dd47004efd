#pragma once
#include <stdint.h>
typedef int esp_err_t;
#define ESP_OK 0
#define ESP_FAIL -1
#define ESP_ERR_NO_MEM 0x101
#define ESP_ERR_INVALID_ARG 0x102
#define ESP_ERR_INVALID_STATE 0x103
#define ESP_ERR_INVALID_SIZE 0x104
#define ESP_ERR_NOT_FOUND 0x105
#define ESP_ERR_NOT_SUPPORTED 0x106
#define ESP_ERR_TIMEOUT 0x107
extern "C" const char* esp_err_to_name(esp_err_t code);
extern "C" [[noreturn]] void esp_stub_check_failed(esp_err_t code);
#define ESP_ERROR_CHECK(expression)                        \
  do {                                                     \
    const esp_err_t checked = (expression);                \
    if (checked != ESP_OK) esp_stub_check_failed(checked); \
  } while (0)
