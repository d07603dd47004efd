// What is in flash: the running app's description and the model partition.
#pragma once

#include "boot_record.h"
#include "bytes.h"
#include "port.h"

namespace camhil {

AppInfo DescribeApp(uint8_t reset_reason, const BootRecord& boot);

// The model partition, mapped for good. Empty where the table has none.
Bytes MapModelPartition();

}  // namespace camhil
