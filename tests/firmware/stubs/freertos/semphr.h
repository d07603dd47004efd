#pragma once
#include "freertos/queue.h"
typedef QueueHandle_t SemaphoreHandle_t;
extern "C" {
SemaphoreHandle_t xSemaphoreCreateMutexStatic(StaticSemaphore_t* memory);
SemaphoreHandle_t xSemaphoreCreateRecursiveMutexStatic(StaticSemaphore_t* memory);
SemaphoreHandle_t xSemaphoreCreateBinaryStatic(StaticSemaphore_t* memory);
BaseType_t xSemaphoreTake(SemaphoreHandle_t semaphore, TickType_t ticks);
BaseType_t xSemaphoreGive(SemaphoreHandle_t semaphore);
BaseType_t xSemaphoreTakeRecursive(SemaphoreHandle_t semaphore, TickType_t ticks);
BaseType_t xSemaphoreGiveRecursive(SemaphoreHandle_t semaphore);
}
