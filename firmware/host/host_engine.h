// The engine on a host: the caller's functions.
#pragma once

#include <vector>

#include "camhil_host.h"
#include "engine.h"
#include "host_machine.h"

namespace camhil {

class HostEngine final : public Engine {
 public:
  HostEngine(const camhil_host_config& config, HostMachine& machine)
      : config_(config), machine_(machine) {}

  const char* name() const override { return config_.engine.name; }
  const char* kernels() const override;
  // Made up like the cycles, and only together with them: a host's would mean nothing.
  bool times_ops() const override { return machine_.cycles_per_us() > 0; }
  Status Load(Bytes model, ArenaUse* arena) override;
  Status SetInput(uint8_t index, Bytes data) override;
  Status ResetState() override;
  Status Invoke(OpSink* sink) override;
  Bytes Output(uint8_t index) const override;

 private:
  const camhil_host_config& config_;
  HostMachine& machine_;
  std::vector<uint8_t> sample_;
  bool reset_state_ = false;
  std::vector<std::vector<uint8_t>> outputs_;  // allocated by Load
};

}  // namespace camhil
