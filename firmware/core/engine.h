// What runs the network: TensorFlow Lite Micro on a board, callbacks on a host.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bytes.h"
#include "status.h"

namespace camhil {

// Receives every operator's output during a run.
class OpSink {
 public:
  // `output` is the operator's first output, valid during the call only; us and
  // cycles are negative where the engine cannot tell.
  virtual void OnOp(uint16_t op, Bytes output, int64_t us, int64_t cycles) = 0;

 protected:
  ~OpSink() = default;
};

struct ArenaUse {
  uint32_t reserved_bytes = 0;
  uint32_t used_bytes = 0;  // 0: unknown
};

class Engine {
 public:
  // Name and version, 1 to 48 characters of ASCII.
  virtual const char* name() const = 0;

  // True when OnOp gets the time of every operator.
  virtual bool times_ops() const = 0;

  // Prepares the model, which stays where it is. Called once, before Invoke.
  virtual Status Load(Bytes model, ArenaUse* arena) = 0;

  // Runs the model on `input`, which is only read. With a sink, every operator
  // is reported to it in execution order.
  virtual Status Invoke(Bytes input, OpSink* sink) = 0;

  // Output tensor `index` of the graph; stays valid and unchanged until the
  // next Invoke. Empty when there is no such output.
  virtual Bytes Output(uint8_t index) const = 0;

 protected:
  ~Engine() = default;
};

}  // namespace camhil
