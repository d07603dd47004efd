#pragma once
#include <stddef.h>
#include <stdint.h>
#include "sdkconfig.h"
typedef int BaseType_t;
typedef unsigned int UBaseType_t;
typedef uint8_t StackType_t;
typedef uint32_t TickType_t;
typedef struct {
  void* words[21];
} StaticSemaphore_t;
typedef struct {
  void* words[90];
} StaticTask_t;
#define pdFALSE ((BaseType_t)0)
#define pdTRUE ((BaseType_t)1)
#define pdFAIL pdFALSE
#define pdPASS pdTRUE
#define portMAX_DELAY ((TickType_t)0xffffffffUL)
#define portNUM_PROCESSORS 2
#define pdMS_TO_TICKS(ms) ((TickType_t)(((uint64_t)(ms) * CONFIG_FREERTOS_HZ) / 1000U))
