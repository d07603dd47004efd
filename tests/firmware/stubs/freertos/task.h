#pragma once
#include "freertos/FreeRTOS.h"
typedef struct tskTaskControlBlock* TaskHandle_t;
typedef void (*TaskFunction_t)(void*);
extern "C" {
BaseType_t xTaskCreatePinnedToCore(TaskFunction_t run, const char* name, uint32_t stack_bytes,
                                   void* argument, UBaseType_t priority, TaskHandle_t* task,
                                   BaseType_t core);
TaskHandle_t xTaskCreateStaticPinnedToCore(TaskFunction_t run, const char* name,
                                           uint32_t stack_bytes, void* argument,
                                           UBaseType_t priority, StackType_t* stack,
                                           StaticTask_t* memory, BaseType_t core);
void vTaskDelete(TaskHandle_t task);
void vTaskDelay(TickType_t ticks);
char* pcTaskGetName(TaskHandle_t task);
UBaseType_t uxTaskGetStackHighWaterMark(TaskHandle_t task);
TaskHandle_t xTaskGetCurrentTaskHandle(void);
TickType_t xTaskGetTickCount(void);
}
