#pragma once
#include <stdint.h>
#include "esp_err.h"
#include "esp_flash_partitions.h"
typedef struct {
  uint8_t magic;
  uint8_t segment_count;
  uint8_t hash_appended;
} esp_image_header_t;
typedef struct {
  uint32_t start_addr;
  esp_image_header_t image;
  uint32_t image_len;
  uint8_t image_digest[32];
} esp_image_metadata_t;
extern "C" esp_err_t esp_image_get_metadata(const esp_partition_pos_t* part,
                                            esp_image_metadata_t* metadata);
