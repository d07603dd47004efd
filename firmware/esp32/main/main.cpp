// Puts the firmware together: machine, line, engine, camera, memory and the three tasks.
#include <esp_heap_caps.h>
#include <esp_random.h>
#include <esp_system.h>
#include <esp_task_wdt.h>
#include <freertos/FreeRTOS.h>
#include <freertos/task.h>
#include <sdkconfig.h>

#include "app.h"
#include "boot_record.h"
#include "crc32.h"
#include "esp_machine.h"
#include "log_output.h"
#include "memory.h"
#include "network_limits.h"
#include "storage.h"
#include "tflm_engine.h"
#include "uart_line.h"

#if !CONFIG_CAMHIL_CAMERA_NONE
#include "camera.h"
#endif

namespace camhil {
namespace {

constexpr uint32_t kTransmitStackBytes = 4 * 1024;
constexpr uint32_t kReceiveStackBytes = 6 * 1024;
constexpr uint32_t kInferenceStackBytes = 8 * 1024;
constexpr UBaseType_t kReceivePriority = 11;
constexpr UBaseType_t kTransmitPriority = 10;
constexpr UBaseType_t kInferencePriority = 5;
constexpr BaseType_t kLineCore = 0;
constexpr BaseType_t kInferenceCore = portNUM_PROCESSORS - 1;

constexpr uint32_t kFrameBytes = kFramePixels * kNetworkPixelBytes;
constexpr uint32_t kSampleBytes =
    kFrameBytes > kNetworkSampleBytes ? kFrameBytes : kNetworkSampleBytes;

// In .bss, so that what does not fit is found by the linker. The names stand in budget.toml.
StaticMemory<kSampleBytes, kNetworkTraceEntries, kNetworkMapCells> buffers;
#if !CONFIG_CAMHIL_ARENA_PSRAM
alignas(TflmEngine::kArenaAlignment) uint8_t tensor_arena[kNetworkArenaBytes];
#endif

uint8_t* FindArena() {
#if CONFIG_CAMHIL_ARENA_PSRAM
  return static_cast<uint8_t*>(
      heap_caps_aligned_alloc(TflmEngine::kArenaAlignment, kNetworkArenaBytes, MALLOC_CAP_SPIRAM));
#else
  return tensor_arena;
#endif
}

FrameSource* FindCamera() {
#if CONFIG_CAMHIL_CAMERA_NONE
  return nullptr;
#else
  static Camera camera;
  return &camera;
#endif
}

// A task that runs one of the App's three functions for good.
template <void (App::*kRun)()>
void Task(void* app) {
  esp_task_wdt_add(nullptr);
  (static_cast<App*>(app)->*kRun)();
}

TaskHandle_t StartTask(TaskFunction_t run, const char* name, uint32_t stack_bytes, App* app,
                       UBaseType_t priority, BaseType_t core) {
  TaskHandle_t task = nullptr;
  if (xTaskCreatePinnedToCore(run, name, stack_bytes, app, priority, &task, core) != pdPASS) {
    esp_system_abort("no memory for a task");
  }
  return task;
}

void Run() {
  AppInfo info = DescribeApp();
  info.reset_reason = static_cast<uint8_t>(esp_reset_reason());
  static const BootRecord boot =
      BootRecord::Begin(info.reset_reason, Crc32(info.build_id, sizeof info.build_id));
  info.boot_count = boot.boot_count();
  info.boot_id = esp_random();
  static EspMachine machine;
  machine.Start(info);
  static UartLine line;
  line.Start(CONFIG_CAMHIL_UART_BAUD);

  uint8_t* const arena = FindArena();
  static TflmEngine engine(arena, arena != nullptr ? kNetworkArenaBytes : 0, boot);
  static App app(machine, line, engine, FindCamera(), buffers.view());
  StartLogOutput(app);
  // First, so that what is printed leaves the board before a network can crash it.
  machine.AddTask(StartTask(Task<&App::RunTransmitTask>, "transmit", kTransmitStackBytes, &app,
                            kTransmitPriority, kLineCore));
  const ModelPartition partition = MapModelPartition();
  app.Start(partition.content, partition.status);
  machine.AddTask(StartTask(Task<&App::RunInferenceTask>, "inference", kInferenceStackBytes, &app,
                            kInferencePriority, kInferenceCore));
  machine.AddTask(StartTask(Task<&App::RunReceiveTask>, "receive", kReceiveStackBytes, &app,
                            kReceivePriority, kLineCore));
}

}  // namespace
}  // namespace camhil

extern "C" void app_main() {
  camhil::Run();
}
