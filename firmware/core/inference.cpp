#include "inference.h"

#include "cam.h"
#include "crc32.h"

namespace camhil {

// Takes the operators' outputs during a run: into the trace, onto the line.
class Inferences::Recorder final : public OpSink {
 public:
  explicit Recorder(Inferences& owner) : owner_(owner), last_frame_(owner.transmitter_.queued()) {}

  void OnOp(uint16_t op, uint8_t output, Bytes data, int64_t us, int64_t cycles) override {
    const Job& job = owner_.job_;
    if (job.trace) owner_.trace_.Record(op, output, data, us, cycles);
    const OpOutput& wanted = job.capture.value;
    if (job.capture.known && wanted.op == op && wanted.output == output) Send(wanted, data);
  }

  Status Check() const {
    const Job& job = owner_.job_;
    const uint16_t expected = owner_.network_.op_outputs();
    const uint16_t recorded = owner_.trace_.count();
    if (job.trace && recorded != expected) {
      return Failure(ErrorCode::kEngine, expected, recorded, "the engine reported ",
                     uint32_t{recorded}, " of ", uint32_t{expected}, " outputs of operators");
    }
    if (job.capture.known && !captured_) {
      return Failure(ErrorCode::kOutOfRange, job.capture.value.op, job.capture.value.output,
                     "the operator has no such output");
    }
    return {};
  }

 private:
  void Send(const OpOutput& at, Bytes data) {
    captured_ = true;
    size_t offset = 0;
    do {
      const OpData part = {owner_.job_.sample->crc, at, static_cast<uint32_t>(data.size),
                           static_cast<uint32_t>(offset), data.Part(offset, kChunkBytes)};
      while (!TrySend(part)) {
        if (!owner_.transmitter_.WaitForRoomForResult()) return;
      }
      offset += kChunkBytes;
    } while (offset < data.size);
  }

  // Keeps one frame in the queue, so that other answers do not wait for more.
  bool TrySend(const OpData& part) {
    if (!owner_.transmitter_.IsSent(last_frame_)) return false;
    const LockGuard guard(owner_.machine_);
    if (!owner_.link_.SendResult(owner_.job_.seq, part)) return false;
    last_frame_ = owner_.transmitter_.queued();
    return true;
  }

