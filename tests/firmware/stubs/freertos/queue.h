#pragma once
#include "freertos/FreeRTOS.h"
typedef struct QueueDefinition* QueueHandle_t;
