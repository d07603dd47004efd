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

enum class ImageStage : uint8_t { kTensor = 0, kFrame = 1 };
enum class ImageSource : uint8_t { kCamera = 0, kInjected = 1 };
enum class RebootTarget : uint8_t { kApp = 0, kBootloader = 1 };
enum class TensorRole : uint8_t { kInput = 0, kScore = 1, kFeatures = 2, kOther = 3, kFrame = 4 };
enum class NoLocation : uint8_t { kBelowThreshold = 0, kFlatMap = 1 };

// A value that may be nil on the wire.
template <typename T>
struct Maybe {
  bool known = false;
  T value{};
};

// ---- requests ---------------------------------------------------------------

struct Hello {
  uint8_t protocol;
};
struct GetOps {
  uint16_t first;
};
struct Echo {
  Bytes payload;
};
struct Upload {
  ImageStage stage;
  uint32_t image_crc;
  uint32_t image_bytes;
  bool resume;
};
struct Chunk {
  uint32_t image_crc;
  uint32_t offset;
  Bytes data;
};
struct Infer {
  uint32_t image_crc;
  bool cam_always;
  bool trace;
  Maybe<uint8_t> threshold;
  Maybe<uint16_t> capture_op;
};
struct ReadOutput {
  Maybe<uint8_t> output;  // unknown: the input
  uint32_t offset;
  uint16_t length;
};
struct GetTrace {
  uint16_t first;
};
struct SetBaud {
  uint32_t baud;
};
struct Reboot {
  RebootTarget target;
};

// `kind` tells which member of the union is set; kGetMemory has none.
struct Request {
  enum class Kind : uint8_t {
    kHello,
    kGetOps,
    kEcho,
    kUpload,
    kChunk,
    kInfer,
    kReadOutput,
    kGetTrace,
    kGetMemory,
    kSetBaud,
    kReboot,
  };
  Request() : hello() {}

  uint32_t seq = 0;
  Kind kind = Kind::kHello;
  union {
    Hello hello;
    GetOps get_ops;
    Echo echo;
    Upload upload;
    Chunk chunk;
    Infer infer;
    ReadOutput read_output;
    GetTrace get_trace;
    SetBaud set_baud;
    Reboot reboot;
  };
};

// Decodes one request; its Bytes point into `message`. Returns false when the
// message is no request of the schema; request->seq is then the sequence number
// if one was readable, else 0.
bool DecodeRequest(Bytes message, Request* request);

// ---- replies ----------------------------------------------------------------

