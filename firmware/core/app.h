// The firmware: everything but the machine (port.h), the engine (engine.h) and
// the memory of images and arena.
#pragma once

#include <cstddef>
#include <cstdint>

#include "console.h"
#include "dispatcher.h"
#include "engine.h"
#include "frame_source.h"
#include "frames.h"
#include "images.h"
#include "inference.h"
#include "link.h"
#include "model.h"
#include "port.h"

namespace camhil {

class App {
 public:
  // `camera` is null on a board without one. All arguments outlive the App.
  App(Port& port, Engine& engine, FrameSource* camera, ImageMemory& images);

  // Loads the model from the content of its partition and reports on the
  // console. Call once, before the tasks run.
  void Start(Bytes model_partition);

  // The two tasks; they return when the port ends them.
  void RunUartTask();
  void RunInferenceTask();

  // The steps that the tasks are made of.
  void Receive(Bytes bytes);
  uint32_t Tick();                                           // milliseconds to the next call
  bool RunNextInference() { return inferences_.RunNext(); }  // true: there is more

 private:
  void ReportModel();

  Port& port_;
  Engine& engine_;
  Console console_;
  Link link_;
  FrameDecoder decoder_;
  Model model_;
  ImageStore images_;
  Inferences inferences_;
  Dispatcher dispatcher_;
};

// Static RAM of the firmware without image buffers and arena.
inline constexpr uint32_t kStaticBytes = sizeof(App);
static_assert(kStaticBytes <= 24 * 1024);

}  // namespace camhil
