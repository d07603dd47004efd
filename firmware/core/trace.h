// What the operators of one inference put out.
#pragma once

#include <cstddef>
#include <cstdint>

#include "limits.h"
#include "messages.h"

namespace camhil {

class Trace {
 public:
  void Clear() { *this = Trace(); }

  void Record(uint16_t op, Bytes output, int64_t us, int64_t cycles);

  // Operators recorded from the first on, without a gap.
  uint16_t count() const { return count_; }
  const TraceEntry* entries() const { return entries_; }

 private:
  uint16_t count_ = 0;
  TraceEntry entries_[kMaxOps] = {};
};

}  // namespace camhil
