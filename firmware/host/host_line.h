// The line on a host: a file descriptor.
#pragma once

#include <atomic>

#include "camhil_host.h"
#include "host_machine.h"
#include "line.h"

namespace camhil {

class HostLine final : public Line {
 public:
  HostLine(const camhil_host_config& config, HostMachine& machine);

  int32_t Read(uint8_t* data, size_t size, uint32_t timeout_ms) override;
  int32_t Write(Bytes bytes, uint32_t timeout_ms) override;
  bool Flush(uint32_t) override { return true; }  // a stream: nothing is lost by what follows
  void SetBaud(uint32_t baud) override;
  bool can_set_baud() const override { return true; }
  uint32_t baud() const override { return baud_; }

 private:
  // Whether the descriptor is ready for `events` in time; false with *gone where it is closed.
  bool IsReady(short events, uint32_t timeout_ms, bool* gone);
  int32_t End();

  const camhil_host_config& config_;
  HostMachine& machine_;
  std::atomic<uint32_t> baud_;
  const bool is_socket_;
};

}  // namespace camhil
