// Sample buffers, filled in chunks that may come in any order, twice or not at all.
// What arrives is the bytes of the network's inputs, or a camera's frame that is made into
// the only input where it lies.
#pragma once

#include <cstddef>
#include <cstdint>

#include "limits.h"
#include "memory.h"
#include "messages.h"
#include "status.h"

namespace camhil {

struct Sample {
  uint8_t* data = nullptr;
  bool present = false;
  SampleStage stage = SampleStage::kTensor;
  uint32_t crc = 0;    // of what is uploaded
  uint32_t bytes = 0;  // to upload
  Missing missing;
  bool checked = false;  // the whole sample has the right CRC
  // What lies there is the input; the frame that was uploaded is gone.
  bool preprocessed = false;
  uint64_t preprocess_us = 0;
  uint8_t users = 0;  // inferences queued or running on it
  uint32_t upload_seq = 0;
  uint32_t touched = 0;  // order of use
  uint64_t begun_us = 0;
  uint64_t completed_us = 0;

  bool complete() const { return missing.bits == 0; }
  // A whole one, as it came from a camera.
  bool is_frame() const { return checked && stage == SampleStage::kFrame && !preprocessed; }
  bool has_inputs() const { return checked && (stage == SampleStage::kTensor || preprocessed); }
};

class SampleStore {
 public:
  explicit SampleStore(const Memory& memory);

  // Answers an announcement, now at now_us, of what has to have expected_bytes, which fit.
  Status Begin(uint32_t seq, const Upload& upload, uint32_t expected_bytes, uint64_t now_us,
               Missing* missing);

  // Stores a chunk, unless it is already there or so far ahead that it is not tracked.
  Status Put(const Chunk& chunk, uint64_t now_us, Missing* missing);

  // The latest sample with this CRC, or null.
  Sample* Find(uint32_t crc);

  // Fails with kIncomplete, or with kSampleCorrupt after dropping the sample.
  Status Check(Sample* sample);

  // A buffer for a camera's frame, or the input that it becomes, in use until Release; null
  // when none is free.
  Sample* Claim();

  // Makes the content of a claimed buffer a whole sample of stage-frame, which came at now_us.
  void Keep(Sample* sample, uint32_t crc, uint32_t bytes, uint64_t now_us);

  void Use(Sample* sample);
  void Release(Sample* sample);

 private:
  Sample* FindForUpload(uint32_t seq, const Upload& upload);
  Sample* FindFree();
  void Touch(Sample* sample) { sample->touched = ++touches_; }

  Sample samples_[kSampleBuffers];
  uint32_t touches_ = 0;
};

}  // namespace camhil
