// What is in flash: the running app's description and the model partition.
#pragma once

#include <cstdint>

#include "bytes.h"
#include "machine.h"

namespace camhil {

// All but what depends on the boot.
AppInfo DescribeApp();

struct ModelPartition {
  Bytes content;
  int32_t status = 0;  // esp_err_t: why it could not be mapped, such as that there is none
};

// The model partition, mapped for good.
ModelPartition MapModelPartition();

}  // namespace camhil
