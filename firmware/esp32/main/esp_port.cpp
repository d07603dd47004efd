#include "esp_port.h"

#include <driver/gpio.h>
#include <driver/uart.h>
#include <esp_cpu.h>
#include <esp_heap_caps.h>
#include <esp_system.h>
#include <esp_task_wdt.h>
#include <esp_timer.h>
#include <sdkconfig.h>

#include <algorithm>
#include <cstring>

#if CONFIG_IDF_TARGET_ESP32S3
#include <soc/rtc_cntl_reg.h>
#endif

namespace camhil {
namespace {

constexpr uart_port_t kUart = UART_NUM_0;
// At 5 Mbaud 16 ms, in which the UART task gets the processor for sure.
constexpr int kReceiveBytes = 8192;
// Holds two frames, so that an answer does not keep its task waiting for the line.
constexpr int kSendBytes = 4096;
// Of a FIFO of 128 bytes: leaves 0.7 ms at 921600 baud until the interrupt is served.
constexpr int kReceiveThreshold = 60;
constexpr uint8_t kReceiveIdleSymbols = 2;
// A task that waits comes by this often to feed the watchdog.
constexpr uint32_t kWatchdogMs = 1000;
constexpr uint32_t kFlushMs = 2000;
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

}  // namespace

void EspPort::Start(const AppInfo& app, uint32_t baud) {
  app_ = app;
  baud_ = baud;
  lock_ = xSemaphoreCreateRecursiveMutexStatic(&lock_memory_);
  work_ = xSemaphoreCreateBinaryStatic(&work_memory_);
  StartLed();

  uart_config_t config = {};
  config.baud_rate = static_cast<int>(baud);
  config.data_bits = UART_DATA_8_BITS;
  config.parity = UART_PARITY_DISABLE;
  config.stop_bits = UART_STOP_BITS_1;
  config.flow_ctrl = UART_HW_FLOWCTRL_DISABLE;
  config.source_clk = UART_SCLK_DEFAULT;
  // What the boot printed leaves at the old rate.
  ESP_ERROR_CHECK(uart_wait_tx_idle_polling(kUart));
  ESP_ERROR_CHECK(uart_driver_install(kUart, kReceiveBytes, kSendBytes, 0, nullptr, 0));
  ESP_ERROR_CHECK(uart_param_config(kUart, &config));
  ESP_ERROR_CHECK(uart_set_rx_full_threshold(kUart, kReceiveThreshold));
  ESP_ERROR_CHECK(uart_set_rx_timeout(kUart, kReceiveIdleSymbols));
}

void EspPort::SetTasks(TaskHandle_t uart, TaskHandle_t inference) {
  tasks_[0] = uart;
  tasks_[1] = inference;
}

uint64_t EspPort::NowUs() {
  return static_cast<uint64_t>(esp_timer_get_time());
}

uint32_t EspPort::Cycles() {
  return esp_cpu_get_cycle_count();
}

int32_t EspPort::Read(uint8_t* data, size_t size, uint32_t timeout_ms) {
  esp_task_wdt_reset();
  const TickType_t ticks = pdMS_TO_TICKS(std::min(timeout_ms, kWatchdogMs));
  if (uart_read_bytes(kUart, data, 1, ticks) <= 0) return 0;
  size_t waiting = 0;
  uart_get_buffered_data_len(kUart, &waiting);
  const size_t more = std::min(waiting, size - 1);
  const int count = more == 0 ? 0 : uart_read_bytes(kUart, data + 1, more, 0);
  return 1 + std::max(count, 0);
}

void EspPort::Write(Bytes bytes) {
  uart_write_bytes(kUart, bytes.data, bytes.size);
}

void EspPort::Flush() {
  uart_wait_tx_done(kUart, pdMS_TO_TICKS(kFlushMs));
}

void EspPort::SetBaud(uint32_t baud) {
  if (uart_set_baudrate(kUart, baud) == ESP_OK) baud_ = baud;
}

void EspPort::ShowDetection(bool present) {
  SetLed(present);
}

bool EspPort::CanReset(RebootTarget target) const {
  return target == RebootTarget::kApp || kHasLoaderRequest;
}

void EspPort::Reset(RebootTarget target) {
#if CONFIG_IDF_TARGET_ESP32S3
  if (target == RebootTarget::kBootloader) {
    REG_WRITE(RTC_CNTL_OPTION1_REG, RTC_CNTL_FORCE_DOWNLOAD_BOOT);
  }
#else
  (void)target;
#endif
  // A byte that arrives from now on must not interrupt a boot that has no handler yet: the UART
  // and its way to the processor need not be reset with it. Both tasks write under the lock that
  // the caller holds.
  uart_driver_delete(kUart);
  esp_restart();
}

void EspPort::ReportMemory(MemoryReport* report) {
  report->heap = {true, Measure(MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT)};
  if (heap_caps_get_total_size(MALLOC_CAP_SPIRAM) > 0) {
    report->psram = {true, Measure(MALLOC_CAP_SPIRAM)};
  }
  for (const TaskHandle_t task : tasks_) {
    if (task == nullptr || report->stack_count == kMaxStacks) continue;
    StackState& stack = report->stacks[report->stack_count++];
    std::strncpy(stack.task, pcTaskGetName(task), sizeof stack.task - 1);
    stack.never_used_bytes = static_cast<uint32_t>(uxTaskGetStackHighWaterMark(task));
  }
}

// Recursive, because what prints while it holds the lock takes it again.
void EspPort::Lock() {
  xSemaphoreTakeRecursive(lock_, portMAX_DELAY);
}

void EspPort::Unlock() {
  xSemaphoreGiveRecursive(lock_);
}

void EspPort::NotifyWork() {
  xSemaphoreGive(work_);
}

bool EspPort::WaitForWork() {
  do {
    esp_task_wdt_reset();
  } while (xSemaphoreTake(work_, pdMS_TO_TICKS(kWatchdogMs)) != pdTRUE);
  return true;
}

}  // namespace camhil
