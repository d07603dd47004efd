// The machine on a host: a steady clock, and threads as tasks.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "camhil_host.h"
#include "machine.h"

namespace camhil {

class HostMachine final : public Machine {
 public:
  explicit HostMachine(const camhil_host_config& config);
  ~HostMachine();
  HostMachine(const HostMachine&) = delete;
  HostMachine& operator=(const HostMachine&) = delete;

  const AppInfo& app() const override { return app_; }
  uint64_t NowUs() override;
  uint32_t Cycles() override { return 0; }
  uint32_t cycles_per_us() const override { return 0; }

  void Lock(Mutex mutex) override { locks_[static_cast<size_t>(mutex)].lock(); }
  void Unlock(Mutex mutex) override { locks_[static_cast<size_t>(mutex)].unlock(); }
  void Notify(Event event) override;
  bool Wait(Event event, uint32_t timeout_ms) override;

  void ReportMemory(MemoryReport*) override {}  // a host has no such limits
  void Reset(RebootTarget target) override;

  // Ends all tasks; the first outcome counts.
  void Stop(int32_t outcome);
  // Readable from then on.
  int stop_fd() const { return stop_pipe_[0]; }
  // What camhil_host_run returns.
  int32_t outcome() const { return outcome_; }
  // Waits until `us` microseconds have passed since `start_us`, or the stop.
  void WaitUntil(uint64_t start_us, uint64_t us);

 private:
  using Clock = std::chrono::steady_clock;

  AppInfo app_;
  int stop_pipe_[2] = {-1, -1};
  const Clock::time_point start_ = Clock::now();

  std::mutex locks_[kMutexes];  // the firmware's
  std::mutex state_;            // guards what follows
  std::condition_variable changed_;
  bool happened_[kEvents] = {};
  bool stopped_ = false;
  int32_t outcome_ = CAMHIL_HOST_UART_CLOSED;
};

}  // namespace camhil
