// The network in the model partition, and what its header says of it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bytes.h"
#include "engine.h"
#include "limits.h"
#include "memory.h"
#include "messages.h"
#include "preprocess.h"
#include "status.h"

namespace camhil {

// Its last four bytes are the CRC-32 of all before, little endian.
inline constexpr size_t kNetworkHeaderBytes = 4096;
inline constexpr ImageSize kFrameSize = {kFrameColumns, kFrameRows};

class Network {
 public:
  // Reads header and model of the partition's content, and prepares the engine. On a
  // failure, status() says why and the network cannot be run. The partition has to stay
  // where it is. flash_status: not 0 where it could not be mapped.
  void Load(Bytes partition, int32_t flash_status, const Memory& memory, Engine& engine);

  const Status& status() const { return status_; }
  // The header's bytes; empty where there is none that is valid. What follows is zero then.
  Bytes contract() const { return contract_; }
  uint32_t contract_crc() const;
  const uint8_t* model_sha256() const;
  uint16_t ops() const { return header_.ops; }
  uint16_t op_outputs() const { return header_.op_outputs; }
  bool stateful() const { return header_.stateful; }
  uint8_t input_count() const { return header_.input_count; }
  uint8_t output_count() const { return header_.output_count; }
  // Part `index` of a sample; `sample` is a whole one.
  Bytes InputOf(const uint8_t* sample, uint8_t index) const;
  // Of all inputs.
  uint32_t sample_bytes() const { return sample_bytes_; }
  // Null without one.
  const CamHead* head() const { return header_.head.known ? &header_.head.value : nullptr; }
  const int8_t* head_weights() const { return AsInt8(model_.data + header_.head.value.weights); }
  // Of the input that the map of a head lies over.
  ImageSize map_image() const { return {header_.input_columns, header_.input_rows}; }
  const ArenaUse& arena() const { return arena_; }

  // Whether frames can be made into the only input; also where they lie; and doing so.
  bool takes_frames() const;
  bool takes_frames_in_place() const;
  void MakeInput(const uint8_t* frame, uint8_t* input) const;
  // Of those frames.
  FrameFormat frame_format() const {
    return header_.image.value.channels == 3 ? FrameFormat::kRgb565 : FrameFormat::kGray8;
  }
  uint32_t frame_bytes() const { return kFramePixels * PixelBytes(frame_format()); }

 private:
  Status Read(Bytes partition);
  Status Check(const Memory& memory);
  Status CheckImage() const;
  Status CheckHead() const;
  Status CheckRoom(const Memory& memory) const;
  Status CheckEngine(const Engine& engine) const;
  ImageSize image_size() const { return {header_.image.value.columns, header_.image.value.rows}; }

  Status status_;
  Bytes contract_;
  Bytes model_;
  NetworkHeader header_ = {};
  uint32_t sample_bytes_ = 0;
  ArenaUse arena_;
};

}  // namespace camhil
