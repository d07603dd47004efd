#include "inference.h"

#include "cam.h"
#include "preprocess.h"

namespace camhil {

// Takes the operators' outputs during a run: into the trace, onto the line.
class Inferences::Recorder final : public OpSink {
 public:
  explicit Recorder(Inferences& owner) : owner_(owner) {}

  void OnOp(uint16_t op, Bytes output, int64_t us, int64_t cycles) override {
    const Job& job = owner_.job_;
    if (job.trace) owner_.trace_.Record(op, output, us, cycles);
    if (job.capture_op.known && job.capture_op.value == op) Send(op, output);
  }

  Status Check() const {
    const Job& job = owner_.job_;
    const uint16_t expected = owner_.model_.op_count();
    const uint16_t recorded = owner_.trace_.count();
    if (job.trace && recorded != expected) {
      return Failure(ErrorCode::kEngine, expected, recorded, "the engine reported ",
                     uint32_t{recorded}, " of ", uint32_t{expected}, " operators");
    }
    if (job.capture_op.known && !captured_) {
      return Failure(ErrorCode::kEngine, job.capture_op.value, 0,
                     "the engine did not report the operator");
    }
    return {};
  }

 private:
  void Send(uint16_t op, Bytes output) {
    size_t offset = 0;
    do {
      const LockGuard guard(owner_.port_);
      owner_.link_.Send(owner_.job_.seq,
                        OpData{owner_.job_.image->crc, op, static_cast<uint32_t>(output.size),
                               static_cast<uint32_t>(offset), output.Part(offset, kChunkBytes)});
      offset += kChunkBytes;
    } while (offset < output.size);
    captured_ = true;
  }

