#include "uart_line.h"

#include <esp_system.h>

#include <algorithm>

namespace camhil {
namespace {

constexpr uart_port_t kUart = UART_NUM_0;
// At 5 Mbaud 16 ms, in which the receive task gets the processor for sure.
constexpr int kReceiveBytes = 8192;
// What an answer cannot overtake: little, but enough to keep the FIFO filled.
constexpr int kSendBytes = 512;
// The driver waits for room without a limit: at 9600 baud 270 ms for this many bytes.
constexpr size_t kPieceBytes = 256;
// Of a FIFO of 128 bytes: leaves 0.7 ms at 921600 baud until the interrupt is served.
constexpr int kReceiveThreshold = 60;
constexpr uint8_t kReceiveIdleSymbols = 2;
// Each piece that is received is one, too: more than fill the buffer, so that an overrun fits.
constexpr int kEvents = 192;

// A byte that arrives from now on must not interrupt a boot that has no handler yet: the UART
// and its way to the processor need not be reset with it.
void Quiet() {
  uart_disable_intr_mask(kUart, UINT32_MAX);
}

}  // namespace

void UartLine::Start(uint32_t baud) {
  baud_ = baud;
  uart_config_t config = {};
  config.baud_rate = static_cast<int>(baud);
  config.data_bits = UART_DATA_8_BITS;
  config.parity = UART_PARITY_DISABLE;
  config.stop_bits = UART_STOP_BITS_1;
  config.flow_ctrl = UART_HW_FLOWCTRL_DISABLE;
  config.source_clk = UART_SCLK_DEFAULT;
  // What the boot printed leaves at the old rate.
  ESP_ERROR_CHECK(uart_wait_tx_idle_polling(kUart));
  ESP_ERROR_CHECK(uart_driver_install(kUart, kReceiveBytes, kSendBytes, kEvents, &events_, 0));
  ESP_ERROR_CHECK(uart_param_config(kUart, &config));
  ESP_ERROR_CHECK(uart_set_rx_full_threshold(kUart, kReceiveThreshold));
  ESP_ERROR_CHECK(uart_set_rx_timeout(kUart, kReceiveIdleSymbols));
  ESP_ERROR_CHECK(esp_register_shutdown_handler(Quiet));
}

int32_t UartLine::Read(uint8_t* data, size_t size, uint32_t timeout_ms) {
  const int first = uart_read_bytes(kUart, data, 1, pdMS_TO_TICKS(timeout_ms));
  CountOverruns();
  if (first <= 0) return 0;
  size_t waiting = 0;
  uart_get_buffered_data_len(kUart, &waiting);
  const size_t more = std::min(waiting, size - 1);
  const int count = more == 0 ? 0 : uart_read_bytes(kUart, data + 1, more, 0);
  return 1 + std::max(count, 0);
}

// A full buffer alone loses nothing: what comes then waits in the FIFO until that overflows.
void UartLine::CountOverruns() {
  uart_event_t event;
  while (xQueueReceive(events_, &event, 0) == pdTRUE) {
    if (event.type == UART_FIFO_OVF) ++overruns_;
  }
}

int32_t UartLine::Write(Bytes bytes, uint32_t /*timeout_ms*/) {
  return uart_write_bytes(kUart, bytes.data, std::min(bytes.size, kPieceBytes));
}

bool UartLine::Flush(uint32_t timeout_ms) {
  return uart_wait_tx_done(kUart, pdMS_TO_TICKS(timeout_ms)) == ESP_OK;
}

void UartLine::SetBaud(uint32_t baud) {
  if (uart_set_baudrate(kUart, baud) == ESP_OK) baud_ = baud;
}

}  // namespace camhil
