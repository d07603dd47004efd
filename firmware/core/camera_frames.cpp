#include "camera_frames.h"

#include "crc32.h"

namespace camhil {

Status CameraFrames::Find(uint32_t seq, const GetFrame& get, FrameData* page) {
  if (!for_hosts()) {
    return Failure(ErrorCode::kUnsupported, 0, 0,
                   has_camera() ? "built without room for a frame" : "no camera");
  }
  if (get.offset == 0 && seq != given_seq_) {
    if (!fresh_ || machine_.NowUs() - done_us_ > kFreshFrameUs) {
      wanted_ = true;
      machine_.Notify(Event::kWork);
      return Failure(ErrorCode::kBusy, 0, 0, "the camera takes a frame");
    }
    fresh_ = false;
    given_seq_ = seq;
  }
  if (!status_.ok()) return status_;
  const Sample* const sample = samples_.Find(crc_);
  if (sample == nullptr || !sample->is_frame() || sample->users > 0) {
    return Failure(ErrorCode::kNoSuchSample, crc_, 0, "the frame was replaced, or used");
  }
  if (get.offset > sample->bytes) {
    return Failure(ErrorCode::kOutOfRange, sample->bytes, get.offset, "offset beyond the frame");
  }
  const Bytes frame = {sample->data, sample->bytes};
  *page = {crc_,
           sample->completed_us,
           network_.frame_format(),
           sample->bytes,
           get.offset,
           frame.Part(get.offset, get.length < kChunkBytes ? get.length : kChunkBytes)};
  return {};
}

void CameraFrames::TakeForHost() {
  Sample* sample = nullptr;
  {
    const LockGuard guard(machine_);
    sample = samples_.Claim();
  }
  if (sample == nullptr) return;  // inferences came meanwhile; they are first
  Bytes frame;
  const Status status = Capture(&frame);
  const uint64_t taken_us = machine_.NowUs();
  uint32_t crc = 0;
  if (status.ok()) {
    std::memcpy(sample->data, frame.data, frame.size);
    Release();
    crc = Crc32(sample->data, frame.size);
  }
  const LockGuard guard(machine_);
  if (status.ok()) {
    samples_.Keep(sample, crc, static_cast<uint32_t>(frame.size), taken_us);
  }
  samples_.Release(sample);
  crc_ = crc;
  status_ = status;
  wanted_ = false;
  fresh_ = true;
  done_us_ = machine_.NowUs();
}

Status CameraFrames::Capture(Bytes* frame) {
  const Status status = CaptureOnce(frame);
  failures_ = status.ok() ? 0 : failures_ + 1;
  if (!status.ok() && failures_ % kCameraFailures == 0) source_->Restart();
  return status;
}

Status CameraFrames::CaptureOnce(Bytes* frame) {
  const Status status = source_->Capture(network_.frame_format(), frame);
  if (!status.ok()) return status;
  const uint32_t wanted = network_.frame_bytes();
  if (frame->size == wanted) return {};
  source_->Release();
  return Failure(ErrorCode::kCamera, wanted, static_cast<int64_t>(frame->size), "camera frame of ",
                 static_cast<uint32_t>(frame->size), " bytes, not ", wanted);
}

}  // namespace camhil
