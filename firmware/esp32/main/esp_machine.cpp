#include "esp_machine.h"

#include <driver/gpio.h>
#include <esp_cpu.h>
#include <esp_heap_caps.h>
#include <esp_system.h>
#include <esp_task_wdt.h>
#include <esp_timer.h>
#include <sdkconfig.h>

#include <cstring>

#if CONFIG_IDF_TARGET_ESP32S3
#include <soc/rtc_cntl_reg.h>
#endif

namespace camhil {
namespace {

#if CONFIG_IDF_TARGET_ESP32S3
constexpr bool kHasLoaderRequest = true;
#else
constexpr bool kHasLoaderRequest = false;
#endif

HeapState Measure(uint32_t capabilities) {
  return {static_cast<uint32_t>(heap_caps_get_free_size(capabilities)),
          static_cast<uint32_t>(heap_caps_get_minimum_free_size(capabilities)),
          static_cast<uint32_t>(heap_caps_get_largest_free_block(capabilities))};
}

void SetLed(bool on) {
#if CONFIG_CAMHIL_LED_GPIO >= 0
#if CONFIG_CAMHIL_LED_ACTIVE_LOW
  on = !on;
#endif
  gpio_set_level(static_cast<gpio_num_t>(CONFIG_CAMHIL_LED_GPIO), on ? 1 : 0);
#else
  (void)on;
#endif
}

void StartLed() {
#if CONFIG_CAMHIL_LED_GPIO >= 0
  constexpr auto kLed = static_cast<gpio_num_t>(CONFIG_CAMHIL_LED_GPIO);
  ESP_ERROR_CHECK(gpio_reset_pin(kLed));
  SetLed(false);
  ESP_ERROR_CHECK(gpio_set_direction(kLed, GPIO_MODE_OUTPUT));
#endif
}

size_t IndexOf(Mutex mutex) {
  return static_cast<size_t>(mutex);
}

size_t IndexOf(Event event) {
  return static_cast<size_t>(event);
}

}  // namespace

void EspMachine::Start(const AppInfo& app) {
  app_ = app;
  for (size_t i = 0; i < kMutexes; ++i) {
    mutexes_[i] = xSemaphoreCreateMutexStatic(&mutex_memory_[i]);
  }
  for (size_t i = 0; i < kEvents; ++i) {
    events_[i] = xSemaphoreCreateBinaryStatic(&event_memory_[i]);
  }
  StartLed();
}

void EspMachine::AddTask(TaskHandle_t task) {
  if (task_count_ == kMaxStacks) return;
  tasks_[task_count_] = task;
  ++task_count_;  // what is asked for the stacks may run already
}

uint64_t EspMachine::NowUs() {
  return static_cast<uint64_t>(esp_timer_get_time());
}

uint32_t EspMachine::Cycles() {
  return esp_cpu_get_cycle_count();
}

uint32_t EspMachine::cycles_per_us() const {
  return CONFIG_ESP_DEFAULT_CPU_FREQ_MHZ;
}

void EspMachine::Lock(Mutex mutex) {
  xSemaphoreTake(mutexes_[IndexOf(mutex)], portMAX_DELAY);
}

void EspMachine::Unlock(Mutex mutex) {
  xSemaphoreGive(mutexes_[IndexOf(mutex)]);
}

void EspMachine::Notify(Event event) {
  xSemaphoreGive(events_[IndexOf(event)]);
}

bool EspMachine::Wait(Event event, uint32_t timeout_ms) {
  xSemaphoreTake(events_[IndexOf(event)], pdMS_TO_TICKS(timeout_ms));
  return true;
}

void EspMachine::FeedWatchdog() {
  esp_task_wdt_reset();
}

void EspMachine::ReportMemory(MemoryReport* report) {
  report->heap = {true, Measure(MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT)};
  if (heap_caps_get_total_size(MALLOC_CAP_SPIRAM) > 0) {
    report->psram = {true, Measure(MALLOC_CAP_SPIRAM)};
  }
  for (size_t i = 0; i < task_count_ && report->stack_count < kMaxStacks; ++i) {
    StackState& stack = report->stacks[report->stack_count++];
    std::strncpy(stack.task, pcTaskGetName(tasks_[i]), sizeof stack.task - 1);
    stack.never_used_bytes = static_cast<uint32_t>(uxTaskGetStackHighWaterMark(tasks_[i]));
  }
}

bool EspMachine::CanReset(RebootTarget target) const {
  return target == RebootTarget::kApp || kHasLoaderRequest;
}

void EspMachine::Reset(RebootTarget target) {
#if CONFIG_IDF_TARGET_ESP32S3
  if (target == RebootTarget::kBootloader) {
    REG_WRITE(RTC_CNTL_OPTION1_REG, RTC_CNTL_FORCE_DOWNLOAD_BOOT);
  }
#else
  (void)target;
#endif
  esp_restart();
}

void EspMachine::ShowDetection(bool present) {
  SetLed(present);
}

}  // namespace camhil
