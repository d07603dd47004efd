// Puts the firmware together: machine, engine, camera, memory and the two tasks.
#include <esp_heap_caps.h>
#include <esp_system.h>
#include <esp_task_wdt.h>
#include <freertos/FreeRTOS.h>
#include <freertos/task.h>
#include <sdkconfig.h>

#include "app.h"
#include "boot_record.h"
#include "esp_port.h"
#include "log_output.h"
#include "storage.h"
#include "tflm_engine.h"

#if !CONFIG_CAMHIL_CAMERA_NONE
#include "camera.h"
#endif

namespace camhil {
namespace {

constexpr size_t kArenaBytes = size_t{CONFIG_CAMHIL_ARENA_KB} * 1024;
constexpr uint32_t kUartStackBytes = 6 * 1024;
constexpr uint32_t kInferenceStackBytes = 8 * 1024;
constexpr UBaseType_t kUartPriority = 10;
constexpr UBaseType_t kInferencePriority = 5;
constexpr BaseType_t kUartCore = 0;
constexpr BaseType_t kInferenceCore = portNUM_PROCESSORS - 1;

// In .bss, so that what does not fit is found by the linker.
ImageMemory images;
#if !CONFIG_CAMHIL_ARENA_PSRAM
alignas(TflmEngine::kArenaAlignment) uint8_t tensor_arena[kArenaBytes];
#endif

uint8_t* FindArena() {
#if CONFIG_CAMHIL_ARENA_PSRAM
  return static_cast<uint8_t*>(
      heap_caps_aligned_alloc(TflmEngine::kArenaAlignment, kArenaBytes, MALLOC_CAP_SPIRAM));
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

void UartTask(void* app) {
  esp_task_wdt_add(nullptr);
  static_cast<App*>(app)->RunUartTask();
}

void InferenceTask(void* app) {
  esp_task_wdt_add(nullptr);
  static_cast<App*>(app)->RunInferenceTask();
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
  const auto reset_reason = static_cast<uint8_t>(esp_reset_reason());
  static const BootRecord boot = BootRecord::Begin(reset_reason);
  static EspPort port;
  port.Start(DescribeApp(reset_reason, boot), CONFIG_CAMHIL_UART_BAUD);
  StartLogOutput(port);

  uint8_t* const arena = FindArena();
  static TflmEngine engine(arena, arena != nullptr ? kArenaBytes : 0, boot);
  static App app(port, engine, FindCamera(), images);
  app.Start(MapModelPartition());
  const TaskHandle_t inference = StartTask(InferenceTask, "inference", kInferenceStackBytes, &app,
                                           kInferencePriority, kInferenceCore);
  const TaskHandle_t uart =
      StartTask(UartTask, "uart", kUartStackBytes, &app, kUartPriority, kUartCore);
  port.SetTasks(uart, inference);
}

}  // namespace
}  // namespace camhil

extern "C" void app_main() {
  camhil::Run();
}
