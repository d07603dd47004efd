// What the operators of one inference put out.
#pragma once

#include <cstddef>
#include <cstdint>

#include "messages.h"

namespace camhil {

class Trace {
 public:
  // `entries` has room for `limit`.
  Trace(TraceEntry* entries, uint16_t limit) : entries_(entries), limit_(limit) {}

  void Clear() { count_ = 0; }

  // Takes outputs in order, for each operator from 0 on without a gap, and no others.
  void Record(uint16_t op, uint8_t output, Bytes data, int64_t us, int64_t cycles);

  uint16_t count() const { return count_; }
  const TraceEntry* entries() const { return entries_; }

 private:
  bool IsNext(uint16_t op, uint8_t output) const;

  TraceEntry* const entries_;
  const uint16_t limit_;
  uint16_t count_ = 0;
};

}  // namespace camhil
