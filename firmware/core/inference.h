// The queue of inferences, how one is run, and what is kept of the last ones.
#pragma once

#include <cstddef>
#include <cstdint>

#include "camera_frames.h"
#include "console.h"
#include "engine.h"
#include "link.h"
#include "machine.h"
#include "memory.h"
#include "network.h"
#include "samples.h"
#include "trace.h"
#include "transmitter.h"

namespace camhil {

// The outcome of an inference, kept for a host that missed it.
struct Finished {
  bool present = false;
  uint32_t seq = 0;
  Status status;
  Result result;  // sample_crc is set also where status is a failure
};

class Inferences {
 public:
  Inferences(Machine& machine, Engine& engine, CameraFrames& camera, const Network& network,
             SampleStore& samples, const Memory& memory, Transmitter& transmitter, Link& link,
             Console& console);

  // ---- for the receive task, which holds the state ----

  // Queues an inference. Answers again, by itself, a request that is a repetition.
  void Submit(uint32_t seq, const Infer& infer);
  // From injected samples to the camera, where there is one, or the other way round.
  void SetSource(ImageSource source);
  ImageSource source() const { return source_; }
  // True while a host's inference is queued or runs.
  bool serving() const { return queued_ > 0 || (running_ && !job_.from_camera); }
  // True while output tensors may change.
  bool busy() const { return queued_ > 0 || running_ || source_ == ImageSource::kCamera; }
  // Input `index` of the last inference; empty once its sample was replaced.
  Bytes LastInput(uint8_t index) const;
  bool tracing() const { return running_ && job_.trace; }
  bool has_run() const { return has_run_; }
  uint32_t last_sample_crc() const { return last_sample_crc_; }
  bool has_trace() const { return has_trace_; }
  uint32_t trace_sample_crc() const { return trace_sample_crc_; }
  const Trace& trace() const { return trace_; }

  // ---- for the inference task, which does not ----

  // Runs the next inference, or takes the frame that a host asked for. Returns the milliseconds
  // until there is more to do: 0, a pause after a failure of the camera, or kNothing.
  static constexpr uint32_t kNothing = UINT32_MAX;
  uint32_t RunNext();

 private:
  struct Job {
    uint32_t seq = 0;
    Sample* sample = nullptr;
    bool from_camera = false;
    bool map_always = false;
    bool trace = false;
    bool reset_state = false;
    uint8_t threshold = 0;
    Maybe<OpOutput> capture;
  };
  class Recorder;

  bool AnswerRepetition(uint32_t seq, uint32_t sample_crc);
  Status Enqueue(uint32_t seq, const Infer& infer);
  uint8_t DefaultThreshold() const;
  uint32_t NextWork() const;
  bool TakeJob();
  Status Run(Result* result);
  Status TakeFrame(Result* result);
  void PreprocessUpload();
  Status Invoke(Result* result);
  Status Feed();
  Status Evaluate(Result* result);
  void EvaluateHead(const CamHead& head, Result* result);
  void Finish(Finished* finished);
  void FinishCamera(const Finished& finished);
  void Settle(const Finished& finished);
  bool Answer(const Finished& finished, bool as_result);

  Machine& machine_;
  Engine& engine_;
  CameraFrames& camera_;
  const Network& network_;
  SampleStore& samples_;
  Transmitter& transmitter_;
  Link& link_;
  Console& console_;

  ImageSource source_;
  Job queue_[kQueuedInferences];
  size_t queued_ = 0;
  bool running_ = false;
  Job job_;  // the one that runs

  Finished finished_[kResultSlots];
  int32_t* const maps_;  // map_cells_ for each
  const uint16_t map_cells_;
  size_t next_finished_ = 0;
  uint32_t count_ = 0;
  bool has_run_ = false;
  uint32_t last_sample_crc_ = 0;
  bool has_trace_ = false;
  uint32_t trace_sample_crc_ = 0;
  Trace trace_;

  // Of the camera's last inferences.
  ErrorCode camera_error_ = ErrorCode::kOk;
  uint64_t camera_due_us_ = 0;
};

}  // namespace camhil
