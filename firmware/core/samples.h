// Image buffers, filled in chunks that may come in any order, twice or not at all.
// What arrives is the model's input tensor, or a camera's frame that is made into
// the tensor where it lies.
#pragma once

#include <cstddef>
#include <cstdint>

#include "limits.h"
#include "messages.h"
#include "status.h"

namespace camhil {

// The pixels' memory; apart from ImageStore so that a port can place it.
struct ImageMemory {
  alignas(16) uint8_t buffers[kImageBuffers][(kImageBufferBytes + 15) / 16 * 16];
};

struct Image {
  uint8_t* data = nullptr;
  bool present = false;
  ImageStage stage = ImageStage::kTensor;
  uint32_t crc = 0;      // of what is uploaded
  uint32_t bytes = 0;    // to upload
  uint64_t missing = 0;  // bit i: chunk i has not arrived
  bool checked = false;  // the whole image has the right CRC
  // What lies there is the tensor; the frame that was uploaded is gone.
  bool preprocessed = false;
  uint64_t preprocess_us = 0;
  uint8_t users = 0;  // inferences queued or running on it
  uint32_t upload_seq = 0;
  uint32_t touched = 0;  // order of use
  uint64_t begun_us = 0;
  uint64_t completed_us = 0;

  bool complete() const { return missing == 0; }
  bool has_tensor() const { return checked && (stage == ImageStage::kTensor || preprocessed); }
};

class ImageStore {
 public:
  explicit ImageStore(ImageMemory& memory);

  // Answers an announcement, now at now_us, of what has to have expected_bytes.
  Status Begin(uint32_t seq, const Upload& upload, uint32_t expected_bytes, uint64_t now_us,
               uint64_t* missing);

  // Stores a chunk, unless it is already there.
  Status Put(const Chunk& chunk, uint64_t now_us, uint64_t* missing);

  // The latest image with this CRC, or null.
  Image* Find(uint32_t crc);

  // Fails with kIncomplete, or with kImageCorrupt after dropping the image.
  Status Check(Image* image);

  // A buffer for the tensor of a camera's frame, in use until Release; null when
  // none is free.
  Image* Claim(uint32_t bytes);

  void Use(Image* image);
  void Release(Image* image);

 private:
  Image* FindForUpload(uint32_t seq, const Upload& upload);
  Image* FindFree();
  void Touch(Image* image) { image->touched = ++touches_; }

  Image images_[kImageBuffers];
  uint32_t touches_ = 0;
};

}  // namespace camhil
