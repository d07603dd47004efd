#include "samples.h"

#include "crc32.h"

namespace camhil {
namespace {

uint32_t ChunkCount(uint32_t bytes) {
  return static_cast<uint32_t>((uint64_t{bytes} + kChunkBytes - 1) / kChunkBytes);
}

// All of `chunks` that are tracked.
Missing AllMissing(uint32_t chunks) {
  return {0, chunks >= kTrackedChunks ? UINT32_MAX : (uint32_t{1} << chunks) - 1};
}

// Takes a chunk that was missing off the list.
void Arrive(Missing* missing, uint32_t index, uint32_t chunks) {
  missing->bits &= ~(uint32_t{1} << index);
  while (missing->first < chunks && (missing->bits & 1) == 0) {
    ++missing->first;
    missing->bits >>= 1;
    if (missing->first + kTrackedChunks <= chunks) missing->bits |= uint32_t{1} << 31;
  }
}

}  // namespace

SampleStore::SampleStore(const Memory& memory) {
  for (size_t i = 0; i < kSampleBuffers; ++i) samples_[i].data = memory.samples[i];
}

Status SampleStore::Begin(uint32_t seq, const Upload& upload, uint32_t expected_bytes,
                          uint64_t now_us, Missing* missing) {
  if (upload.sample_bytes != expected_bytes) {
    const bool is_frame = upload.stage == SampleStage::kFrame;
    return Failure(ErrorCode::kWrongSize, expected_bytes, upload.sample_bytes, "sample of ",
                   upload.sample_bytes,
                   is_frame ? " bytes, a frame has " : " bytes, the inputs take ", expected_bytes);
  }
  Sample* sample = FindForUpload(seq, upload);
  const bool kept = sample != nullptr && (upload.resume || sample->upload_seq == seq);
  if (!kept) {
    if (sample == nullptr || sample->users > 0) sample = FindFree();
    if (sample == nullptr) {
      return Failure(ErrorCode::kBusy, 0, 0, "all sample buffers are in use");
    }
    sample->present = true;
    sample->stage = upload.stage;
    sample->crc = upload.sample_crc;
    sample->bytes = upload.sample_bytes;
    sample->missing = AllMissing(ChunkCount(upload.sample_bytes));
    sample->checked = false;
    sample->preprocessed = false;
    sample->preprocess_us = 0;
    sample->begun_us = now_us;
    sample->completed_us = now_us;
  }
  sample->upload_seq = seq;
  Touch(sample);
  *missing = sample->missing;
  return {};
}

Status SampleStore::Put(const Chunk& chunk, uint64_t now_us, Missing* missing) {
  Sample* const sample = Find(chunk.sample_crc);
  if (sample == nullptr) {
    return Failure(ErrorCode::kNoSuchSample, chunk.sample_crc, 0, "no upload of this sample");
  }
  if (chunk.offset % kChunkBytes != 0 || chunk.offset >= sample->bytes) {
    return Failure(ErrorCode::kOutOfRange, sample->bytes, chunk.offset, "chunk at a wrong offset");
  }
  const size_t left = sample->bytes - chunk.offset;
  const size_t expected = left < kChunkBytes ? left : kChunkBytes;
  if (chunk.data.size != expected) {
    return Failure(ErrorCode::kOutOfRange, static_cast<int64_t>(expected),
                   static_cast<int64_t>(chunk.data.size), "chunk of a wrong length");
  }
  const auto number = static_cast<uint32_t>(chunk.offset / kChunkBytes);
  const uint32_t index = number - sample->missing.first;  // huge for one that has arrived
  if (index < kTrackedChunks && (sample->missing.bits >> index & 1) != 0) {
    std::memcpy(sample->data + chunk.offset, chunk.data.data, expected);
    Arrive(&sample->missing, index, ChunkCount(sample->bytes));
    sample->completed_us = now_us;
  }
  Touch(sample);
  *missing = sample->missing;
  return {};
}

Sample* SampleStore::Find(uint32_t crc) {
  Sample* latest = nullptr;
  for (Sample& sample : samples_) {
    if (!sample.present || sample.crc != crc) continue;
    if (latest == nullptr || sample.touched > latest->touched) latest = &sample;
  }
  return latest;
}

// The upload that this request continues: its own buffer if it is a repetition, else
// the latest one.
Sample* SampleStore::FindForUpload(uint32_t seq, const Upload& upload) {
  const auto is_it = [&](const Sample& sample) {
    return sample.present && sample.stage == upload.stage && sample.crc == upload.sample_crc &&
           sample.bytes == upload.sample_bytes;
  };
  for (Sample& sample : samples_) {
    if (is_it(sample) && sample.upload_seq == seq) return &sample;
  }
  Sample* const latest = Find(upload.sample_crc);
  return latest != nullptr && is_it(*latest) ? latest : nullptr;
}

Sample* SampleStore::FindFree() {
  Sample* free = nullptr;
  for (Sample& sample : samples_) {
    if (sample.users > 0) continue;
    if (!sample.present) return &sample;
    if (free == nullptr || sample.touched < free->touched) free = &sample;
  }
  return free;
}

Status SampleStore::Check(Sample* sample) {
  if (!sample->complete()) {
    return Failure(ErrorCode::kIncomplete, sample->missing.first, sample->missing.bits,
                   "chunks of the sample are missing");
  }
  if (sample->checked) return {};
  const uint32_t crc = Crc32(sample->data, sample->bytes);
  if (crc != sample->crc) {
    sample->present = false;
    return Failure(ErrorCode::kSampleCorrupt, sample->crc, crc,
                   "the sample does not have the announced CRC-32");
  }
  sample->checked = true;
  return {};
}

Sample* SampleStore::Claim() {
  Sample* const sample = FindFree();
  if (sample == nullptr) return nullptr;
  sample->present = false;
  sample->begun_us = sample->completed_us = 0;
  sample->users = 1;
  return sample;
}

void SampleStore::Keep(Sample* sample, uint32_t crc, uint32_t bytes, uint64_t now_us) {
  sample->present = true;
  sample->stage = SampleStage::kFrame;
  sample->crc = crc;
  sample->bytes = bytes;
  sample->missing = {static_cast<uint16_t>(ChunkCount(bytes)), 0};
  sample->checked = true;
  sample->preprocessed = false;
  sample->preprocess_us = 0;
  sample->upload_seq = 0;  // of no request
  sample->begun_us = sample->completed_us = now_us;
  Touch(sample);
}

void SampleStore::Use(Sample* sample) {
  ++sample->users;
  Touch(sample);
}

void SampleStore::Release(Sample* sample) {
  --sample->users;
}

}  // namespace camhil
