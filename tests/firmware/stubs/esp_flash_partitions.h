#pragma once
#include <stdint.h>
typedef struct {
  uint32_t offset;
  uint32_t size;
} esp_partition_pos_t;
