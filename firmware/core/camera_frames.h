// The board's camera: its frames for inferences, and the one that a host asks for, which is
// kept as if it had been uploaded.
#pragma once

#include <cstdint>

#include "frame_source.h"
#include "machine.h"
#include "messages.h"
#include "network.h"
#include "samples.h"
#include "status.h"

namespace camhil {

class CameraFrames {
 public:
  // `source` is null on a board without a camera; sample_bytes: room of a sample.
  CameraFrames(Machine& machine, FrameSource* source, const Network& network, SampleStore& samples,
               uint32_t sample_bytes)
      : machine_(machine),
        source_(source),
        network_(network),
        samples_(samples),
        sample_bytes_(sample_bytes),
        status_(Failure(ErrorCode::kNothingRecorded, 0, 0, "no frame yet")) {}

  bool has_camera() const { return source_ != nullptr; }

  // ---- for the receive task, which holds the state ----

  // Whether a host can have them: a frame lies in a sample's memory.
  bool for_hosts() const {
    return kInjection && has_camera() && network_.frame_bytes() <= sample_bytes_;
  }
  // Finds what is asked for. From offset 0 on it is a new frame: kBusy until that is there.
  Status Find(uint32_t seq, const GetFrame& get, FrameData* page);

  // ---- for the inference task, which does not, but for wanted() ----

  // Whether a host waits for a frame; and taking it. Call when no inference waits.
  bool wanted() const { return wanted_; }
  void TakeForHost();

  // Waits for the next frame, of the network's format and size. Where it fails, with kCamera,
  // Release is not called. After some failures in a row the camera is started anew.
  Status Capture(Bytes* frame);
  void Release() { source_->Release(); }

 private:
  Status CaptureOnce(Bytes* frame);

  Machine& machine_;
  FrameSource* const source_;
  const Network& network_;
  SampleStore& samples_;
  const uint32_t sample_bytes_;
  uint32_t failures_ = 0;  // in a row

  // Of the frame for a host, guarded by the state.
  bool wanted_ = false;
  bool fresh_ = false;  // taken, or failed, at done_us_, and no host was told
  uint64_t done_us_ = 0;
  uint32_t given_seq_ = 0;  // of the request that was told
  Status status_;
  uint32_t crc_ = 0;
};

}  // namespace camhil