  Inferences& owner_;
  bool captured_ = false;
};

Inferences::Inferences(Port& port, Engine& engine, FrameSource* camera, const Model& model,
                       ImageStore& images, Link& link, Console& console)
    : port_(port),
      engine_(engine),
      camera_(camera),
      model_(model),
      images_(images),
      link_(link),
      console_(console),
      source_(camera != nullptr ? ImageSource::kCamera : ImageSource::kInjected) {}

void Inferences::Submit(uint32_t seq, const Infer& infer) {
  if (AnswerRepetition(seq, infer.image_crc)) return;
  const Status status = Enqueue(seq, infer);
  if (!status.ok()) {
    link_.Send(seq, status);
    return;
  }
  link_.Send(seq, Accepted{infer.image_crc});
  port_.NotifyWork();
}

bool Inferences::AnswerRepetition(uint32_t seq, uint32_t image_crc) {
  const auto is_it = [&](const Job& job) {
    return !job.from_camera && job.seq == seq && job.image->crc == image_crc;
  };
  bool pending = running_ && is_it(job_);
  for (size_t i = 0; i < queued_; ++i) pending = pending || is_it(queue_[i]);
  if (pending) {
    link_.Send(seq, Accepted{image_crc});
    return true;
  }
  for (const Finished& finished : finished_) {
    if (!finished.present || finished.seq != seq || finished.result.image_crc != image_crc) {
      continue;
    }
    Send(finished);
    return true;
  }
  return false;
}

Status Inferences::Enqueue(uint32_t seq, const Infer& infer) {
  if (!model_.status().ok()) return model_.status();
  if (infer.capture_op.known && infer.capture_op.value >= model_.op_count()) {
    return Failure(ErrorCode::kOutOfRange, model_.op_count(), infer.capture_op.value,
                   "no such operator to capture");
  }
  Image* const image = images_.Find(infer.image_crc);
  if (image == nullptr) {
    return Failure(ErrorCode::kNoSuchImage, infer.image_crc, 0, "no upload of this image");
  }
  if (queued_ + (running_ ? 1 : 0) >= kQueuedInferences) {
    return Failure(ErrorCode::kBusy, kQueuedInferences, 0, "the queue of inferences is full");
  }
  const Status status = images_.Check(image);
  if (!status.ok()) return status;
  Job& job = queue_[queued_++];
  job = Job();
  job.seq = seq;
  job.image = image;
  job.cam_always = infer.cam_always;
  job.trace = infer.trace;
  job.threshold = infer.threshold.known ? infer.threshold.value : model_.threshold();
  job.capture_op = infer.capture_op;
  images_.Use(image);
  return {};
}

void Inferences::SetSource(ImageSource source) {
  if (source_ == ImageSource::kCamera && source != source_) port_.ShowDetection(false);
  source_ = source;
}

Bytes Inferences::LastInput() const {
  const Image* const image = has_run_ ? images_.Find(last_image_crc_) : nullptr;
  if (image == nullptr || !image->has_tensor()) return {};
  return {image->data, model_.input_bytes()};
}

bool Inferences::HasWork() const {
  return queued_ > 0 || (source_ == ImageSource::kCamera && model_.takes_frames());
}

bool Inferences::RunNext() {
  Finished* const finished = &finished_[next_finished_];
  {
    const LockGuard guard(port_);
    if (!TakeJob()) return HasWork();
    finished->present = false;
  }
  finished->seq = job_.seq;
  finished->result = Result();
  finished->status = Run(&finished->result);

  const LockGuard guard(port_);
  Finish(finished);
  return HasWork();
}

// Makes the next inference the running one: an injected one, else a camera frame.
bool Inferences::TakeJob() {
  if (queued_ > 0) {
    job_ = queue_[0];
    --queued_;
    for (size_t i = 0; i < queued_; ++i) queue_[i] = queue_[i + 1];
  } else if (HasWork()) {
    job_ = Job();
    job_.from_camera = true;
    job_.threshold = model_.threshold();
    job_.image = images_.Claim(model_.input_bytes());
    if (job_.image == nullptr) return false;
  } else {
    return false;
  }
  running_ = true;
  if (job_.trace) has_trace_ = false;
  return true;
}

Status Inferences::Run(Result* result) {
  if (job_.from_camera) {
    const Status status = TakeFrame(result);
    if (!status.ok()) return status;
  } else {
    const Image& image = *job_.image;
    result->image_crc = image.crc;
    if (image.stage == ImageStage::kFrame && !image.preprocessed) PreprocessUpload();
    result->times.upload_us = image.completed_us - image.begun_us;
    result->times.preprocess_us = image.preprocess_us;
  }
  const Status status = Invoke(result);
  return status.ok() ? Evaluate(result) : status;
}

// From the camera's memory into the image's.
Status Inferences::TakeFrame(Result* result) {
  Bytes frame;
  const Status status = camera_->Capture(&frame);
  if (!status.ok()) return status;
  if (frame.size != kFrameBytes) {
    camera_->Release();
    return Failure(ErrorCode::kCamera, kFrameBytes, static_cast<int64_t>(frame.size),
                   "camera frame of ", static_cast<uint32_t>(frame.size), " bytes, not ",
                   static_cast<uint32_t>(kFrameBytes));
  }
  const uint64_t start_us = port_.NowUs();
  Preprocess(frame.data, kFrameSize, AsInt8(job_.image->data), model_.input_size());
  result->times.preprocess_us = port_.NowUs() - start_us;
  camera_->Release();
  return {};
}

// In place. The image is in use, so that no chunk and no other task touches it.
void Inferences::PreprocessUpload() {
  Image& image = *job_.image;
  const uint64_t start_us = port_.NowUs();
  Preprocess(image.data, kFrameSize, AsInt8(image.data), model_.input_size());
  image.preprocess_us = port_.NowUs() - start_us;
  image.preprocessed = true;
}

Status Inferences::Invoke(Result* result) {
  Recorder recorder(*this);
  const bool record = job_.trace || job_.capture_op.known;
  if (job_.trace) trace_.Clear();
  const uint64_t start_us = port_.NowUs();
  const uint32_t start_cycles = port_.has_cycles() ? port_.Cycles() : 0;
  const Status status =
      engine_.Invoke({job_.image->data, model_.input_bytes()}, record ? &recorder : nullptr);
  if (port_.has_cycles()) {
    // Wraps after 17.9 s at 240 MHz; an inference takes less.
    result->invoke_cycles = {true, port_.Cycles() - start_cycles};
  }
  result->times.invoke_us = port_.NowUs() - start_us;
  return status.ok() ? recorder.Check() : status;
}

Status Inferences::Evaluate(Result* result) {
  const Classifier& classifier = model_.classifier();
  const Bytes scores = engine_.Output(classifier.score_output);
  const Bytes features = engine_.Output(classifier.features_output);
  const size_t feature_bytes = size_t{classifier.rows} * classifier.columns * classifier.channels;
  if (scores.size != classifier.classes || features.size != feature_bytes) {
    return Failure(ErrorCode::kEngine, 0, 0, "the engine's outputs have wrong sizes");
  }
  result->classes = classifier.classes;
  std::memcpy(result->scores, scores.data, scores.size);
  result->threshold = job_.threshold;
  const bool passes = ScorePasses(result->scores[classifier.positive_class], job_.threshold);

  const uint64_t start_us = port_.NowUs();
  if (passes || job_.cam_always) {
    ComputeCam(AsInt8(features.data), classifier, result->cam);
    result->has_cam = true;
    result->cam_rows = classifier.rows;
    result->cam_columns = classifier.columns;
  }
  result->no_location = NoLocation::kBelowThreshold;
  if (passes) {
    const ImageSize input = model_.input_size();
    result->location =
        FindPeak(result->cam, classifier.rows, classifier.columns, input.rows, input.columns);
    result->no_location = NoLocation::kFlatMap;
  }
  result->times.cam_us = port_.NowUs() - start_us;
  return {};
}

void Inferences::Finish(Finished* finished) {
  running_ = false;
  images_.Release(job_.image);
  finished->result.finished_us = port_.NowUs();
  has_run_ = finished->status.ok();  // a failed run leaves no outputs to read
  if (has_run_) {
    finished->result.inference = ++count_;
    last_image_crc_ = finished->result.image_crc;
    if (job_.trace) {
      has_trace_ = true;
      trace_image_crc_ = last_image_crc_;
    }
  }
  if (job_.from_camera) {
    PrintLocation(*finished);
    return;
  }
  finished->present = true;
  next_finished_ = (next_finished_ + 1) % (kKeptResults + 1);
  Send(*finished);
}

void Inferences::Send(const Finished& finished) {
  if (finished.status.ok()) {
    link_.Send(finished.seq, finished.result);
  } else {
    link_.Send(finished.seq, finished.status);
  }
}

void Inferences::PrintLocation(const Finished& finished) {
  if (source_ != ImageSource::kCamera) return;
  const Result& result = finished.result;
  port_.ShowDetection(finished.status.ok() &&
                      (result.location.known || result.no_location == NoLocation::kFlatMap));
  // A camera that stays away would say so for ever.
  const bool is_news = finished.status.code != camera_error_;
  camera_error_ = finished.status.code;
  if (!finished.status.ok()) {
    if (is_news) console_.Error(static_cast<const char*>(finished.status.message));
  } else if (result.location.known) {
    const Cell& cell = result.location.value;
    console_.Plain("location x=", uint32_t{cell.x}, ", y=", uint32_t{cell.y});
  }
}

}  // namespace camhil
