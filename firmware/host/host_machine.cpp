#include "host_machine.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace camhil {
namespace {

constexpr char kTarget[] = "sim";

}  // namespace

HostMachine::HostMachine(const camhil_host_config& config) {
  app_.target = kTarget;
  app_.firmware_version = camhil_host_version();
  std::memcpy(app_.build_id, config.build_id, sizeof app_.build_id);
  std::memcpy(app_.app_sha256, config.app_sha256, sizeof app_.app_sha256);
  app_.reset_reason = static_cast<uint8_t>(config.reset_reason);
  app_.boot_count = config.boot_count;
  app_.boot_id = config.boot_id;
  if (pipe(stop_pipe_) != 0) std::abort();  // without it a task would wait for ever
}

HostMachine::~HostMachine() {
  close(stop_pipe_[0]);
  close(stop_pipe_[1]);
}

uint64_t HostMachine::NowUs() {
  const auto elapsed = Clock::now() - start_;
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(elapsed).count());
}

void HostMachine::Notify(Event event) {
  const std::lock_guard<std::mutex> guard(state_);
  happened_[static_cast<size_t>(event)] = true;
  changed_.notify_all();
}

bool HostMachine::Wait(Event event, uint32_t timeout_ms) {
  bool& happened = happened_[static_cast<size_t>(event)];
  std::unique_lock<std::mutex> guard(state_);
  changed_.wait_for(guard, std::chrono::milliseconds(timeout_ms),
                    [&] { return happened || stopped_; });
  happened = false;
  return !stopped_;
}

void HostMachine::Reset(RebootTarget target) {
  Stop(target == RebootTarget::kApp ? CAMHIL_HOST_REBOOT_TO_APP : CAMHIL_HOST_REBOOT_TO_BOOTLOADER);
}

void HostMachine::Stop(int32_t outcome) {
  const std::lock_guard<std::mutex> guard(state_);
  if (stopped_) return;
  outcome_ = outcome;
  stopped_ = true;
  changed_.notify_all();
  const char byte = 0;
  if (write(stop_pipe_[1], &byte, 1) != 1) std::abort();
}

void HostMachine::WaitUntil(uint64_t start_us, uint64_t us) {
  const auto end = start_ + std::chrono::microseconds(start_us + us);
  std::unique_lock<std::mutex> guard(state_);
  changed_.wait_until(guard, end, [this] { return stopped_; });
}

}  // namespace camhil
