// What runs the network: TensorFlow Lite Micro on a board, callbacks on a host.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bytes.h"
#include "status.h"

namespace camhil {

// Receives every output of every operator during a run.
class OpSink {
 public:
  // In execution order, and for each operator all outputs from 0 on, with empty `data` for
  // one that has no bytes (a handle). An operator without outputs is left out. `data` is valid
  // during the call only. us and cycles are those of the operator, negative where the engine cannot
  // tell; read at output 0 only. May wait for the line: do not hold a lock.
  virtual void OnOp(uint16_t op, uint8_t output, Bytes data, int64_t us, int64_t cycles) = 0;

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
  // Of the kernels, at most 32: "esp-nn", "reference". Empty: unknown.
  virtual const char* kernels() const = 0;

  // True when OnOp gets the time of every operator.
  virtual bool times_ops() const = 0;

  // Prepares the model, which stays where it is. Called once, before all below.
  virtual Status Load(Bytes model, ArenaUse* arena) = 0;

  // Copies the bytes into input tensor `index`; fails where they are not as many. Called
  // for all inputs, in order, before each Invoke.
  virtual Status SetInput(uint8_t index, Bytes data) = 0;

  // Sets the network's variables to their initial values.
  virtual Status ResetState() = 0;

  // Runs the network on its inputs. With a sink, every operator's outputs are reported.
  virtual Status Invoke(OpSink* sink) = 0;

  // Output tensor `index` of the graph; stays valid and unchanged until the next SetInput,
  // ResetState or Invoke. Has its size from Load on. Empty when there is no such output.
  virtual Bytes Output(uint8_t index) const = 0;

 protected:
  ~Engine() = default;
};

}  // namespace camhil
