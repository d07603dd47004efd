// The machine on a host: a steady clock, and threads as tasks. What only a chip has is played by
// the caller (camhil_host_chip).
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
  uint32_t Cycles() override;
  uint32_t cycles_per_us() const override { return cycles_per_us_; }

  void Lock(Mutex mutex) override { locks_[static_cast<size_t>(mutex)].lock(); }
  void Unlock(Mutex mutex) override { locks_[static_cast<size_t>(mutex)].unlock(); }
  void Notify(Event event) override;
  bool Wait(Event event, uint32_t timeout_ms) override;
  void FeedWatchdog() override { CountWait(); }  // a task that only does this goes round as well

  void ReportMemory(MemoryReport* report) override;
  void Reset(RebootTarget target) override;
  void ShowDetection(bool present) override;

  // Ends all tasks; the first outcome counts.
  void Stop(int32_t outcome);
  // Readable from then on.
  int stop_fd() const { return stop_pipe_[0]; }
  // What camhil_host_run returns.
  int32_t outcome() const { return outcome_; }
  // Waits until `us` microseconds have passed since `start_us`, or the stop.
  void WaitUntil(uint64_t start_us, uint64_t us);

  using Clock = std::chrono::steady_clock;
  // What the host's clock and the time that was skipped come to.
  Clock::duration SinceReset() const;
  // Time that is skipped wakes nobody: so long at most does one wait without looking at the clock.
  static constexpr std::chrono::milliseconds kSlice{20};

  camhil_host_chip& chip() { return *chip_; }
  void CountWait() { Count(&chip_->waits); }
  static void Count(uint32_t* counter) { __atomic_fetch_add(counter, 1u, __ATOMIC_RELAXED); }

 private:
  // Until `end` of SinceReset, the stop, or the flag; the caller holds `guard` of state_.
  void WaitFor(std::unique_lock<std::mutex>* guard, Clock::duration end, const bool* happened);

  AppInfo app_;
  camhil_host_chip none_ = {};
  camhil_host_chip* const chip_;
  const uint32_t cycles_per_us_;
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
