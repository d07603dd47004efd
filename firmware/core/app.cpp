#include "app.h"

namespace camhil {
namespace {

constexpr size_t kReadBytes = 256;
// How soon after a long inference a board that nobody asks anything goes back.

}  // namespace

App::App(Machine& machine, Line& line, Engine& engine, FrameSource* camera, const Memory& memory)
    : machine_(machine),
      line_(line),
      engine_(engine),
      memory_(memory),
      transmitter_(machine, line),
      console_(machine, transmitter_),
      link_(machine, line, transmitter_),
      samples_(memory),
      camera_(machine, kFrames ? camera : nullptr, network_, samples_, memory.sample_bytes),
      inferences_(machine, engine, camera_, network_, samples_, memory, transmitter_, link_,
                  console_),
      dispatcher_(machine, line, engine, camera_, network_, samples_, memory, link_, inferences_,
                  kStaticBytes) {}

void App::Start(Bytes model_partition, int32_t flash_status) {
  network_.Load(model_partition, flash_status, memory_, engine_);
  const AppInfo& app = machine_.app();
  console_.Info("camhil ", app.firmware_version, " on ", app.target, ", engine ", engine_.name());
  ReportNetwork();
  if (inferences_.source() != ImageSource::kCamera) {
    console_.Info(kInjection ? "no camera: samples come from a host"
                             : "no camera and no injection: no samples");
    return;
  }
  if (network_.status().ok() && !network_.takes_frames()) {
    console_.Error("a frame of ", uint32_t{kFrameColumns}, "x", uint32_t{kFrameRows},
                   " cannot be made into the network's input");
    return;
  }
  console_.Info(kInjection ? "samples come from the camera until a host says hello"
                           : "samples come from the camera, always: built without injection");
  machine_.Notify(Event::kWork);
}

void App::ReportNetwork() {
  const Status& status = network_.status();
  if (!status.ok()) {
    console_.Error("no network: ", static_cast<const char*>(status.message), " (",
                   static_cast<int32_t>(status.code), ", ", status.one, ", ", status.two, ")");
    return;
  }
  constexpr size_t kShownBytes = 6;
  char digest[2 * kShownBytes + 1];
  TextWriter text(digest, sizeof digest);
  for (size_t i = 0; i < kShownBytes; ++i) text.AddHex(network_.model_sha256()[i]);
  console_.Info("network ", static_cast<const char*>(digest), ": ", uint32_t{network_.ops()},
                " operators, ", uint32_t{network_.input_count()}, " inputs, ",
                uint32_t{network_.output_count()}, " outputs, arena ",
                network_.arena().reserved_bytes, " bytes, static ", kStaticBytes,
                " bytes, buffers ", memory_.bytes(), " bytes");
}

void App::RunTransmitTask() {
  while (Transmit(kWatchdogMs)) {
  }
}

void App::RunReceiveTask() {
  uint8_t bytes[kReadBytes];
  uint32_t timeout_ms = 0;
  for (;;) {
    machine_.FeedWatchdog();
    const int32_t count = line_.Read(bytes, sizeof bytes, timeout_ms);
    if (count < 0 || !Receive({bytes, static_cast<size_t>(count)})) return;
    timeout_ms = Tick();
  }
}

void App::RunInferenceTask() {
  for (;;) {
    machine_.FeedWatchdog();
    const uint32_t wait_ms = RunNextInference();
    if (!machine_.Wait(Event::kWork, wait_ms < kWatchdogMs ? wait_ms : kWatchdogMs)) return;
  }
}

bool App::Receive(Bytes bytes) {
  for (size_t i = 0; i < bytes.size; ++i) {
    if (!decoder_.Push(bytes.data[i])) continue;
    if (!transmitter_.WaitForRoomForReply()) return false;
    const LockGuard guard(machine_);
    dispatcher_.Handle(decoder_.message());
  }
  return true;
}

uint32_t App::Tick() {
  const LockGuard guard(machine_);
  if (inferences_.serving()) link_.NoteUse();
  const uint32_t wait_ms = link_.Tick(decoder_);
  if (!link_.IsIdle()) return wait_ms;
  link_.GoIdle();
  inferences_.SetSource(ImageSource::kCamera);
  return wait_ms;
}

}  // namespace camhil
