// The messages of hil/wire/protocol.cddl as plain structs. The codec behind
// them is generated (core/generated); only request_decoder.cpp and
// reply_encoder.cpp see its names. Fields mean what the schema says.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bytes.h"
#include "limits.h"
#include "status.h"

namespace camhil {

enum class SampleStage : uint8_t { kTensor = 0, kFrame = 1, kNetwork = 2 };
enum class FrameFormat : uint8_t { kGray8 = 0, kRgb565 = 1 };
enum class ImageSource : uint8_t { kCamera = 0, kInjected = 1 };
enum class NetworkSource : uint8_t { kInPartition = 0, kLinkedIn = 1, kInRam = 2 };
enum class RebootTarget : uint8_t { kApp = 0, kBootloader = 1 };
enum class TensorSide : uint8_t { kInput = 0, kOutput = 1 };
enum class NoLocation : uint8_t { kBelowThreshold = 0, kFlatMap = 1 };

// A value that may be nil on the wire.
template <typename T>
struct Maybe {
  bool known = false;
  T value{};
};

struct OpOutput {
  uint16_t op;
  uint8_t output;
};

// ---- requests ---------------------------------------------------------------

struct Hello {
  uint8_t lowest, highest;
};
struct GetContract {
  uint16_t offset;
};
struct Echo {
  Bytes payload;
};
struct Upload {
  SampleStage stage;
  uint32_t sample_crc;
  uint32_t sample_bytes;
  bool resume;
};
struct Chunk {
  uint32_t sample_crc;
  uint32_t offset;
  Bytes data;
};
struct Infer {
  uint32_t sample_crc;
  bool map_always;
  bool trace;
  bool reset_state;
  Maybe<uint8_t> threshold;
  Maybe<OpOutput> capture;
};
struct ReadTensor {
  TensorSide side;
  uint8_t index;
  uint32_t offset;
  uint16_t length;
};
struct GetTrace {
  uint16_t first;
};
struct GetFrame {
  uint32_t offset;
  uint16_t length;
};
struct SetBaud {
  uint32_t baud;
};
struct CommitBaud {
  uint32_t baud;
};
struct Reboot {
  RebootTarget target;
};

// `kind` tells which member of the union is set; those below kReboot have none.
struct Request {
  enum class Kind : uint8_t {
    kHello,
    kGetContract,
    kEcho,
    kUpload,
    kChunk,
    kInfer,
    kReadTensor,
    kGetTrace,
    kSetBaud,
    kCommitBaud,
    kGetFrame,
    kReboot,
    kGetMemory,
    kLoadNetwork,
    kSelfTest,
  };
  Request() : hello() {}

  uint32_t seq = 0;
  Kind kind = Kind::kHello;
  union {
    Hello hello;
    GetContract get_contract;
    Echo echo;
    Upload upload;
    Chunk chunk;
    Infer infer;
    ReadTensor read_tensor;
    GetTrace get_trace;
    GetFrame get_frame;
    SetBaud set_baud;
    CommitBaud commit_baud;
    Reboot reboot;
  };
};

// Decodes one request; its Bytes point into `message`. Returns false when the
// message is no request of the schema; request->seq is then the sequence number
// if one was readable, else 0.
bool DecodeRequest(Bytes message, Request* request);

// ---- replies ----------------------------------------------------------------

struct Capabilities {
  bool injection, camera, frame_stage, trace, capture, baud, op_times, cycles, camera_frames;
};
struct Identity {
  uint32_t boot_id;
  const char* target;
  const char* firmware_version;
  const uint8_t* build_id;  // kSha256Bytes each
  const uint8_t* app_sha256;
  const uint8_t* model_sha256;
  ErrorCode model_state;
  const char* model_message;
  NetworkSource network_source;
  uint32_t contract_crc;
  uint16_t contract_bytes;
  const char* engine;
  const char* kernels;
  ImageSource image_source;
  uint8_t reset_reason;
  uint32_t boot_count;
  Capabilities capabilities;
  FrameFormat frame_format;  // of frame_stage
  uint32_t max_sample_bytes;
  uint32_t baud;
  uint32_t arena_bytes;
};
struct ContractPage {
  uint16_t total;
  uint16_t offset;
  Bytes data;
};
struct Echoed {
  Bytes payload;
};
// What of a sample has not arrived.
struct Missing {
  uint16_t first = 0;
  uint32_t bits = 0;
};
struct Uploading {
  uint32_t sample_crc;
  Missing missing;
};
struct ChunkAck {
  uint32_t sample_crc;
  uint32_t offset;
  Missing missing;
};
struct Accepted {
  uint32_t sample_crc;
};
struct Cell {
  uint16_t x, y;
  uint8_t column, row;
};
struct StageTimes {
  uint64_t upload_us, preprocess_us, invoke_us, cam_us;
};
struct OutputPart {
  uint32_t crc;
  uint32_t size;
  uint16_t inline_bytes;  // of Result::inline_data; 0: not there, or empty
};
struct HeadAnswer {
  uint8_t threshold = 0;
  Maybe<Cell> location;
  NoLocation no_location = NoLocation::kBelowThreshold;  // when there is no location
  bool has_map = false;
  uint8_t rows = 0;
  uint8_t columns = 0;
};
struct Result {
  uint32_t boot_id = 0;
  uint32_t sample_crc = 0;
  uint8_t output_count = 0;
  OutputPart outputs[kMaxOutputs] = {};
  uint8_t inline_data[kInlineBytes] = {};  // one output behind the other
  bool has_head = false;
  HeadAnswer head;
  const int32_t* map = nullptr;  // where head.has_map
  StageTimes times = {};
  Maybe<uint64_t> invoke_cycles;
  uint64_t finished_us = 0;
  uint32_t inference = 0;
};
struct TensorData {
  uint32_t sample_crc;
  TensorSide side;
  uint8_t index;
  uint32_t total;
  uint32_t offset;
  Bytes data;
};
struct OpData {
  uint32_t sample_crc;
  OpOutput at;
  uint32_t total;
  uint32_t offset;
  Bytes data;
};
struct TraceEntry {
  static constexpr uint32_t kUnknown = UINT32_MAX;

