#pragma once
#include <stddef.h>
#include <stdint.h>
namespace tflite {
enum class MemoryPlannerType { kGreedy, kLinear };
class MicroAllocator {
 public:
  static MicroAllocator* Create(uint8_t* tensor_arena, size_t arena_size,
                                MemoryPlannerType type = MemoryPlannerType::kGreedy);
};
}  // namespace tflite
