// The queue of inferences, how one is run, and what is kept of the last ones.
#pragma once

#include <cstddef>
#include <cstdint>

#include "console.h"
#include "engine.h"
#include "frame_source.h"
#include "images.h"
#include "link.h"
#include "model.h"
#include "port.h"
#include "trace.h"

namespace camhil {

// The outcome of an inference, kept for a host that missed it.
struct Finished {
  bool present = false;
  uint32_t seq = 0;
  Status status;
  Result result;  // image_crc is set also where status is a failure
};

class Inferences {
 public:
  Inferences(Port& port, Engine& engine, FrameSource* camera, const Model& model,
             ImageStore& images, Link& link, Console& console);

  // ---- for the UART task, which holds the port's lock ----

  // Queues an inference. Answers again, by itself, a request that is a repetition.
  void Submit(uint32_t seq, const Infer& infer);
  void SetSource(ImageSource source);
  ImageSource source() const { return source_; }
  // True while output tensors may change.
  bool busy() const { return queued_ > 0 || running_ || source_ == ImageSource::kCamera; }
  // The input tensor of the last inference; empty once its image was replaced.
  Bytes LastInput() const;
  bool tracing() const { return running_ && job_.trace; }
  bool has_run() const { return has_run_; }
  uint32_t last_image_crc() const { return last_image_crc_; }
  bool has_trace() const { return has_trace_; }
  uint32_t trace_image_crc() const { return trace_image_crc_; }
  const Trace& trace() const { return trace_; }

  // ---- for the inference task, which does not ----

  // Runs the next inference, if there is one. True: there is more to do.
  bool RunNext();

 private:
  struct Job {
    uint32_t seq = 0;
    Image* image = nullptr;
    bool from_camera = false;
    bool cam_always = false;
    bool trace = false;
    uint8_t threshold = 0;
    Maybe<uint16_t> capture_op;
  };
  class Recorder;

  bool AnswerRepetition(uint32_t seq, uint32_t image_crc);
  Status Enqueue(uint32_t seq, const Infer& infer);
  bool HasWork() const;
  bool TakeJob();
  Status Run(Result* result);
  Status TakeFrame(Result* result);
  void PreprocessUpload();
  Status Invoke(Result* result);
  Status Evaluate(Result* result);
  void Finish(Finished* finished);
  void Send(const Finished& finished);
  void PrintLocation(const Finished& finished);

  Port& port_;
  Engine& engine_;
  FrameSource* const camera_;
  const Model& model_;
  ImageStore& images_;
  Link& link_;
  Console& console_;

  ImageSource source_;
  Job queue_[kQueuedInferences];
  size_t queued_ = 0;
  bool running_ = false;
  Job job_;  // the one that runs

  Finished finished_[kKeptResults + 1];  // one is being written
  size_t next_finished_ = 0;
  uint32_t count_ = 0;
  ErrorCode camera_error_ = ErrorCode::kOk;  // of the last inference on a frame
  bool has_run_ = false;
  uint32_t last_image_crc_ = 0;
  bool has_trace_ = false;
  uint32_t trace_image_crc_ = 0;
  Trace trace_;
};

}  // namespace camhil
