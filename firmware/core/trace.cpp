#include "trace.h"

#include "crc32.h"

namespace camhil {
namespace {

uint32_t Known(int64_t value) {
  const bool fits = value >= 0 && value < int64_t{TraceEntry::kUnknown};
  return fits ? static_cast<uint32_t>(value) : TraceEntry::kUnknown;
}

}  // namespace

void Trace::Record(uint16_t op, uint8_t output, Bytes data, int64_t us, int64_t cycles) {
  if (count_ == limit_ || !IsNext(op, output)) return;
  const bool first = output == 0;
  entries_[count_++] = {Crc32(data.data, data.size),
                        static_cast<uint32_t>(data.size),
                        first ? Known(us) : TraceEntry::kUnknown,
                        first ? Known(cycles) : TraceEntry::kUnknown,
                        op,
                        output};
}

bool Trace::IsNext(uint16_t op, uint8_t output) const {
  if (count_ == 0) return output == 0;
  const TraceEntry& last = entries_[count_ - 1];
  return output == 0 ? op > last.op : op == last.op && output == last.output + 1;
}

}  // namespace camhil
