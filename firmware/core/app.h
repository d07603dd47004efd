// The firmware: everything but the machine (machine.h), its line (line.h), the engine
// (engine.h) and the memory of samples, traces and arena.
#pragma once

#include <cstddef>
#include <cstdint>

#include "camera_frames.h"
#include "console.h"
#include "dispatcher.h"
#include "engine.h"
#include "frame_source.h"
#include "frames.h"
#include "inference.h"
#include "line.h"
#include "link.h"
#include "machine.h"
#include "memory.h"
#include "network.h"
#include "samples.h"
#include "transmitter.h"

namespace camhil {

class App {
 public:
  // `camera` is null on a board without one. All arguments but `memory`, and what that
  // points to, outlive the App.
  App(Machine& machine, Line& line, Engine& engine, FrameSource* camera, const Memory& memory);

  // Loads the network from the content of its partition and reports on the console. Call
  // once, before the tasks run. flash_status: not 0 where the partition could not be mapped.
  void Start(Bytes model_partition, int32_t flash_status = 0);

  // The three tasks; they return when line or machine end them.
  void RunTransmitTask();
  void RunReceiveTask();
  void RunInferenceTask();

  // Queues text of others, without zeros, between frames; drops it where there is no room.
  // For any task, also while it holds the state.
  void Print(Bytes text) { transmitter_.Print(text); }

  // The steps that the tasks are made of. The first two return false at the end.
  bool Transmit(uint32_t timeout_ms) { return transmitter_.SendNext(timeout_ms); }
  bool Receive(Bytes bytes);
  uint32_t Tick();                                               // milliseconds to the next call
  uint32_t RunNextInference() { return inferences_.RunNext(); }  // the same; 0: at once

 private:
  void ReportNetwork();

  Machine& machine_;
  Line& line_;
  Engine& engine_;
  const Memory memory_;
  Transmitter transmitter_;
  Console console_;
  Link link_;
  FrameDecoder decoder_;
  Network network_;
  SampleStore samples_;
  CameraFrames camera_;
  Inferences inferences_;
  Dispatcher dispatcher_;
};

// Static RAM of the firmware without the memory that is given to it.
inline constexpr uint32_t kStaticBytes = sizeof(App);
static_assert(kStaticBytes <= 24 * 1024);

}  // namespace camhil
