// The ESP32 as the firmware's machine: esp_timer, FreeRTOS, the task watchdog.
#pragma once

#include <freertos/FreeRTOS.h>
#include <freertos/semphr.h>
#include <freertos/task.h>

#include <atomic>

#include "machine.h"

namespace camhil {

class EspMachine final : public Machine {
 public:
  // Call once, before everything else.
  void Start(const AppInfo& app);

  // A task whose stack is reported.
  void AddTask(TaskHandle_t task);

  const AppInfo& app() const override { return app_; }
  uint64_t NowUs() override;
  uint32_t Cycles() override;
  uint32_t cycles_per_us() const override;
  void Lock(Mutex mutex) override;
  void Unlock(Mutex mutex) override;
  void Notify(Event event) override;
  bool Wait(Event event, uint32_t timeout_ms) override;
  void FeedWatchdog() override;
  void ReportMemory(MemoryReport* report) override;
  bool CanReset(RebootTarget target) const override;
  void Reset(RebootTarget target) override;
  void ShowDetection(bool present) override;

 private:
  AppInfo app_ = {};
  TaskHandle_t tasks_[kMaxStacks] = {};
  std::atomic<size_t> task_count_{0};
  StaticSemaphore_t mutex_memory_[kMutexes] = {};
  StaticSemaphore_t event_memory_[kEvents] = {};
  SemaphoreHandle_t mutexes_[kMutexes] = {};
  SemaphoreHandle_t events_[kEvents] = {};
};

}  // namespace camhil