  uint32_t crc;
  uint32_t size;
  uint32_t us;
  uint32_t cycles;
  uint16_t op;
  uint8_t output;
};
// `entries` starts at entry `first`.
struct TracePage {
  uint32_t sample_crc;
  uint16_t total;
  uint16_t first;
  const TraceEntry* entries;
  size_t count;
};
struct FrameData {
  uint32_t sample_crc;
  uint64_t taken_us;
  FrameFormat format;
  uint32_t total;
  uint32_t offset;
  Bytes data;
};
struct HeapState {
  uint32_t free_bytes, minimum_free_bytes, largest_block_bytes;
};
struct StackState {
  char task[17];
  uint32_t never_used_bytes;
};
struct MemoryReport {
  uint32_t arena_bytes;
  Maybe<uint32_t> arena_used_bytes;
  Maybe<uint32_t> static_bytes;
  Maybe<uint32_t> buffer_bytes;
  Maybe<HeapState> heap;
  Maybe<HeapState> psram;
  StackState stacks[kMaxStacks];
  size_t stack_count;
};
struct BaudAck {
  uint32_t baud;
};
struct BaudCommitted {
  uint32_t baud;
};
struct RebootAck {
  RebootTarget target;
};
struct LinkNotice {
  uint32_t bad_frames;
  uint32_t lost_bytes;
  uint32_t overruns;
};

// Encode one reply into `out`, which has room for kMaxMessageBytes. Return its
// size, or 0 when a field is outside what the schema allows.
size_t EncodeReply(uint32_t seq, const Status& error, uint8_t* out);
size_t EncodeReply(uint32_t seq, const Identity& identity, uint8_t* out);
size_t EncodeReply(uint32_t seq, const ContractPage& page, uint8_t* out);
size_t EncodeReply(uint32_t seq, const Echoed& echoed, uint8_t* out);
size_t EncodeReply(uint32_t seq, const Uploading& uploading, uint8_t* out);
size_t EncodeReply(uint32_t seq, const ChunkAck& ack, uint8_t* out);
size_t EncodeReply(uint32_t seq, const Accepted& accepted, uint8_t* out);
size_t EncodeReply(uint32_t seq, const Result& result, uint8_t* out);
size_t EncodeReply(uint32_t seq, const TensorData& data, uint8_t* out);
size_t EncodeReply(uint32_t seq, const OpData& data, uint8_t* out);
size_t EncodeReply(uint32_t seq, const TracePage& page, uint8_t* out);
size_t EncodeReply(uint32_t seq, const FrameData& data, uint8_t* out);
size_t EncodeReply(uint32_t seq, const MemoryReport& report, uint8_t* out);
size_t EncodeReply(uint32_t seq, const BaudAck& ack, uint8_t* out);
size_t EncodeReply(uint32_t seq, const BaudCommitted& committed, uint8_t* out);
size_t EncodeReply(uint32_t seq, const RebootAck& ack, uint8_t* out);
size_t EncodeReply(uint32_t seq, const LinkNotice& notice, uint8_t* out);

// ---- the model partition ----------------------------------------------------

struct TensorFacts {
  uint32_t size;  // bytes
  uint8_t type;   // TFLite's TensorType
};
struct ImageInput {
  uint16_t rows;
  uint16_t columns;
  uint8_t channels;
  const uint8_t* tables[kMaxImageChannels];  // 256 bytes each, inside the header
};
struct CamHead {
  uint8_t score_output;
  uint8_t features_output;
  uint16_t classes;
  uint16_t positive_class;
  uint8_t threshold;  // percent
  uint8_t rows;
  uint8_t columns;
  uint16_t channels;
  uint32_t weights;  // offset in the .tflite
  int8_t weight_zero_point;
  int8_t feature_zero_point;
};
struct NetworkHeader {
  uint32_t model_bytes;
  uint32_t model_crc;
  const uint8_t* model_sha256;  // inside the header
  uint16_t ops;
  uint16_t op_outputs;
  bool stateful;
  uint8_t input_count;
  uint8_t output_count;
  TensorFacts inputs[kMaxInputs];
  uint32_t input_rows;  // of the first input where it has four dimensions, else 0
  uint32_t input_columns;
  TensorFacts outputs[kMaxOutputs];
  Maybe<ImageInput> image;
  Maybe<CamHead> head;
};

// Decodes the header at the start of `bytes`; the rest has to be FF. The size of every
// tensor has been found to be that of its type and shape.
bool DecodeNetworkHeader(Bytes bytes, NetworkHeader* header);

}  // namespace camhil
