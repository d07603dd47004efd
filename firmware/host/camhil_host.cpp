#include "camhil_host.h"

#include <memory>
#include <thread>
#include <vector>

#include "app.h"
#include "host_camera.h"
#include "host_engine.h"
#include "host_line.h"
#include "host_machine.h"

#ifndef CAMHIL_VERSION
#error "CAMHIL_VERSION comes from firmware/VERSION"
#endif

#define CAMHIL_EXPORT extern "C" __attribute__((visibility("default")))

static_assert(CAMHIL_HOST_MAX_OUTPUTS == camhil::kMaxOutputs);
static_assert(camhil::kMaxSampleBytes == 100661760);  // as camhil_host.h says

namespace {

// All that one run needs.
class Run {
 public:
  explicit Run(const camhil_host_config& config)
      : machine_(config),
        line_(config, machine_),
        engine_(config, machine_),
        camera_(config, machine_),
        samples_(camhil::kSampleBuffers * Stride(config)),
        trace_(config.trace_entries),
        maps_(camhil::kResultSlots * camhil::kMaxCamCells),
        app_(machine_, line_, engine_, config.camera_frame_count > 0 ? &camera_ : nullptr,
             Memory(config)) {}

  int32_t Do(const camhil_host_config& config) {
    app_.Start({config.model_partition, config.model_partition_bytes},
               config.model_partition_status);
    std::thread inference([this] { app_.RunInferenceTask(); });
    std::thread transmit([this] { app_.RunTransmitTask(); });
    std::thread receive([this] { app_.RunReceiveTask(); });
    receive.join();
    transmit.join();
    inference.join();
    return machine_.outcome();
  }

 private:
  // From one sample to the next, aligned.
  static size_t Stride(const camhil_host_config& config) {
    return (size_t{config.max_sample_bytes} + 15) / 16 * 16;
  }

  camhil::Memory Memory(const camhil_host_config& config) {
    camhil::Memory memory;
    for (size_t i = 0; i < camhil::kSampleBuffers; ++i) {
      memory.samples[i] = samples_.data() + i * Stride(config);
    }
    memory.sample_bytes = config.max_sample_bytes;
    memory.trace = trace_.data();
    memory.trace_entries = static_cast<uint16_t>(config.trace_entries);
    memory.maps = maps_.data();
    memory.map_cells = camhil::kMaxCamCells;
    return memory;
  }

  camhil::HostMachine machine_;
  camhil::HostLine line_;
  camhil::HostEngine engine_;
  camhil::HostCamera camera_;
  std::vector<uint8_t> samples_;
  std::vector<camhil::TraceEntry> trace_;
  std::vector<int32_t> maps_;
  camhil::App app_;
};

bool IsUsable(const camhil_host_config* config) {
  if (config == nullptr || config->abi != CAMHIL_HOST_ABI || config->uart_fd < 0) return false;
  if (config->model_partition == nullptr && config->model_partition_bytes > 0) return false;
  if (config->max_sample_bytes > camhil::kMaxSampleBytes) return false;
  if (config->trace_entries > UINT16_MAX) return false;
  const bool has_frames =
      config->camera_frames[0] != nullptr && config->camera_frames[1] != nullptr;
  if (config->camera_frame_count > 0 && !has_frames) return false;
  const camhil_host_engine& engine = config->engine;
  return engine.name != nullptr && engine.load != nullptr && engine.invoke != nullptr &&
         engine.output != nullptr;
}

}  // namespace

CAMHIL_EXPORT int32_t camhil_host_run(const camhil_host_config* config) {
  if (!IsUsable(config)) return CAMHIL_HOST_BAD_CONFIG;
  return std::make_unique<Run>(*config)->Do(*config);
}

CAMHIL_EXPORT const char* camhil_host_version(void) {
  return CAMHIL_VERSION;
}
