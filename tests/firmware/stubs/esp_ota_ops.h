#pragma once
#include "esp_err.h"
#include "esp_partition.h"
extern "C" const esp_partition_t* esp_ota_get_running_partition(void);
