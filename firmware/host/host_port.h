// The machine on a host: a file descriptor as UART, steady clock, two threads.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "camhil_host.h"
#include "port.h"

namespace camhil {

class HostPort final : public Port {
 public:
  explicit HostPort(const camhil_host_config& config);

  const AppInfo& app() const override { return app_; }
  uint64_t NowUs() override;
  bool has_cycles() const override { return false; }
  uint32_t Cycles() override { return 0; }

  int32_t Read(uint8_t* data, size_t size, uint32_t timeout_ms) override;
  void Write(Bytes bytes) override;
  void Flush() override {}  // a stream: nothing is lost by what follows
  uint32_t baud() const override { return baud_; }
  void SetBaud(uint32_t baud) override;
  void Reset(RebootTarget target) override;
  void ReportMemory(MemoryReport*) override {}  // a host has no such limits

  void Lock() override { lock_.lock(); }
  void Unlock() override { lock_.unlock(); }
  void NotifyWork() override;
  bool WaitForWork() override;

  // Ends both tasks; the first outcome counts.
  void Stop(int32_t outcome);
  // What camhil_host_run returns.
  int32_t outcome() const { return outcome_; }
  // Waits until `us` microseconds have passed since `start_us`, or the stop.
  void WaitUntil(uint64_t start_us, uint64_t us);

 private:
  using Clock = std::chrono::steady_clock;

  const camhil_host_config& config_;
  AppInfo app_ = {};
  const Clock::time_point start_ = Clock::now();
  uint32_t baud_;
  bool is_socket_;

  std::mutex lock_;   // the firmware's
  std::mutex state_;  // guards what follows
  std::condition_variable changed_;
  bool work_ = false;
  bool stopped_ = false;
  int32_t outcome_ = CAMHIL_HOST_UART_CLOSED;
};

}  // namespace camhil
