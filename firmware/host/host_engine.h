// The engine on a host: the caller's functions.
#pragma once

#include <memory>
#include <vector>

#include "camhil_host.h"
#include "engine.h"
#include "host_port.h"

namespace camhil {

class HostEngine final : public Engine {
 public:
  HostEngine(const camhil_host_config& config, HostPort& port) : config_(config), port_(port) {}

  const char* name() const override { return config_.engine.name; }
  bool times_ops() const override { return false; }  // they would mean nothing
  Status Load(Bytes model, ArenaUse* arena) override;
  Status Invoke(Bytes input, OpSink* sink) override;
  Bytes Output(uint8_t index) const override;

 private:
  const camhil_host_config& config_;
  HostPort& port_;
  std::vector<std::vector<int8_t>> outputs_;  // allocated by Load
};

}  // namespace camhil
