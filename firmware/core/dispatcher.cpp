#include "dispatcher.h"

namespace camhil {
namespace {

Status Unsupported(const char* what) {
  return Failure(ErrorCode::kUnsupported, 0, 0, what);
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
  link_.NoteUse();
  switch (request.kind) {
    case Request::Kind::kHello:
      return Handle(seq, request.hello);
    case Request::Kind::kGetContract:
      return Handle(seq, request.get_contract);
    case Request::Kind::kEcho:
      link_.Send(seq, Echoed{request.echo.payload});
      return;
    case Request::Kind::kUpload:
    case Request::Kind::kChunk:
    case Request::Kind::kInfer:
    case Request::Kind::kReadTensor:
    case Request::Kind::kGetTrace:
    case Request::Kind::kGetFrame:
      if constexpr (kInjection) return HandleInjection(request);
      link_.Send(seq, Unsupported("built without CAMHIL_INJECTION: takes and gives no samples"));
      return;
    case Request::Kind::kSetBaud:
      return Handle(seq, request.set_baud);
    case Request::Kind::kCommitBaud:
      return link_.CommitBaud(seq, request.commit_baud.baud);
    case Request::Kind::kReboot:
      return Handle(seq, request.reboot);
    case Request::Kind::kGetMemory:
      return HandleGetMemory(seq);
    case Request::Kind::kLoadNetwork:
    case Request::Kind::kSelfTest:
      link_.Send(seq, Unsupported("this firmware cannot do that yet"));
      return;
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
    case Request::Kind::kReadTensor:
      return Handle(seq, request.read_tensor);
    case Request::Kind::kGetTrace:
      return Handle(seq, request.get_trace);
    case Request::Kind::kGetFrame:
      return Handle(seq, request.get_frame);
    default:
      return;
  }
}

// An uploaded frame lies in a sample's memory before it is made into the input.
bool Dispatcher::takes_frames() const {
  return kInjection && network_.takes_frames_in_place() &&
         network_.frame_bytes() <= max_sample_bytes_;
}

Capabilities Dispatcher::capabilities() const {
  Capabilities can = {};
  can.injection = kInjection;
  can.camera = camera_.has_camera();
  can.frame_stage = takes_frames();
  can.trace = kInjection;
  can.capture = kInjection;
  can.baud = line_.can_set_baud();
  can.op_times = engine_.times_ops();
  can.cycles = machine_.cycles_per_us() > 0;
  can.camera_frames = camera_.for_hosts();
  return can;
}

void Dispatcher::Handle(uint32_t seq, const Hello& hello) {
  if (kProtocolVersion < hello.lowest || kProtocolVersion > hello.highest) {
    link_.Send(seq, Failure(ErrorCode::kProtocolVersion, kProtocolVersion, hello.highest,
                            "the board speaks protocol ", uint32_t{kProtocolVersion}));
    return;
  }
  if constexpr (kInjection) inferences_.SetSource(ImageSource::kInjected);
  const AppInfo& app = machine_.app();
  Identity identity = {};
  identity.boot_id = app.boot_id;
  identity.target = app.target;
  identity.firmware_version = app.firmware_version;
  identity.build_id = app.build_id;
  identity.app_sha256 = app.app_sha256;
  identity.model_sha256 = network_.model_sha256();
  identity.model_state = network_.status().code;
  identity.model_message = network_.status().message;
  identity.network_source = app.network_source;
  identity.contract_crc = network_.contract_crc();
  identity.contract_bytes = static_cast<uint16_t>(network_.contract().size);
  identity.engine = engine_.name();
  identity.kernels = engine_.kernels();
  identity.image_source = inferences_.source();
  identity.reset_reason = app.reset_reason;
  identity.boot_count = app.boot_count;
  identity.capabilities = capabilities();
  identity.frame_format = network_.frame_format();
  identity.max_sample_bytes = max_sample_bytes_;
  identity.baud = line_.baud();
  identity.arena_bytes = network_.arena().reserved_bytes;
  link_.Send(seq, identity);
}

void Dispatcher::Handle(uint32_t seq, const GetContract& get) {
  const Bytes contract = network_.contract();
  const auto total = static_cast<uint16_t>(contract.size);
  if (get.offset > total) {
    link_.Send(seq,
               Failure(ErrorCode::kOutOfRange, total, get.offset, "offset beyond the contract"));
    return;
  }
  link_.Send(seq, ContractPage{total, get.offset, contract.Part(get.offset, kChunkBytes)});
}

void Dispatcher::Handle(uint32_t seq, const Upload& upload) {
  Status status = network_.status();
  const bool is_frame = upload.stage == SampleStage::kFrame;
  if (upload.stage == SampleStage::kNetwork) {
    status = Unsupported("takes its network from the partition only");
  } else if (status.ok() && is_frame && !takes_frames()) {
    status = Failure(ErrorCode::kUnsupported, 0, 0, "cannot make a frame of ",
                     uint32_t{kFrameColumns}, "x", uint32_t{kFrameRows}, " into the input");
  }
  Missing missing;
  if (status.ok()) {
    const uint32_t expected_bytes = is_frame ? network_.frame_bytes() : network_.sample_bytes();
    status = samples_.Begin(seq, upload, expected_bytes, machine_.NowUs(), &missing);
  }
  if (status.ok()) {
    link_.Send(seq, Uploading{upload.sample_crc, missing});
  } else {
    link_.Send(seq, status);
  }
}

void Dispatcher::Handle(uint32_t seq, const Chunk& chunk) {
  Missing missing;
  const Status status = samples_.Put(chunk, machine_.NowUs(), &missing);
  if (status.ok()) {
    link_.Send(seq, ChunkAck{chunk.sample_crc, chunk.offset, missing});
  } else {
    link_.Send(seq, status);
  }
}

void Dispatcher::Handle(uint32_t seq, const ReadTensor& read) {
  Bytes tensor;
  const Status status = FindTensor(read, &tensor);
  if (!status.ok()) {
    link_.Send(seq, status);
    return;
  }
  const size_t length = read.length < kChunkBytes ? read.length : kChunkBytes;
  link_.Send(seq, TensorData{inferences_.last_sample_crc(), read.side, read.index,
                             static_cast<uint32_t>(tensor.size), read.offset,
                             tensor.Part(read.offset, length)});
}

Status Dispatcher::FindTensor(const ReadTensor& read, Bytes* tensor) const {
  if (inferences_.busy()) return Failure(ErrorCode::kBusy, 0, 0, "an inference is running");
  if (!inferences_.has_run()) {
    return Failure(ErrorCode::kNothingRecorded, 0, 0, "no inference yet");
  }
  const bool is_input = read.side == TensorSide::kInput;
  const uint8_t count = is_input ? network_.input_count() : network_.output_count();
  if (read.index >= count) {
    return Failure(ErrorCode::kOutOfRange, count, read.index, "no such tensor");
  }
  *tensor = is_input ? inferences_.LastInput(read.index) : engine_.Output(read.index);
  if (tensor->data == nullptr) {
    return Failure(ErrorCode::kNoSuchSample, inferences_.last_sample_crc(), 0,
                   "the sample of the last inference was replaced");
  }
  if (read.offset > tensor->size) {
    return Failure(ErrorCode::kOutOfRange, static_cast<int64_t>(tensor->size), read.offset,
                   "offset beyond the tensor");
  }
  return {};
}

void Dispatcher::Handle(uint32_t seq, const GetTrace& get) {
  if (inferences_.tracing()) {
    link_.Send(seq, Failure(ErrorCode::kBusy, 0, 0, "a trace is being recorded"));
    return;
  }
  if (!inferences_.has_trace()) {
    link_.Send(seq, Failure(ErrorCode::kNothingRecorded, 0, 0, "no trace yet"));
    return;
  }
  const Trace& trace = inferences_.trace();
  const uint16_t total = trace.count();
  if (get.first > total) {
    link_.Send(seq, Failure(ErrorCode::kOutOfRange, total, get.first, "no such entry"));
    return;
  }
  const size_t left = static_cast<size_t>(total - get.first);
  link_.Send(
      seq, TracePage{inferences_.trace_sample_crc(), total, get.first, trace.entries() + get.first,
                     left < kTraceEntriesPerPage ? left : kTraceEntriesPerPage});
}

void Dispatcher::Handle(uint32_t seq, const GetFrame& get) {
  FrameData page;
  const Status status = camera_.Find(seq, get, &page);
  if (status.ok()) {
    link_.Send(seq, page);
  } else {
    link_.Send(seq, status);
  }
}

void Dispatcher::HandleGetMemory(uint32_t seq) {
  MemoryReport report = {};
  const ArenaUse& arena = network_.arena();
  report.arena_bytes = arena.reserved_bytes;
  report.arena_used_bytes = {arena.used_bytes > 0, arena.used_bytes};
  report.static_bytes = {true, static_bytes_};
  report.buffer_bytes = {true, buffer_bytes_};
  machine_.ReportMemory(&report);
  link_.Send(seq, report);
}

void Dispatcher::Handle(uint32_t seq, const SetBaud& set) {
  if (!line_.can_set_baud()) {
    link_.Send(seq, Unsupported("the baud rate is fixed"));
  } else if (set.baud < kMinBaud || set.baud > kMaxBaud) {
    link_.Send(seq, Failure(ErrorCode::kOutOfRange, kMaxBaud, set.baud, "baud rate from ", kMinBaud,
                            " to ", kMaxBaud));
  } else {
    link_.TryBaud(seq, set.baud);
  }
}

void Dispatcher::Handle(uint32_t seq, const Reboot& reboot) {
  if (!machine_.CanReset(reboot.target)) {
    link_.Send(seq, Unsupported("this chip enters its loader by a pin only"));
    return;
  }
  const Action reset = {Action::Kind::kReset, static_cast<uint32_t>(reboot.target)};
  link_.Send(seq, RebootAck{reboot.target}, reset);
}

}  // namespace camhil
