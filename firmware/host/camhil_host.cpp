#include "camhil_host.h"

#include <memory>
#include <thread>

#include "app.h"
#include "host_engine.h"
#include "host_port.h"

#ifndef CAMHIL_VERSION
#error "CAMHIL_VERSION comes from firmware/VERSION"
#endif

#define CAMHIL_EXPORT extern "C" __attribute__((visibility("default")))

namespace {

// All that one run needs.
struct Machine {
  explicit Machine(const camhil_host_config& config)
      : port(config), engine(config, port), app(port, engine, nullptr, images) {}

  camhil::HostPort port;
  camhil::HostEngine engine;
  camhil::ImageMemory images;
  camhil::App app;
};

bool IsUsable(const camhil_host_config* config) {
  if (config == nullptr || config->abi != CAMHIL_HOST_ABI || config->uart_fd < 0) return false;
  if (config->model_partition == nullptr && config->model_partition_bytes > 0) return false;
  const camhil_host_engine& engine = config->engine;
  return engine.name != nullptr && engine.load != nullptr && engine.invoke != nullptr &&
         engine.output != nullptr;
}

}  // namespace

CAMHIL_EXPORT int32_t camhil_host_run(const camhil_host_config* config) {
  if (!IsUsable(config)) return CAMHIL_HOST_BAD_CONFIG;
  const auto machine = std::make_unique<Machine>(*config);
  machine->app.Start({config->model_partition, config->model_partition_bytes});
  std::thread inference([&machine] { machine->app.RunInferenceTask(); });
  std::thread uart([&machine] { machine->app.RunUartTask(); });
  uart.join();
  inference.join();
  return machine->port.outcome();
}

CAMHIL_EXPORT const char* camhil_host_version(void) {
  return CAMHIL_VERSION;
}
