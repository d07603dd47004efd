#include "tflm_engine.h"

#include <esp_cpu.h>
#include <esp_heap_caps.h>
#include <esp_task_wdt.h>
#include <esp_timer.h>
#include <sdkconfig.h>
#include <tensorflow/lite/micro/memory_helpers.h>
#include <tensorflow/lite/micro/micro_allocator.h>

#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <new>

#include "crc32.h"
#include "network_limits.h"
#include "verify_model.h"

extern "C" void __real_DebugLog(const char* format, va_list arguments);

namespace camhil {
namespace {

#if CONFIG_NN_ANSI_C
#define CAMHIL_KERNELS " ansi"
#else
#define CAMHIL_KERNELS ""
#endif
constexpr char kName[] = "esp-tflite-micro " CAMHIL_TFLM_VERSION;
constexpr char kKernels[] = "esp-nn " CAMHIL_ESP_NN_VERSION CAMHIL_KERNELS;
static_assert(sizeof kName <= 49 && sizeof kKernels <= 33, "the identity has no room for more");

// TensorFlow Lite Micro aborts where not even its own objects fit.
constexpr size_t kLeastArenaBytes = 2048;

// The last message of TensorFlow Lite Micro, whose only way to tell is a function
// without context. Written and read by the task that uses the engine.
char last_message[kMaxErrorText + 1];

void KeepMessage(const char* format, va_list arguments) {
  char text[sizeof last_message];
  std::vsnprintf(text, sizeof text, format, arguments);
  text[std::strcspn(text, "\r\n")] = '\0';
  if (text[0] != '\0') std::memcpy(last_message, text, sizeof text);
}

// The largest piece of the heap that can be had, if it is larger than `least`; else null.
uint8_t* AllocateLargest(size_t least, size_t* size) {
  // The allocator finds pieces by class, so one of the very size of the largest may be missed.
  for (*size = heap_caps_get_largest_free_block(MALLOC_CAP_8BIT); *size > least;
       *size -= *size / 16) {
    void* const memory =
        heap_caps_aligned_alloc(TflmEngine::kArenaAlignment, *size, MALLOC_CAP_8BIT);
    if (memory != nullptr) return static_cast<uint8_t*>(memory);
  }
  return nullptr;
}

Status NoModel() {
  return Failure(ErrorCode::kEngine, 0, 0, "no model is loaded");
}

// Variables are allocated in the same memory; they have room for `kNetworkVariables`.
Interpreter* MakeInterpreter(void* place, const tflite::Model& model, const OpFinder& ops,
                             uint8_t* arena, size_t size, OpReporter* reporter) {
  auto* const allocator = tflite::MicroAllocator::Create(arena, size);
  tflite::MicroResourceVariables* variables = nullptr;
  if constexpr (kNetworkVariables > 0) {
    variables = tflite::MicroResourceVariables::Create(allocator, kNetworkVariables);
  }
  return new (place) Interpreter(&model, ops, allocator, variables, reporter);
}

Status EngineFailure(TfLiteStatus status, const char* stage) {
  const char* const separator = last_message[0] != '\0' ? ": " : "";
  return Failure(ErrorCode::kEngine, status, 0, stage, separator,
                 static_cast<const char*>(last_message));
}

}  // namespace

void OpReporter::Begin(const Interpreter* interpreter, const tflite::SubGraph* graph,
                       OpSink* sink) {
  interpreter_ = interpreter;
  graph_ = graph;
  sink_ = sink;
  next_op_ = 0;
  depth_ = 0;
}

uint32_t OpReporter::BeginEvent(const char* /*tag*/) {
  if (depth_++ > 0) return next_op_;
  start_us_ = esp_timer_get_time();
  start_cycles_ = esp_cpu_get_cycle_count();
  return next_op_++;
}

void OpReporter::EndEvent(uint32_t event) {
  // A slow model keeps its task longer than the watchdog waits, an operator does not.
  esp_task_wdt_reset();
  if (--depth_ > 0 || sink_ == nullptr) return;
  const uint32_t cycles = esp_cpu_get_cycle_count() - start_cycles_;
  Report(event, esp_timer_get_time() - start_us_, cycles);
}

void OpReporter::Report(uint32_t op, int64_t us, int64_t cycles) {
  if (op >= graph_->operators()->size()) return;
  const auto* const outputs = graph_->operators()->Get(op)->outputs();
  if (outputs == nullptr) return;
  for (uint32_t i = 0; i < outputs->size(); ++i) {
    Bytes data;
    const int32_t index = outputs->Get(i);
    const TfLiteEvalTensor* const tensor = index < 0 ? nullptr : interpreter_->EvalTensor(index);
    size_t size = 0;
    // A resource is a variable's number in this engine, and no value of the network.
    if (tensor != nullptr && tensor->type != kTfLiteResource &&
        tflite::TfLiteEvalTensorByteLength(tensor, &size) == kTfLiteOk) {
      data = {tensor->data.uint8, size};
    }
    sink_->OnOp(static_cast<uint16_t>(op), static_cast<uint8_t>(i), data, us, cycles);
  }
}

TflmEngine::TflmEngine(uint8_t* arena, size_t arena_bytes, const BootRecord& boot)
    : arena_(arena), arena_bytes_(arena_bytes), boot_(boot) {}

const char* TflmEngine::name() const {
  return kName;
}

const char* TflmEngine::kernels() const {
  return kKernels;
}

Status TflmEngine::Load(Bytes bytes, ArenaUse* arena) {
  arena->reserved_bytes = static_cast<uint32_t>(arena_bytes_);
  const uint32_t crc = Crc32(bytes.data, bytes.size);
  if (boot_.CrashedOn(crc)) {  // and stays marked until another model, another app or EN
    return Failure(ErrorCode::kEngine, 0, 0, "the board crashed while it loaded this model");
  }
  boot_.BeginLoad(crc);
  const Status status = Prepare(bytes, arena);
  boot_.EndLoad();
  return status;
}

Status TflmEngine::Prepare(Bytes bytes, ArenaUse* arena) {
  last_message[0] = '\0';
  const tflite::Model* const model = VerifyModel(bytes);
  if (model == nullptr) {
    return Failure(ErrorCode::kModelFormat, 0, 0, "not a TFLite flatbuffer, or damaged");
  }
  if (model->version() != TFLITE_SCHEMA_VERSION) {
    return Failure(ErrorCode::kModelFormat, TFLITE_SCHEMA_VERSION, model->version(),
                   "schema version ", uint32_t{model->version()});
  }
  const TfLiteStatus added = ops_.Start();
  if (added != kTfLiteOk) return EngineFailure(added, "op resolver");
  if (arena_bytes_ < kLeastArenaBytes) {
    return Failure(ErrorCode::kArenaTooSmall, kNetworkArenaBytes,
                   static_cast<int64_t>(arena_bytes_), "there is no memory for the arena");
  }
  auto* const interpreter =
      MakeInterpreter(interpreter_memory_, *model, ops_, arena_, arena_bytes_, &reporter_);
  if (interpreter->AllocateTensors() != kTfLiteOk) return ExplainAllocation(*model);
  arena->used_bytes = static_cast<uint32_t>(interpreter->arena_used_bytes());
  model_ = model;
  interpreter_ = interpreter;
  return {};
}

// An operator that this build lacks, too small an arena and a broken model all fail with
// kTfLiteError. Preparing the model in the largest free piece of the heap tells the last two
// apart, and how much is needed.
Status TflmEngine::ExplainAllocation(const tflite::Model& model) {
  if (ops_.lacks_op()) {
    const tflite::BuiltinOperator op = ops_.lacking();
    return Failure(ErrorCode::kModelOp, op, 0, "operator ", tflite::EnumNameBuiltinOperator(op),
                   " is not in this build");
  }
  Status status = EngineFailure(kTfLiteError, "AllocateTensors");
  size_t size = 0;
  uint8_t* const memory = AllocateLargest(arena_bytes_, &size);
  if (memory == nullptr) return status;
  alignas(Interpreter) uint8_t place[sizeof(Interpreter)];
  auto* const probe = MakeInterpreter(place, model, ops_, memory, size, nullptr);
  if (probe->AllocateTensors() == kTfLiteOk) {
    const auto needed = static_cast<uint32_t>(probe->arena_used_bytes());
    const auto available = static_cast<uint32_t>(arena_bytes_);
    status = Failure(ErrorCode::kArenaTooSmall, needed, available, "the model needs an arena of ",
                     needed, " bytes, it has ", available);
  }
  probe->~Interpreter();
  heap_caps_free(memory);
  return status;
}

Status TflmEngine::SetInput(uint8_t index, Bytes data) {
  last_message[0] = '\0';
  if (interpreter_ == nullptr) return NoModel();
  TfLiteTensor* const tensor =
      index < interpreter_->inputs_size() ? interpreter_->input(index) : nullptr;
  if (tensor == nullptr || tensor->bytes != data.size) {
    return EngineFailure(kTfLiteError, "input tensor");
  }
  std::memcpy(tensor->data.data, data.data, data.size);
  return {};
}

TfLiteStatus TflmEngine::MakeAnew() {
  interpreter_->~Interpreter();
  interpreter_ =
      MakeInterpreter(interpreter_memory_, *model_, ops_, arena_, arena_bytes_, &reporter_);
  return interpreter_->AllocateTensors();
}

Status TflmEngine::ResetState() {
  last_message[0] = '\0';
  if (interpreter_ == nullptr) return NoModel();
  // Reset would leave variables without the values that CALL_ONCE gives them.
  const TfLiteStatus status = kNetworkVariables > 0 ? MakeAnew() : interpreter_->Reset();
  return status == kTfLiteOk ? Status() : EngineFailure(status, "Reset");
}

Status TflmEngine::Invoke(OpSink* sink) {
  last_message[0] = '\0';
  if (interpreter_ == nullptr) return NoModel();
  reporter_.Begin(interpreter_, model_->subgraphs()->Get(0), sink);
  const TfLiteStatus status = interpreter_->Invoke();
  reporter_.End();
  return status == kTfLiteOk ? Status() : EngineFailure(status, "Invoke");
}

Bytes TflmEngine::Output(uint8_t index) const {
  if (interpreter_ == nullptr || index >= interpreter_->outputs_size()) return {};
  const TfLiteTensor* const tensor = interpreter_->output(index);
  if (tensor == nullptr) return {};
  return {tensor->data.uint8, tensor->bytes};
}

}  // namespace camhil

// The linker gives every call of DebugLog to this one (CMakeLists.txt).
extern "C" void __wrap_DebugLog(const char* format, va_list arguments) {
  va_list copy;
  va_copy(copy, arguments);
  camhil::KeepMessage(format, copy);
  va_end(copy);
  __real_DebugLog(format, arguments);
}
