// The ESP32 as the firmware's machine: UART0 through ESP-IDF's driver, esp_timer,
// FreeRTOS.
#pragma once

#include <freertos/FreeRTOS.h>
#include <freertos/semphr.h>
#include <freertos/task.h>

#include "port.h"

namespace camhil {

class EspPort final : public Port {
 public:
  // Takes the UART over from ROM and bootloader. Call once, before everything else.
  void Start(const AppInfo& app, uint32_t baud);

  // The tasks whose stacks are reported.
  void SetTasks(TaskHandle_t uart, TaskHandle_t inference);

  const AppInfo& app() const override { return app_; }
  uint64_t NowUs() override;
  bool has_cycles() const override { return true; }
  uint32_t Cycles() override;
  int32_t Read(uint8_t* data, size_t size, uint32_t timeout_ms) override;
  void Write(Bytes bytes) override;
  void Flush() override;
  uint32_t baud() const override { return baud_; }
  void SetBaud(uint32_t baud) override;
  void ShowDetection(bool present) override;
  bool CanReset(RebootTarget target) const override;
  void Reset(RebootTarget target) override;
  void ReportMemory(MemoryReport* report) override;
  void Lock() override;
  void Unlock() override;
  void NotifyWork() override;
  bool WaitForWork() override;

 private:
  AppInfo app_ = {};
  uint32_t baud_ = 0;
  TaskHandle_t tasks_[2] = {};
  StaticSemaphore_t lock_memory_ = {};
  StaticSemaphore_t work_memory_ = {};
  SemaphoreHandle_t lock_ = nullptr;
  SemaphoreHandle_t work_ = nullptr;
};

}  // namespace camhil
