// UART0 through ESP-IDF's driver as the firmware's line.
#pragma once

#include <driver/uart.h>
#include <freertos/FreeRTOS.h>
#include <freertos/queue.h>

#include <atomic>

#include "line.h"

namespace camhil {

class UartLine final : public Line {
 public:
  // Takes the UART over from ROM and bootloader. Call once, before everything else.
  void Start(uint32_t baud);

  int32_t Read(uint8_t* data, size_t size, uint32_t timeout_ms) override;
  int32_t Write(Bytes bytes, uint32_t timeout_ms) override;
  bool Flush(uint32_t timeout_ms) override;
  void SetBaud(uint32_t baud) override;
  bool can_set_baud() const override { return true; }
  uint32_t baud() const override { return baud_; }
  uint32_t overruns() const override { return overruns_; }

 private:
  void CountOverruns();

  std::atomic<uint32_t> baud_{0};
  std::atomic<uint32_t> overruns_{0};
  QueueHandle_t events_ = nullptr;
};

}  // namespace camhil
