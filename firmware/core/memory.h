// The memory whose size follows from the networks that a build is for. A port gives it to
// the App: from the heap, or as a StaticMemory of what `hil build` has found.
#pragma once

#include <cstddef>
#include <cstdint>

#include "limits.h"
#include "messages.h"

namespace camhil {

struct Memory {
  // Each of sample_bytes, at most kMaxSampleBytes, aligned to 16.
  uint8_t* samples[kSampleBuffers] = {};
  uint32_t sample_bytes = 0;
  // Outputs of all operators.
  TraceEntry* trace = nullptr;
  uint16_t trace_entries = 0;
  // kResultSlots class activation maps, each of map_cells.
  int32_t* maps = nullptr;
  uint16_t map_cells = 0;

  uint32_t bytes() const {
    return static_cast<uint32_t>(kSampleBuffers * sample_bytes +
                                 trace_entries * sizeof(TraceEntry) +
                                 kResultSlots * map_cells * sizeof(int32_t));
  }
};

template <uint32_t kSampleBytes, uint16_t kTraceEntries, uint16_t kMapCells>
class StaticMemory {
 public:
  Memory view() {
    Memory memory;
    for (size_t i = 0; i < kSampleBuffers; ++i) memory.samples[i] = samples_[i];
    memory.sample_bytes = kSampleBytes;
    memory.trace = trace_;
    memory.trace_entries = kTraceEntries;
    memory.maps = maps_;
    memory.map_cells = kMapCells;
    return memory;
  }

 private:
  static_assert(kSampleBytes <= kMaxSampleBytes);

  alignas(16) uint8_t samples_[kSampleBuffers][(kSampleBytes + 15) / 16 * 16];
  TraceEntry trace_[kTraceEntries];
  int32_t maps_[kResultSlots * (kMapCells > 0 ? kMapCells : 1)];
};

}  // namespace camhil
