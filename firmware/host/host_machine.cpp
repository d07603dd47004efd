#include "host_machine.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace camhil {
namespace {

constexpr char kTarget[] = "sim";

static_assert(CAMHIL_HOST_MAX_STACKS == kMaxStacks);

HeapState ToState(const camhil_host_heap& heap) {
  return {heap.free_bytes, heap.minimum_free_bytes, heap.largest_block_bytes};
}

}  // namespace

HostMachine::HostMachine(const camhil_host_config& config)
    : chip_(config.chip != nullptr ? config.chip : &none_), cycles_per_us_(chip_->cycles_per_us) {
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

HostMachine::Clock::duration HostMachine::SinceReset() const {
  const uint64_t skipped_us = __atomic_load_n(&chip_->skipped_us, __ATOMIC_RELAXED);
  return Clock::now() - start_ + std::chrono::microseconds(skipped_us);
}

uint64_t HostMachine::NowUs() {
  const auto elapsed = SinceReset();
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(elapsed).count());
}

uint32_t HostMachine::Cycles() {
  const auto ns = static_cast<uint64_t>(std::chrono::nanoseconds(SinceReset()).count());
  return static_cast<uint32_t>(ns / 1000 * cycles_per_us_ + ns % 1000 * cycles_per_us_ / 1000);
}

void HostMachine::Notify(Event event) {
  const std::lock_guard<std::mutex> guard(state_);
  happened_[static_cast<size_t>(event)] = true;
  changed_.notify_all();
}

bool HostMachine::Wait(Event event, uint32_t timeout_ms) {
  CountWait();
  const auto end = SinceReset() + std::chrono::milliseconds(timeout_ms);
  bool& happened = happened_[static_cast<size_t>(event)];
  std::unique_lock<std::mutex> guard(state_);
  WaitFor(&guard, end, &happened);
  happened = false;
  return !stopped_;
}

void HostMachine::WaitFor(std::unique_lock<std::mutex>* guard, Clock::duration end,
                          const bool* happened) {
  for (auto now = SinceReset(); !stopped_ && !*happened && now < end; now = SinceReset()) {
    changed_.wait_for(*guard, std::min<Clock::duration>(end - now, kSlice));
  }
}

void HostMachine::ReportMemory(MemoryReport* report) {
  report->heap = {chip_->has_heap != 0, ToState(chip_->heap)};
  report->psram = {chip_->has_psram != 0, ToState(chip_->psram)};
  report->stack_count = std::min<size_t>(chip_->stack_count, kMaxStacks);
  for (size_t i = 0; i < report->stack_count; ++i) {
    StackState& stack = report->stacks[i];
    std::strncpy(stack.task, chip_->stacks[i].task, sizeof stack.task - 1);
    stack.never_used_bytes = chip_->stacks[i].never_used_bytes;
  }
}

void HostMachine::ShowDetection(bool present) {
  chip_->led = present ? 1 : 0;
  Count(&chip_->shown);
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
  constexpr bool kNever = false;
  std::unique_lock<std::mutex> guard(state_);
  WaitFor(&guard, std::chrono::microseconds(start_us + us), &kNever);
}

}  // namespace camhil
