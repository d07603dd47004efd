// Parts of the ESP32's firmware over a made-up UART driver, for test_esp32_parts.py.
#include <esp_system.h>

#include <cstdlib>
#include <deque>

#include "boot_record.h"
#include "uart_line.h"

namespace {

std::deque<uint8_t> received;
std::deque<uart_event_t> events;
size_t sent_bytes = 0;
uint32_t rate = 0;
bool takes_rates = true;
bool quiet = false;
shutdown_handler_t at_restart = nullptr;

camhil::BootRecord record;
camhil::UartLine line;

}  // namespace

extern "C" {

esp_err_t uart_driver_install(uart_port_t, int, int, int, QueueHandle_t*, int) {
  return ESP_OK;
}
esp_err_t uart_param_config(uart_port_t, const uart_config_t* config) {
  rate = static_cast<uint32_t>(config->baud_rate);
  return ESP_OK;
}
esp_err_t uart_set_baudrate(uart_port_t, uint32_t baud) {
  if (!takes_rates) return ESP_FAIL;
  rate = baud;
  return ESP_OK;
}
esp_err_t uart_disable_intr_mask(uart_port_t, uint32_t mask) {
  quiet = mask == UINT32_MAX;
  return ESP_OK;
}
esp_err_t uart_set_rx_full_threshold(uart_port_t, int) {
  return ESP_OK;
}
esp_err_t uart_set_rx_timeout(uart_port_t, uint8_t) {
  return ESP_OK;
}
esp_err_t uart_wait_tx_done(uart_port_t, TickType_t) {
  return ESP_OK;
}
esp_err_t uart_wait_tx_idle_polling(uart_port_t) {
  return ESP_OK;
}
esp_err_t uart_get_buffered_data_len(uart_port_t, size_t* size) {
  *size = received.size();
  return ESP_OK;
}
int uart_write_bytes(uart_port_t, const void*, size_t size) {
  sent_bytes += size;
  return static_cast<int>(size);
}
int uart_read_bytes(uart_port_t, void* to, uint32_t size, TickType_t) {
  uint32_t count = 0;
  while (count < size && !received.empty()) {
    static_cast<uint8_t*>(to)[count++] = received.front();
    received.pop_front();
  }
  return static_cast<int>(count);
}
BaseType_t xQueueReceive(QueueHandle_t, void* to, TickType_t) {
  if (events.empty()) return pdFALSE;
  *static_cast<uart_event_t*>(to) = events.front();
  events.pop_front();
  return pdTRUE;
}
esp_err_t esp_register_shutdown_handler(shutdown_handler_t handler) {
  at_restart = handler;
  return ESP_OK;
}
void esp_stub_check_failed(esp_err_t) {
  abort();
}

// ---- what Python calls ----

void boot(uint8_t reset_reason, uint32_t app) {
  record = camhil::BootRecord::Begin(reset_reason, app);
}
uint32_t boot_count() {
  return record.boot_count();
}
bool crashed_on(uint32_t model) {
  return record.CrashedOn(model);
}
void begin_load(uint32_t model) {
  record.BeginLoad(model);
}
void end_load() {
  record.EndLoad();
}

void start_line(uint32_t baud) {
  line.Start(baud);
}
void arrive(uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) received.push_back(static_cast<uint8_t>(i));
}
void happen(uint32_t type) {
  events.push_back({static_cast<uart_event_type_t>(type), 0, false});
}
int32_t read_line(uint8_t* data, uint32_t size) {
  return line.Read(data, size, 10);
}
int32_t write_line(uint32_t size) {
  static const uint8_t bytes[4096] = {};
  return line.Write({bytes, size}, 10);
}
uint32_t overruns() {
  return line.overruns();
}
uint32_t set_baud(uint32_t baud, bool possible) {
  takes_rates = possible;
  line.SetBaud(baud);
  return line.baud();
}
uint32_t driver_rate() {
  return rate;
}
bool is_quiet_after_restart() {
  at_restart();
  return quiet;
}
}
