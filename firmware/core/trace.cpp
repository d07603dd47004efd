#include "trace.h"

#include "crc32.h"

namespace camhil {

void Trace::Record(uint16_t op, Bytes output, int64_t us, int64_t cycles) {
  if (op != count_ || op >= kMaxOps) return;
  entries_[count_++] = {Crc32(output.data, output.size), static_cast<uint32_t>(output.size), us,
                        cycles};
}

}  // namespace camhil