struct Tensor {
  TensorRole role = TensorRole::kOther;
  Maybe<uint8_t> output;
  uint8_t type = 0;
  uint8_t rank = 0;
  uint32_t shape[kMaxRank] = {};
  uint32_t scale_bits = 0;  // IEEE 754 single
  int32_t zero_point = 0;
  uint32_t data_bytes = 0;
};
struct Capabilities {
  bool injection, camera, frame_stage, trace, capture, baud, op_times, cycles;
};
struct Identity {
  const char* target;
  const char* firmware_version;
  const uint8_t* build_id;  // kSha256Bytes each
  const uint8_t* app_sha256;
  const uint8_t* model_sha256;
  ErrorCode model_state;
  const char* model_message;
  const char* engine;
  ImageSource image_source;
  uint8_t reset_reason;
  uint32_t boot_count;
  Capabilities capabilities;
  uint32_t baud;
  uint8_t threshold;
  uint8_t positive_class;
  uint8_t classes;
  uint32_t arena_bytes;
  uint16_t op_count;
  const Tensor* tensors;
  size_t tensor_count;
  const Tensor* frame;  // what a raw frame is; null where the board takes none
};
struct OpPage {
  uint16_t op_count;
  uint16_t first;
  const uint16_t* codes;
  size_t count;
};
struct Echoed {
  Bytes payload;
};
struct Uploading {
  uint32_t image_crc;
  uint64_t missing;
};
struct ChunkAck {
  uint32_t image_crc;
  uint32_t offset;
  uint64_t missing;
};
struct Accepted {
  uint32_t image_crc;
};
struct Cell {
  uint16_t x, y;
  uint8_t column, row;
};
struct StageTimes {
  uint64_t upload_us, preprocess_us, invoke_us, cam_us;
};
struct Result {
  uint32_t image_crc = 0;
  uint8_t classes = 0;
  int8_t scores[kMaxClasses] = {};
  uint8_t threshold = 0;
  Maybe<Cell> location;
  NoLocation no_location = NoLocation::kBelowThreshold;  // when there is no location
  bool has_cam = false;
  uint8_t cam_rows = 0;
  uint8_t cam_columns = 0;
  int32_t cam[kMaxCamCells] = {};
  StageTimes times = {};
  Maybe<uint64_t> invoke_cycles;
  uint64_t finished_us = 0;
  uint32_t inference = 0;
};
struct OutputData {
  uint32_t image_crc;
  Maybe<uint8_t> output;
  uint32_t total;
  uint32_t offset;
  Bytes data;
};
struct OpData {
  uint32_t image_crc;
  uint16_t op;
  uint32_t total;
  uint32_t offset;
  Bytes data;
};
struct TraceEntry {
  uint32_t output_crc;
  uint32_t output_bytes;
  int64_t us;      // negative: unknown
  int64_t cycles;  // negative: unknown
};
// `codes` and `entries` start at operator `first`.
struct TracePage {
  uint32_t image_crc;
  uint16_t op_count;
  uint16_t first;
  const uint16_t* codes;
  const TraceEntry* entries;
  size_t count;
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
  Maybe<HeapState> heap;
  Maybe<HeapState> psram;
  StackState stacks[kMaxStacks];
  size_t stack_count;
};
struct BaudAck {
  uint32_t baud;
};
struct RebootAck {
  RebootTarget target;
};
struct LinkNotice {
  uint32_t bad_frames;
  uint32_t lost_bytes;
};

// Each writes one reply to `out` (kMaxMessageBytes) and returns its length, or
// 0 when a field is outside the schema.
size_t EncodeReply(uint32_t seq, const Status& error, uint8_t* out);
size_t EncodeReply(uint32_t seq, const Identity& identity, uint8_t* out);
size_t EncodeReply(uint32_t seq, const OpPage& page, uint8_t* out);
size_t EncodeReply(uint32_t seq, const Echoed& echoed, uint8_t* out);
size_t EncodeReply(uint32_t seq, const Uploading& uploading, uint8_t* out);
size_t EncodeReply(uint32_t seq, const ChunkAck& ack, uint8_t* out);
size_t EncodeReply(uint32_t seq, const Accepted& accepted, uint8_t* out);
size_t EncodeReply(uint32_t seq, const Result& result, uint8_t* out);
size_t EncodeReply(uint32_t seq, const OutputData& data, uint8_t* out);
size_t EncodeReply(uint32_t seq, const OpData& data, uint8_t* out);
size_t EncodeReply(uint32_t seq, const TracePage& page, uint8_t* out);
size_t EncodeReply(uint32_t seq, const MemoryReport& report, uint8_t* out);
size_t EncodeReply(uint32_t seq, const BaudAck& ack, uint8_t* out);
size_t EncodeReply(uint32_t seq, const RebootAck& ack, uint8_t* out);
size_t EncodeReply(uint32_t seq, const LinkNotice& notice, uint8_t* out);

// ---- the model partition ----------------------------------------------------

struct ModelHeader {
  uint32_t model_bytes;
  uint32_t model_crc;
  uint8_t positive_class;
  uint8_t threshold;
};

// Decodes the header at the start of `bytes`; the rest has to be FF.
bool DecodeModelHeader(Bytes bytes, ModelHeader* header);

}  // namespace camhil
