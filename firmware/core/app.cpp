#include "app.h"

namespace camhil {
namespace {

constexpr size_t kReadBytes = 256;

}  // namespace

App::App(Port& port, Engine& engine, FrameSource* camera, ImageMemory& images)
    : port_(port),
      engine_(engine),
      console_(port),
      link_(port),
      images_(images),
      inferences_(port, engine, camera, model_, images_, link_, console_),
      dispatcher_(port, engine, camera != nullptr, model_, images_, link_, inferences_,
                  kStaticBytes) {}

void App::Start(Bytes model_partition) {
  model_.Load(model_partition, engine_);
  const LockGuard guard(port_);
  const AppInfo& app = port_.app();
  console_.Info("camhil ", app.firmware_version, " on ", app.target, ", engine ", engine_.name());
  ReportModel();
  if (inferences_.source() != ImageSource::kCamera) {
    console_.Info(kInjection ? "no camera: images come from a host"
                             : "no camera and no injection: no images");
    return;
  }
  if (model_.status().ok() && !model_.takes_frames()) {
    console_.Error("a frame of ", kFrameColumns, "x", kFrameRows,
                   " cannot be made into the model's input");
    return;
  }
  console_.Info(kInjection ? "images come from the camera until a host says hello"
                           : "images come from the camera, always: built without injection");
  port_.NotifyWork();
}

void App::ReportModel() {
  const Status& status = model_.status();
  if (!status.ok()) {
    console_.Error("no model: ", static_cast<const char*>(status.message), " (",
                   static_cast<int32_t>(status.code), ", ", status.one, ", ", status.two, ")");
    return;
  }
  constexpr size_t kShownBytes = 6;
  char digest[2 * kShownBytes + 1];
  TextWriter text(digest, sizeof digest);
  for (size_t i = 0; i < kShownBytes; ++i) text.AddHex(model_.sha256()[i]);
  const ArenaUse& arena = model_.arena();
  console_.Info("model ", static_cast<const char*>(digest), ": ", uint32_t{model_.op_count()},
                " operators, ", uint32_t{model_.classifier().classes}, " classes, arena ",
                arena.reserved_bytes, " bytes, static ", kStaticBytes, " bytes");
}

void App::RunUartTask() {
  uint8_t bytes[kReadBytes];
  uint32_t timeout_ms = 0;
  for (;;) {
    const int32_t count = port_.Read(bytes, sizeof bytes, timeout_ms);
    if (count < 0) return;
    Receive({bytes, static_cast<size_t>(count)});
    timeout_ms = Tick();
  }
}

void App::RunInferenceTask() {
  while (port_.WaitForWork()) {
    if (inferences_.RunNext()) port_.NotifyWork();
  }
}

void App::Receive(Bytes bytes) {
  for (size_t i = 0; i < bytes.size; ++i) {
    if (!decoder_.Push(bytes.data[i])) continue;
    const LockGuard guard(port_);
    dispatcher_.Handle(decoder_.message());
  }
}

uint32_t App::Tick() {
  const LockGuard guard(port_);
  return link_.Tick(decoder_);
}

}  // namespace camhil
