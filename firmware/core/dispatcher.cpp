#include "dispatcher.h"

namespace camhil {
namespace {

// Elements of a page that starts at `first` of `count`.
size_t PageSize(size_t count, size_t first, size_t limit) {
  const size_t left = count - first;
  return left < limit ? left : limit;
}

// The frame as the identity lists it.
Tensor FrameTensor() {
  constexpr uint8_t kTypeUint8 = 3;            // TFLite's TensorType
  constexpr uint32_t kBitsOfOne = 0x3F800000;  // 1.0f
  Tensor frame;
  frame.role = TensorRole::kFrame;
  frame.type = kTypeUint8;
  frame.rank = 4;
  frame.shape[0] = 1;
  frame.shape[1] = kFrameRows;
  frame.shape[2] = kFrameColumns;
  frame.shape[3] = 1;
  frame.scale_bits = kBitsOfOne;
  frame.data_bytes = kFrameBytes;
  return frame;
}

Status BeyondOps(uint16_t op_count, uint16_t first) {
  return Failure(ErrorCode::kOutOfRange, op_count, first, "no such operator");
}

}  // namespace

void Dispatcher::Handle(Bytes message) {
  Request request;
  if (!DecodeRequest(message, &request)) {
    link_.Send(request.seq, Failure(ErrorCode::kBadRequest, 0, 0, "not a request of protocol ",
                                    uint32_t{kProtocolVersion}));
    return;
  }
  const uint32_t seq = request.seq;
  link_.NoteRequest(seq);
  switch (request.kind) {
    case Request::Kind::kHello:
      return Handle(seq, request.hello);
    case Request::Kind::kGetOps:
      return Handle(seq, request.get_ops);
    case Request::Kind::kEcho:
      return link_.Send(seq, Echoed{request.echo.payload});
    case Request::Kind::kUpload:
    case Request::Kind::kChunk:
    case Request::Kind::kInfer:
    case Request::Kind::kReadOutput:
    case Request::Kind::kGetTrace:
      if constexpr (kInjection) return HandleInjection(request);
      return link_.Send(seq, Failure(ErrorCode::kUnsupported, 0, 0,
                                     "built without CAMHIL_INJECTION: takes no images"));
    case Request::Kind::kGetMemory:
      return HandleGetMemory(seq);
    case Request::Kind::kSetBaud:
      return Handle(seq, request.set_baud);
    case Request::Kind::kReboot:
      return Handle(seq, request.reboot);
  }
}

// What a build without injection leaves out.
void Dispatcher::HandleInjection(const Request& request) {
  const uint32_t seq = request.seq;
  switch (request.kind) {
    case Request::Kind::kUpload:
      return Handle(seq, request.upload);
    case Request::Kind::kChunk:
      return Handle(seq, request.chunk);
    case Request::Kind::kInfer:
      return inferences_.Submit(seq, request.infer);
    case Request::Kind::kReadOutput:
      return Handle(seq, request.read_output);
    case Request::Kind::kGetTrace:
      return Handle(seq, request.get_trace);
    default:
      return;
  }
}

Capabilities Dispatcher::capabilities() const {
  Capabilities can = {};
  can.injection = kInjection;
  can.camera = has_camera_;
  can.frame_stage = kInjection && model_.takes_frames();
  can.trace = kInjection;
  can.capture = kInjection;
  can.baud = port_.app().can_set_baud;
  can.op_times = engine_.times_ops();
  can.cycles = port_.has_cycles();
  return can;
}

void Dispatcher::Handle(uint32_t seq, const Hello& hello) {
  if (hello.protocol != kProtocolVersion) {
    link_.Send(seq, Failure(ErrorCode::kProtocolVersion, kProtocolVersion, hello.protocol,
                            "the board speaks protocol ", uint32_t{kProtocolVersion}));
    return;
  }
  if constexpr (kInjection) inferences_.SetSource(ImageSource::kInjected);
  const AppInfo& app = port_.app();
  Identity identity = {};
  identity.target = app.target;
  identity.firmware_version = app.firmware_version;
  identity.build_id = app.build_id;
  identity.app_sha256 = app.app_sha256;
  identity.model_sha256 = model_.sha256();
  identity.model_state = model_.status().code;
  identity.model_message = model_.status().message;
  identity.engine = engine_.name();
  identity.image_source = inferences_.source();
  identity.reset_reason = app.reset_reason;
  identity.boot_count = app.boot_count;
  identity.capabilities = capabilities();
  identity.baud = port_.baud();
  identity.threshold = model_.threshold();
  identity.positive_class = model_.positive_class();
  identity.classes = model_.classifier().classes;
  identity.arena_bytes = model_.arena().reserved_bytes;
  identity.op_count = model_.op_count();
  identity.tensors = model_.tensors();
  identity.tensor_count = model_.tensor_count();
  const Tensor frame = FrameTensor();
  identity.frame = identity.capabilities.frame_stage ? &frame : nullptr;
  link_.Send(seq, identity);
}

void Dispatcher::Handle(uint32_t seq, const GetOps& get) {
  const uint16_t count = model_.op_count();
  if (get.first > count) return link_.Send(seq, BeyondOps(count, get.first));
  link_.Send(seq, OpPage{count, get.first, model_.op_codes() + get.first,
                         PageSize(count, get.first, kOpCodesPerPage)});
}

void Dispatcher::Handle(uint32_t seq, const Upload& upload) {
  if (!model_.status().ok()) return link_.Send(seq, model_.status());
  const bool is_frame = upload.stage == ImageStage::kFrame;
  if (is_frame && !model_.takes_frames()) {
    return link_.Send(seq, Failure(ErrorCode::kUnsupported, 0, 0, "a frame of ", kFrameColumns, "x",
                                   kFrameRows, " cannot be made into the model's input"));
  }
  const uint32_t expected_bytes =
      is_frame ? static_cast<uint32_t>(kFrameBytes) : model_.input_bytes();
  uint64_t missing = 0;
  const Status status = images_.Begin(seq, upload, expected_bytes, port_.NowUs(), &missing);
  if (!status.ok()) return link_.Send(seq, status);
  link_.Send(seq, Uploading{upload.image_crc, missing});
}

void Dispatcher::Handle(uint32_t seq, const Chunk& chunk) {
  uint64_t missing = 0;
  const Status status = images_.Put(chunk, port_.NowUs(), &missing);
  if (!status.ok()) return link_.Send(seq, status);
  link_.Send(seq, ChunkAck{chunk.image_crc, chunk.offset, missing});
}

void Dispatcher::Handle(uint32_t seq, const ReadOutput& read) {
  if (inferences_.busy()) {
    return link_.Send(seq, Failure(ErrorCode::kBusy, 0, 0, "an inference is running"));
  }
  if (!inferences_.has_run()) {
    return link_.Send(seq, Failure(ErrorCode::kNothingRecorded, 0, 0, "no inference yet"));
  }
  const Maybe<uint8_t>& output = read.output;
  const Bytes tensor = output.known ? engine_.Output(output.value) : inferences_.LastInput();
  if (!output.known && tensor.size == 0) {
    return link_.Send(seq, Failure(ErrorCode::kNoSuchImage, inferences_.last_image_crc(), 0,
                                   "the image of the last inference was replaced"));
  }
  if (output.known && (output.value >= model_.output_count() || tensor.size == 0)) {
    return link_.Send(seq, Failure(ErrorCode::kOutOfRange, model_.output_count(), output.value,
                                   "no such output"));
  }
  if (read.offset > tensor.size) {
    return link_.Send(seq, Failure(ErrorCode::kOutOfRange, static_cast<int64_t>(tensor.size),
                                   read.offset, "offset beyond the tensor"));
  }
  const size_t length = read.length < kChunkBytes ? read.length : kChunkBytes;
  link_.Send(seq,
             OutputData{inferences_.last_image_crc(), output, static_cast<uint32_t>(tensor.size),
                        read.offset, tensor.Part(read.offset, length)});
}

void Dispatcher::Handle(uint32_t seq, const GetTrace& get) {
  if (inferences_.tracing()) {
    return link_.Send(seq, Failure(ErrorCode::kBusy, 0, 0, "a trace is being recorded"));
  }
  if (!inferences_.has_trace()) {
    return link_.Send(seq, Failure(ErrorCode::kNothingRecorded, 0, 0, "no trace yet"));
  }
  const Trace& trace = inferences_.trace();
  const uint16_t count = trace.count();
  if (get.first > count) return link_.Send(seq, BeyondOps(count, get.first));
  link_.Send(seq, TracePage{inferences_.trace_image_crc(), count, get.first,
                            model_.op_codes() + get.first, trace.entries() + get.first,
                            PageSize(count, get.first, kTraceEntriesPerPage)});
}

void Dispatcher::HandleGetMemory(uint32_t seq) {
  MemoryReport report = {};
  const ArenaUse& arena = model_.arena();
  report.arena_bytes = arena.reserved_bytes;
  report.arena_used_bytes = {arena.used_bytes > 0, arena.used_bytes};
  report.static_bytes = {true, static_bytes_};
  port_.ReportMemory(&report);
  link_.Send(seq, report);
}

void Dispatcher::Handle(uint32_t seq, const SetBaud& set) {
  if (!port_.app().can_set_baud) {
    return link_.Send(seq, Failure(ErrorCode::kUnsupported, 0, 0, "the baud rate is fixed"));
  }
  if (set.baud < kMinBaud || set.baud > kMaxBaud) {
    return link_.Send(seq, Failure(ErrorCode::kOutOfRange, kMaxBaud, set.baud, "baud rate from ",
                                   kMinBaud, " to ", kMaxBaud));
  }
  link_.TryBaud(seq, set.baud);
}

void Dispatcher::Handle(uint32_t seq, const Reboot& reboot) {
  if (!port_.CanReset(reboot.target)) {
    return link_.Send(
        seq, Failure(ErrorCode::kUnsupported, 0, 0, "this chip enters its loader by a pin only"));
  }
  link_.Send(seq, RebootAck{reboot.target});
  port_.Flush();
  port_.Reset(reboot.target);
}

}  // namespace camhil