  Inferences& owner_;
  uint32_t last_frame_;
  bool captured_ = false;
};

Inferences::Inferences(Machine& machine, Engine& engine, CameraFrames& camera,
                       const Network& network, SampleStore& samples, const Memory& memory,
                       Transmitter& transmitter, Link& link, Console& console)
    : machine_(machine),
      engine_(engine),
      camera_(camera),
      network_(network),
      samples_(samples),
      transmitter_(transmitter),
      link_(link),
      console_(console),
      source_(camera_.has_camera() ? ImageSource::kCamera : ImageSource::kInjected),
      maps_(memory.maps),
      map_cells_(memory.map_cells),
      trace_(memory.trace, memory.trace_entries) {}

void Inferences::Submit(uint32_t seq, const Infer& infer) {
  if (AnswerRepetition(seq, infer.sample_crc)) return;
  const Status status = Enqueue(seq, infer);
  if (!status.ok()) {
    link_.Send(seq, status);
    return;
  }
  link_.Send(seq, Accepted{infer.sample_crc});
  machine_.Notify(Event::kWork);
}

bool Inferences::AnswerRepetition(uint32_t seq, uint32_t sample_crc) {
  const auto is_it = [&](const Job& job) {
    return !job.from_camera && job.seq == seq && job.sample->crc == sample_crc;
  };
  bool pending = running_ && is_it(job_);
  for (size_t i = 0; i < queued_; ++i) pending = pending || is_it(queue_[i]);
  if (pending) {
    link_.Send(seq, Accepted{sample_crc});
    return true;
  }
  for (const Finished& finished : finished_) {
    if (!finished.present || finished.seq != seq || finished.result.sample_crc != sample_crc) {
      continue;
    }
    Answer(finished, false);
    return true;
  }
  return false;
}

Status Inferences::Enqueue(uint32_t seq, const Infer& infer) {
  if (!network_.status().ok()) return network_.status();
  if (infer.capture.known && infer.capture.value.op >= network_.ops()) {
    return Failure(ErrorCode::kOutOfRange, network_.ops(), infer.capture.value.op,
                   "no such operator to capture");
  }
  Sample* const sample = samples_.Find(infer.sample_crc);
  if (sample == nullptr) {
    return Failure(ErrorCode::kNoSuchSample, infer.sample_crc, 0, "no upload of this sample");
  }
  if (sample->stage == SampleStage::kFrame && !network_.takes_frames_in_place()) {
    return Failure(ErrorCode::kUnsupported, 0, 0, "the network takes no frames");
  }
  if (queued_ + (running_ ? 1 : 0) >= kQueuedInferences) {
    return Failure(ErrorCode::kBusy, kQueuedInferences, 0, "the queue of inferences is full");
  }
  const Status status = samples_.Check(sample);
  if (!status.ok()) return status;
  Job& job = queue_[queued_++];
  job = Job();
  job.seq = seq;
  job.sample = sample;
  job.map_always = infer.map_always;
  job.trace = infer.trace;
  job.reset_state = infer.reset_state;
  job.threshold = infer.threshold.known ? infer.threshold.value : DefaultThreshold();
  job.capture = infer.capture;
  samples_.Use(sample);
  return {};
}

uint8_t Inferences::DefaultThreshold() const {
  return network_.head() != nullptr ? network_.head()->threshold : uint8_t{0};
}

void Inferences::SetSource(ImageSource source) {
  if (!camera_.has_camera() || source == source_) return;
  source_ = source;
  if (source == ImageSource::kCamera) {
    machine_.Notify(Event::kWork);
  } else {
    machine_.ShowDetection(false);
  }
}

Bytes Inferences::LastInput(uint8_t index) const {
  const Sample* const sample = has_run_ ? samples_.Find(last_sample_crc_) : nullptr;
  if (sample == nullptr || !sample->has_inputs()) return {};
  return network_.InputOf(sample->data, index);
}

uint32_t Inferences::NextWork() const {
  if (queued_ > 0 || camera_.wanted()) return 0;
  if (source_ != ImageSource::kCamera || !network_.takes_frames()) return kNothing;
  const uint64_t now_us = machine_.NowUs();
  return now_us < camera_due_us_ ? static_cast<uint32_t>((camera_due_us_ - now_us + 999) / 1000)
                                 : 0;
}

uint32_t Inferences::RunNext() {
  Finished* const finished = &finished_[next_finished_];
  bool for_host = false;
  {
    const LockGuard guard(machine_);
    for_host = queued_ == 0 && camera_.wanted();
    if (!for_host && !TakeJob()) return NextWork();
    if (!for_host) finished->present = false;
  }
  if (for_host) {
    camera_.TakeForHost();
    const LockGuard guard(machine_);
    return NextWork();
  }
  finished->seq = job_.seq;
  finished->result = Result();
  finished->result.map = maps_ + next_finished_ * map_cells_;
  finished->status = Run(&finished->result);
  if (job_.from_camera) {
    FinishCamera(*finished);
  } else {
    Finish(finished);
  }
  const LockGuard guard(machine_);
  return NextWork();
}

// Makes the next inference the running one: an injected one, else a camera frame.
bool Inferences::TakeJob() {
  if (NextWork() != 0) return false;
  if (queued_ > 0) {
    job_ = queue_[0];
    --queued_;
    for (size_t i = 0; i < queued_; ++i) queue_[i] = queue_[i + 1];
  } else {
    Job job;
    job.from_camera = true;
    job.threshold = DefaultThreshold();
    job.sample = samples_.Claim();
    if (job.sample == nullptr) return false;
    job_ = job;
  }
  running_ = true;
  if (job_.trace) has_trace_ = false;
  return true;
}

Status Inferences::Run(Result* result) {
  result->boot_id = machine_.app().boot_id;
  if (job_.from_camera) {
    const Status status = TakeFrame(result);
    if (!status.ok()) return status;
  } else {
    const Sample& sample = *job_.sample;
    result->sample_crc = sample.crc;
    if (sample.stage == SampleStage::kFrame && !sample.preprocessed) PreprocessUpload();
    result->times.upload_us = sample.completed_us - sample.begun_us;
    result->times.preprocess_us = sample.preprocess_us;
  }
  const Status status = Invoke(result);
  return status.ok() ? Evaluate(result) : status;
}

// From the camera's memory into the sample's.
Status Inferences::TakeFrame(Result* result) {
  Bytes frame;
  const Status status = camera_.Capture(&frame);
  if (!status.ok()) return status;
  const uint64_t start_us = machine_.NowUs();
  network_.MakeInput(frame.data, job_.sample->data);
  result->times.preprocess_us = machine_.NowUs() - start_us;
  camera_.Release();
  return {};
}

// In place. The sample is in use, so that no chunk and no other task touches it.
void Inferences::PreprocessUpload() {
  Sample& sample = *job_.sample;
  const uint64_t start_us = machine_.NowUs();
  network_.MakeInput(sample.data, sample.data);
  sample.preprocess_us = machine_.NowUs() - start_us;
  sample.preprocessed = true;
}

Status Inferences::Invoke(Result* result) {
  Status status = Feed();
  if (!status.ok()) return status;
  Recorder recorder(*this);
  const bool record = job_.trace || job_.capture.known;
  if (job_.trace) trace_.Clear();
  const uint64_t start_us = machine_.NowUs();
  const uint32_t start_cycles = machine_.Cycles();
  status = engine_.Invoke(record ? &recorder : nullptr);
  const uint32_t cycles = machine_.Cycles() - start_cycles;
  result->times.invoke_us = machine_.NowUs() - start_us;
  // The counter may have come round once or more; the clocks need not agree to the last bit.
  const uint64_t most_cycles =
      (result->times.invoke_us + result->times.invoke_us / 64 + 1000) * machine_.cycles_per_us();
  result->invoke_cycles = {machine_.cycles_per_us() > 0 && most_cycles <= UINT32_MAX, cycles};
  return status.ok() ? recorder.Check() : status;
}

Status Inferences::Feed() {
  Status status;
  if (job_.reset_state && network_.stateful()) status = engine_.ResetState();
  for (uint8_t i = 0; status.ok() && i < network_.input_count(); ++i) {
    status = engine_.SetInput(i, network_.InputOf(job_.sample->data, i));
  }
  return status;
}

Status Inferences::Evaluate(Result* result) {
  size_t inlined = 0;
  result->output_count = network_.output_count();
  for (uint8_t i = 0; i < result->output_count; ++i) {
    const Bytes output = engine_.Output(i);
    OutputPart& part = result->outputs[i];
    part = {Crc32(output.data, output.size), static_cast<uint32_t>(output.size), 0};
    if (output.size > kInlineOutputBytes || inlined + output.size > kInlineBytes) continue;
    part.inline_bytes = static_cast<uint16_t>(output.size);
    std::memcpy(result->inline_data + inlined, output.data, output.size);
    inlined += output.size;
  }
  if constexpr (kHead) {
    if (network_.head() != nullptr) EvaluateHead(*network_.head(), result);
  }
  return {};
}

void Inferences::EvaluateHead(const CamHead& head, Result* result) {
  const int8_t* const scores = AsInt8(engine_.Output(head.score_output).data);
  const Bytes features = engine_.Output(head.features_output);
  const bool passes = ScorePasses(scores[head.positive_class], job_.threshold);
  HeadAnswer& answer = result->head;
  result->has_head = true;
  answer.threshold = job_.threshold;
  answer.no_location = passes ? NoLocation::kFlatMap : NoLocation::kBelowThreshold;

  const uint64_t start_us = machine_.NowUs();
  if (passes || job_.map_always) {
    int32_t* const map = maps_ + next_finished_ * map_cells_;
    ComputeCam(AsInt8(features.data), network_.head_weights(), head, map);
    answer.has_map = true;
    answer.rows = head.rows;
    answer.columns = head.columns;
    const ImageSize image = network_.map_image();
    if (passes) {
      answer.location = FindPeak(map, head.rows, head.columns, image.rows, image.columns);
    }
  }
  result->times.cam_us = machine_.NowUs() - start_us;
}

// Sends and keeps the answer, in one step, as soon as there is room for it.
void Inferences::Finish(Finished* finished) {
  finished->result.finished_us = machine_.NowUs();
  if (finished->status.ok()) finished->result.inference = count_ + 1;
  for (bool going_on = true; going_on; going_on = transmitter_.WaitForRoomForResult()) {
    const LockGuard guard(machine_);
    if (!Answer(*finished, true)) continue;
    Settle(*finished);
    finished->present = true;
    next_finished_ = (next_finished_ + 1) % kResultSlots;
    return;
  }
}

// What an inference changes. The caller holds the state.
void Inferences::Settle(const Finished& finished) {
  running_ = false;
  samples_.Release(job_.sample);
  has_run_ = finished.status.ok();  // a failed run leaves no outputs to read
  if (!has_run_) return;
  ++count_;
  last_sample_crc_ = finished.result.sample_crc;
  if (job_.trace) {
    has_trace_ = true;
    trace_sample_crc_ = last_sample_crc_;
  }
}

bool Inferences::Answer(const Finished& finished, bool as_result) {
  const auto send = [&](const auto& reply) {
    return as_result ? link_.SendResult(finished.seq, reply) : link_.Send(finished.seq, reply);
  };
  return finished.status.ok() ? send(finished.result) : send(finished.status);
}

void Inferences::FinishCamera(const Finished& finished) {
  const Status& status = finished.status;
  const HeadAnswer& head = finished.result.head;
  const LockGuard guard(machine_);
  Settle(finished);
  camera_due_us_ = status.ok() ? 0 : machine_.NowUs() + uint64_t{kCameraPauseMs} * 1000;
  if (source_ != ImageSource::kCamera) return;
  machine_.ShowDetection(finished.result.has_head && head.no_location == NoLocation::kFlatMap);
  // A camera that stays away would say so for ever.
  const bool is_news = status.code != camera_error_;
  camera_error_ = status.code;
  if (is_news && status.ok()) console_.Info("the frames of the camera are answered again");
  if (is_news && !status.ok()) console_.Error(static_cast<const char*>(status.message));
  if (head.location.known) {
    const Cell& cell = head.location.value;
    console_.Plain("location x=", uint32_t{cell.x}, ", y=", uint32_t{cell.y});
  }
}

}  // namespace camhil
