#include "network.h"

#include "crc32.h"

namespace camhil {
namespace {

constexpr uint8_t kErased = 0xFF;
constexpr uint8_t kTypeUint8 = 3;  // TFLite's TensorType
constexpr uint8_t kTypeInt8 = 9;
constexpr size_t kIdentifierAt = 4;
constexpr char kIdentifier[] = {'T', 'F', 'L', '3'};
constexpr size_t kCrcAt = kNetworkHeaderBytes - 4;

bool IsErased(Bytes bytes) {
  for (size_t i = 0; i < bytes.size; ++i) {
    if (bytes.data[i] != kErased) return false;
  }
  return true;
}

bool IsTflite(Bytes model) {
  return model.size >= kIdentifierAt + sizeof kIdentifier &&
         std::memcmp(model.data + kIdentifierAt, kIdentifier, sizeof kIdentifier) == 0;
}

Status BadHeader(const char* what) {
  return Failure(ErrorCode::kModelHeader, 0, 0, "header of the model partition: ", what);
}

Status NoRoom(uint32_t needed, uint32_t available, const char* of) {
  return Failure(ErrorCode::kNoRoom, needed, available, "built with room for ", available, of,
                 ", the network needs ", needed);
}

}  // namespace

void Network::Load(Bytes partition, int32_t flash_status, const Memory& memory, Engine& engine) {
  if (flash_status != 0) {
    status_ =
        Failure(ErrorCode::kModelUnmapped, flash_status, 0, "the model partition cannot be read");
    return;
  }
  status_ = Read(partition);
  if (status_.ok()) status_ = Check(memory);
  if (status_.ok()) status_ = engine.Load(model_, &arena_);
  if (status_.ok()) status_ = CheckEngine(engine);
}

Status Network::Read(Bytes partition) {
  const Bytes header = partition.Part(0, kNetworkHeaderBytes);
  if (IsErased(header)) return Failure(ErrorCode::kNoModel, 0, 0, "model partition is empty");
  if (header.size < kNetworkHeaderBytes) return BadHeader("too short");
  const uint32_t stored = LoadLe32(header.data + kCrcAt);
  const uint32_t crc = Crc32(header.data, kCrcAt);
  if (crc != stored) {
    return Failure(ErrorCode::kModelHeader, stored, crc,
                   "header of the model partition is damaged");
  }
  if (!DecodeNetworkHeader(header.Part(0, kCrcAt), &header_)) {
    header_ = {};
    return BadHeader("not one of this version");
  }
  contract_ = header;
  const size_t room = partition.size - kNetworkHeaderBytes;
  if (header_.model_bytes > room) {
    return Failure(ErrorCode::kModelHeader, static_cast<int64_t>(room), header_.model_bytes,
                   "model of ", header_.model_bytes, " bytes does not fit its partition");
  }
  model_ = {header.data + kNetworkHeaderBytes, header_.model_bytes};
  const uint32_t model_crc = Crc32(model_.data, model_.size);
  if (model_crc != header_.model_crc) {
    return Failure(ErrorCode::kModelCrc, header_.model_crc, model_crc,
                   "model is damaged: wrong CRC-32");
  }
  if (!IsTflite(model_)) return Failure(ErrorCode::kModelFormat, 0, 0, "model is no .tflite");
  return {};
}

Status Network::Check(const Memory& memory) {
  uint64_t bytes = 0;
  for (size_t i = 0; i < header_.input_count; ++i) bytes += header_.inputs[i].size;
  if (bytes > UINT32_MAX) return BadHeader("inputs are too large");
  sample_bytes_ = static_cast<uint32_t>(bytes);
  Status status = CheckImage();
  if (status.ok()) status = CheckHead();
  return status.ok() ? CheckRoom(memory) : status;
}

Status Network::CheckImage() const {
  if (!header_.image.known) return {};
  const ImageInput& image = header_.image.value;
  const TensorFacts& input = header_.inputs[0];
  const bool is_pixels = input.type == kTypeInt8 || input.type == kTypeUint8;
  if (header_.input_count != 1 || !is_pixels ||
      uint64_t{image.rows} * image.columns * image.channels != input.size) {
    return BadHeader("image is not the input");
  }
  return {};
}

Status Network::CheckHead() const {
  if (head() == nullptr) return {};
  if constexpr (!kHead) {
    return Failure(ErrorCode::kUnsupported, 0, 0, "built without class activation maps");
  }
  const CamHead& head = header_.head.value;
  if (head.score_output >= header_.output_count || head.features_output >= header_.output_count) {
    return BadHeader("head is of outputs that are not there");
  }
  const TensorFacts& scores = header_.outputs[head.score_output];
  if (scores.type != kTypeInt8 || scores.size != head.classes ||
      head.positive_class >= head.classes) {
    return BadHeader("head does not fit the scores");
  }
  const TensorFacts& features = header_.outputs[head.features_output];
  const uint32_t cells = uint32_t{head.rows} * head.columns;
  if (cells == 0 || cells > kMaxCamCells || head.channels > kMaxCamChannels ||
      features.type != kTypeInt8 || features.size != cells * head.channels) {
    return BadHeader("head does not fit the features");
  }
  const ImageSize image = map_image();
  if (image.rows == 0 || image.rows > UINT16_MAX || image.columns > UINT16_MAX) {
    return BadHeader("head does not fit the input");
  }
  if (uint64_t{head.weights} + head.channels > header_.model_bytes) {
    return BadHeader("weights are outside the model");
  }
  return {};
}

Status Network::CheckRoom(const Memory& memory) const {
  if (sample_bytes_ > memory.sample_bytes) {
    return NoRoom(sample_bytes_, memory.sample_bytes, " bytes of a sample");
  }
  if (header_.op_outputs > memory.trace_entries) {
    return NoRoom(header_.op_outputs, memory.trace_entries, " entries of a trace");
  }
  const CamHead& head = header_.head.value;
  const uint32_t cells = uint32_t{head.rows} * head.columns;
  if (header_.head.known && cells > memory.map_cells) {
    return NoRoom(cells, memory.map_cells, " cells of a map");
  }
  return {};
}

Status Network::CheckEngine(const Engine& engine) const {
  for (uint8_t i = 0; i < header_.output_count; ++i) {
    const size_t size = engine.Output(i).size;
    if (size == header_.outputs[i].size) continue;
    return Failure(ErrorCode::kModelFormat, header_.outputs[i].size, static_cast<int64_t>(size),
                   "output ", uint32_t{i}, " of the model has ", static_cast<uint32_t>(size),
                   " bytes, by its header ", header_.outputs[i].size);
  }
  return {};
}

uint32_t Network::contract_crc() const {
  return contract_.size > 0 ? LoadLe32(contract_.data + kCrcAt) : 0;
}

const uint8_t* Network::model_sha256() const {
  static constexpr uint8_t kNone[kSha256Bytes] = {};
  return header_.model_sha256 != nullptr ? header_.model_sha256 : kNone;
}

Bytes Network::InputOf(const uint8_t* sample, uint8_t index) const {
  for (uint8_t i = 0; i < index; ++i) sample += header_.inputs[i].size;
  return {sample, header_.inputs[index].size};
}

bool Network::takes_frames() const {
  return kFrames && status_.ok() && header_.image.known &&
         header_.image.value.channels == ChannelsOf(frame_format()) &&
         CanPreprocess(kFrameSize, image_size());
}

bool Network::takes_frames_in_place() const {
  return takes_frames() && CanPreprocessInPlace(kFrameSize, frame_format(), image_size());
}

void Network::MakeInput(const uint8_t* frame, uint8_t* input) const {
  uint8_t line[kFrameColumns * ChannelsOf(FrameFormat::kRgb565)];
  Preprocess(frame, kFrameSize, frame_format(), header_.image.value.tables, input, image_size(),
             line);
}

}  // namespace camhil
