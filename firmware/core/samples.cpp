#include "images.h"

#include "crc32.h"

namespace camhil {
namespace {

uint32_t ChunkCount(uint32_t bytes) {
  return static_cast<uint32_t>((bytes + kChunkBytes - 1) / kChunkBytes);
}

uint64_t AllMissing(uint32_t chunks) {
  return chunks >= 64 ? UINT64_MAX : (uint64_t{1} << chunks) - 1;
}

}  // namespace

ImageStore::ImageStore(ImageMemory& memory) {
  for (size_t i = 0; i < kImageBuffers; ++i) images_[i].data = memory.buffers[i];
}

Status ImageStore::Begin(uint32_t seq, const Upload& upload, uint32_t expected_bytes,
                         uint64_t now_us, uint64_t* missing) {
  if (upload.image_bytes != expected_bytes || expected_bytes > kImageBufferBytes) {
    const bool is_frame = upload.stage == ImageStage::kFrame;
    return Failure(ErrorCode::kWrongSize, expected_bytes, upload.image_bytes, "image of ",
                   upload.image_bytes,
                   is_frame ? " bytes, a frame has " : " bytes, the input takes ", expected_bytes);
  }
  Image* image = FindForUpload(seq, upload);
  const bool kept = image != nullptr && (upload.resume || image->upload_seq == seq);
  if (!kept) {
    if (image == nullptr || image->users > 0) image = FindFree();
    if (image == nullptr) {
      return Failure(ErrorCode::kBusy, 0, 0, "all image buffers are in use");
    }
    image->present = true;
    image->stage = upload.stage;
    image->crc = upload.image_crc;
    image->bytes = upload.image_bytes;
    image->missing = AllMissing(ChunkCount(upload.image_bytes));
    image->checked = false;
    image->preprocessed = false;
    image->preprocess_us = 0;
    image->begun_us = now_us;
    image->completed_us = now_us;
  }
  image->upload_seq = seq;
  Touch(image);
  *missing = image->missing;
  return {};
}

Status ImageStore::Put(const Chunk& chunk, uint64_t now_us, uint64_t* missing) {
  Image* const image = Find(chunk.image_crc);
  if (image == nullptr) {
    return Failure(ErrorCode::kNoSuchImage, chunk.image_crc, 0, "no upload of this image");
  }
  if (chunk.offset % kChunkBytes != 0 || chunk.offset >= image->bytes) {
    return Failure(ErrorCode::kOutOfRange, image->bytes, chunk.offset, "chunk at a wrong offset");
  }
  const size_t left = image->bytes - chunk.offset;
  const size_t expected = left < kChunkBytes ? left : kChunkBytes;
  if (chunk.data.size != expected) {
    return Failure(ErrorCode::kOutOfRange, static_cast<int64_t>(expected),
                   static_cast<int64_t>(chunk.data.size), "chunk of a wrong length");
  }
  const uint64_t bit = uint64_t{1} << (chunk.offset / kChunkBytes);
  if ((image->missing & bit) != 0) {
    std::memcpy(image->data + chunk.offset, chunk.data.data, expected);
    image->missing &= ~bit;
    image->completed_us = now_us;
  }
  Touch(image);
  *missing = image->missing;
  return {};
}

Image* ImageStore::Find(uint32_t crc) {
  Image* latest = nullptr;
  for (Image& image : images_) {
    if (!image.present || image.crc != crc) continue;
    if (latest == nullptr || image.touched > latest->touched) latest = &image;
  }
  return latest;
}

Image* ImageStore::FindForUpload(uint32_t seq, const Upload& upload) {
  const auto is_it = [&](const Image& image) {
    return image.present && image.stage == upload.stage && image.crc == upload.image_crc &&
           image.bytes == upload.image_bytes;
  };
  for (Image& image : images_) {
    if (is_it(image) && image.upload_seq == seq) return &image;
  }
  Image* const latest = Find(upload.image_crc);
  return latest != nullptr && is_it(*latest) ? latest : nullptr;
}

Image* ImageStore::FindFree() {
  Image* free = nullptr;
  for (Image& image : images_) {
    if (image.users > 0) continue;
    if (!image.present) return &image;
    if (free == nullptr || image.touched < free->touched) free = &image;
  }
  return free;
}

Status ImageStore::Check(Image* image) {
  if (!image->complete()) {
    return Failure(ErrorCode::kIncomplete, static_cast<int64_t>(image->missing), 0,
                   "chunks of the image are missing");
  }
  if (image->checked) return {};
  const uint32_t crc = Crc32(image->data, image->bytes);
  if (crc != image->crc) {
    image->present = false;
    return Failure(ErrorCode::kImageCorrupt, image->crc, crc,
                   "the image does not have the announced CRC-32");
  }
  image->checked = true;
  return {};
}

Image* ImageStore::Claim(uint32_t bytes) {
  Image* const image = FindFree();
  if (image == nullptr) return nullptr;
  image->present = false;
  image->bytes = bytes;
  image->begun_us = image->completed_us = 0;
  image->users = 1;
  return image;
}

void ImageStore::Use(Image* image) {
  ++image->users;
  Touch(image);
}

void ImageStore::Release(Image* image) {
  --image->users;
}

}  // namespace camhil
