// Replies, from our structs to those of the generated codec.
//
// A reply of the generated codec takes about 2 kB of the calling task's stack.
#include "generated/protocol_encode.h"
#include "messages.h"
#include "zcbor_common.h"

namespace camhil {
namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the CAM is sent as it lies in memory");

zcbor_string Text(const char* text) {
  return {reinterpret_cast<const uint8_t*>(text), std::strlen(text)};
}
zcbor_string Text(const char* text, size_t limit) {
  zcbor_string string = Text(text);
  if (string.len > limit) string.len = limit;
  return string;
}
// The codec refuses a null pointer even when the length is 0.
zcbor_string Blob(const void* data, size_t size) {
  static const uint8_t kNothing = 0;
  return {data != nullptr ? static_cast<const uint8_t*>(data) : &kNothing, size};
}
zcbor_string Blob(Bytes bytes) {
  return Blob(bytes.data, bytes.size);
}

// Our enumerations have the numbers of the schema's (schema_check.cpp).
template <typename From, typename To>
void Set(From from, To* to) {
  *to = static_cast<To>(from);
}

size_t Finish(uint32_t seq, ::reply* reply, uint8_t* out) {
  reply->reply_seq = seq;
  size_t size = 0;
  const int error = cbor_encode_reply(out, kMaxMessageBytes, reply, &size);
  return error == ZCBOR_SUCCESS ? size : 0;
}

::capability_set Convert(const Capabilities& from) {
  ::capability_set to = {};
  to.capability_set_injection = from.injection;
  to.capability_set_camera = from.camera;
  to.capability_set_frame_stage = from.frame_stage;
  to.capability_set_trace = from.trace;
  to.capability_set_capture = from.capture;
  to.capability_set_baud = from.baud;
  to.capability_set_op_times = from.op_times;
  to.capability_set_cycles = from.cycles;
  to.capability_set_camera_frames = from.camera_frames;
  return to;
}

// Of a frame of the camera.
::frame_size Convert(FrameFormat format) {
  ::frame_size to = {};
  to.frame_size_rows = kFrameRows;
  to.frame_size_columns = kFrameColumns;
  Set(format, &to.frame_size_format.frame_format_choice);
  return to;
}

::heap_state Convert(const HeapState& from) {
  return {from.free_bytes, from.minimum_free_bytes, from.largest_block_bytes};
}

void Convert(const TraceEntry& from, ::trace_entry* to) {
  using To = ::trace_entry;
  to->trace_entry_op = from.op;
  to->trace_entry_output = from.output;
  to->trace_entry_crc = from.crc;
  to->trace_entry_size = from.size;
  to->trace_entry_us_choice =
      from.us != TraceEntry::kUnknown ? To::trace_entry_us_uint_c : To::trace_entry_us_nil_c;
  to->trace_entry_us_uint = from.us;
  to->trace_entry_cycles_choice = from.cycles != TraceEntry::kUnknown
                                      ? To::trace_entry_cycles_uint_c
                                      : To::trace_entry_cycles_nil_c;
  to->trace_entry_cycles_uint = from.cycles;
}

void Convert(const HeadAnswer& from, const int32_t* map, ::head_answer* to) {
  using To = ::head_answer;
  to->head_answer_threshold = from.threshold;
  if (from.location.known) {
    const Cell& cell = from.location.value;
    to->head_answer_location_choice = To::head_answer_location_cell_centre_m_c;
    to->head_answer_location_cell_centre_m = {cell.x, cell.y, cell.column, cell.row};
  } else {
    to->head_answer_location_choice = To::head_answer_location_no_location_m_c;
    Set(from.no_location, &to->head_answer_location_no_location_m.no_location_choice);
  }
  to->head_answer_cam_choice = To::head_answer_cam_nil_c;
  if (from.has_map) {
    const size_t cells = size_t{from.rows} * from.columns;
    to->head_answer_cam_choice = To::head_answer_cam_cam_grid_m_c;
    to->head_answer_cam_cam_grid_m = {from.rows, from.columns, Blob(map, cells * sizeof *map)};
  }
}

}  // namespace

size_t EncodeReply(uint32_t seq, const Status& error, uint8_t* out) {
  ::reply reply = {};
  reply.reply_union_choice = ::reply::reply_union_error_reply_m_c;
  ::error_reply& to = reply.reply_union_error_reply_m;
  Set(error.code, &to.error_reply_code.error_code_choice);
  to.error_reply_detail_one = error.one;
  to.error_reply_detail_two = error.two;
  to.error_reply_message = Text(error.message);
  return Finish(seq, &reply, out);
}

size_t EncodeReply(uint32_t seq, const Identity& identity, uint8_t* out) {
  ::reply reply = {};
  reply.reply_union_choice = ::reply::reply_union_identity_m_c;
  ::identity& to = reply.reply_union_identity_m;
  to.identity_protocol = kProtocolVersion;
  to.identity_boot_id = identity.boot_id;
  to.identity_target = Text(identity.target, 32);
  to.identity_firmware_version = Text(identity.firmware_version, 32);
  to.identity_build_id = Blob(identity.build_id, kSha256Bytes);
  to.identity_app_sha256 = Blob(identity.app_sha256, kSha256Bytes);
  to.identity_model_sha256 = Blob(identity.model_sha256, kSha256Bytes);
  Set(identity.model_state, &to.identity_model_state.error_code_choice);
  to.identity_model_message = Text(identity.model_message);
  Set(identity.network_source, &to.identity_network_source.network_source_choice);
  to.identity_contract_crc = identity.contract_crc;
  to.identity_contract_bytes = identity.contract_bytes;
  to.identity_engine = Text(identity.engine, 48);
  to.identity_kernels = Text(identity.kernels, 32);
  Set(identity.image_source, &to.identity_image_source.image_source_choice);
  to.identity_reset_reason = identity.reset_reason;
  to.identity_boot_count = identity.boot_count;
  to.identity_capabilities = Convert(identity.capabilities);
  to.identity_chunk_bytes = kChunkBytes;
  to.identity_window_chunks = kWindowChunks;
  to.identity_max_frame_bytes = kMaxFrameBytes;
  to.identity_max_sample_bytes = identity.max_sample_bytes;
  to.identity_baud = identity.baud;
  to.identity_baud_fallback_ms = kBaudFallbackMs;
  to.identity_idle_ms = kIdleMs;
  to.identity_arena_bytes = identity.arena_bytes;
  to.identity_frame_choice = identity.capabilities.frame_stage
                                 ? ::identity::identity_frame_frame_size_m_c
                                 : ::identity::identity_frame_nil_c;
  to.identity_frame_frame_size_m = Convert(identity.frame_format);
  return Finish(seq, &reply, out);
}

size_t EncodeReply(uint32_t seq, const ContractPage& page, uint8_t* out) {
  ::reply reply = {};
  reply.reply_union_choice = ::reply::reply_union_contract_page_m_c;
  reply.reply_union_contract_page_m = {page.total, page.offset, Blob(page.data)};
  return Finish(seq, &reply, out);
}

size_t EncodeReply(uint32_t seq, const Echoed& echoed, uint8_t* out) {
  ::reply reply = {};
  reply.reply_union_choice = ::reply::reply_union_echoed_m_c;
  reply.reply_union_echoed_m.echoed_payload = Blob(echoed.payload);
  return Finish(seq, &reply, out);
}

size_t EncodeReply(uint32_t seq, const Uploading& uploading, uint8_t* out) {
  ::reply reply = {};
  reply.reply_union_choice = ::reply::reply_union_uploading_m_c;
  reply.reply_union_uploading_m = {uploading.sample_crc, uploading.missing.first,
                                   uploading.missing.bits};
  return Finish(seq, &reply, out);
}

size_t EncodeReply(uint32_t seq, const ChunkAck& ack, uint8_t* out) {
  ::reply reply = {};
  reply.reply_union_choice = ::reply::reply_union_chunk_ack_m_c;
  reply.reply_union_chunk_ack_m = {ack.sample_crc, ack.offset, ack.missing.first, ack.missing.bits};
  return Finish(seq, &reply, out);
}

size_t EncodeReply(uint32_t seq, const Accepted& accepted, uint8_t* out) {
  ::reply reply = {};
  reply.reply_union_choice = ::reply::reply_union_accepted_m_c;
  reply.reply_union_accepted_m = {accepted.sample_crc};
  return Finish(seq, &reply, out);
}

size_t EncodeReply(uint32_t seq, const Result& result, uint8_t* out) {
  ::reply reply = {};
  reply.reply_union_choice = ::reply::reply_union_result_m_c;
  ::result& to = reply.reply_union_result_m;
  to.result_boot_id = result.boot_id;
  to.result_sample_crc = result.sample_crc;
  to.result_outputs_output_part_m_count = result.output_count;
  const uint8_t* data = result.inline_data;
  for (size_t i = 0; i < result.output_count; ++i) {
    const OutputPart& from = result.outputs[i];
    ::output_part& part = to.result_outputs_output_part_m[i];
    part.output_part_crc = from.crc;
    part.output_part_size = from.size;
    part.output_part_data_choice = from.inline_bytes > 0
                                       ? ::output_part::output_part_data_bstr0_256_c
                                       : ::output_part::output_part_data_nil_c;
    part.output_part_data_bstr0_256 = Blob(data, from.inline_bytes);
    data += from.inline_bytes;
  }
  to.result_head_choice =
      result.has_head ? ::result::result_head_head_answer_m_c : ::result::result_head_nil_c;
  if (result.has_head) Convert(result.head, result.map, &to.result_head_head_answer_m);
  to.result_times = {result.times.upload_us, result.times.preprocess_us, result.times.invoke_us,
                     result.times.cam_us};
  to.result_invoke_cycles_choice = result.invoke_cycles.known
                                       ? ::result::result_invoke_cycles_uint_c
                                       : ::result::result_invoke_cycles_nil_c;
  to.result_invoke_cycles_uint = result.invoke_cycles.value;
  to.result_finished_us = result.finished_us;
  to.result_inference = result.inference;
  return Finish(seq, &reply, out);
}

size_t EncodeReply(uint32_t seq, const TensorData& data, uint8_t* out) {
  ::reply reply = {};
  reply.reply_union_choice = ::reply::reply_union_tensor_data_m_c;
  ::tensor_data& to = reply.reply_union_tensor_data_m;
  to.tensor_data_sample_crc = data.sample_crc;
  Set(data.side, &to.tensor_data_side.tensor_side_choice);
  to.tensor_data_index = data.index;
  to.tensor_data_total = data.total;
  to.tensor_data_offset = data.offset;
  to.tensor_data_data = Blob(data.data);
  return Finish(seq, &reply, out);
}

size_t EncodeReply(uint32_t seq, const OpData& data, uint8_t* out) {
  ::reply reply = {};
  reply.reply_union_choice = ::reply::reply_union_op_data_m_c;
  reply.reply_union_op_data_m = {
      data.sample_crc, {data.at.op, data.at.output}, data.total, data.offset, Blob(data.data)};
  return Finish(seq, &reply, out);
}

size_t EncodeReply(uint32_t seq, const TracePage& page, uint8_t* out) {
  if (page.count > kTraceEntriesPerPage) return 0;
  ::reply reply = {};
  reply.reply_union_choice = ::reply::reply_union_trace_page_m_c;
  ::trace_page& to = reply.reply_union_trace_page_m;
  to.trace_page_sample_crc = page.sample_crc;
  to.trace_page_total = page.total;
  to.trace_page_first = page.first;
  to.trace_page_entries_trace_entry_m_count = page.count;
  for (size_t i = 0; i < page.count; ++i) {
    Convert(page.entries[i], &to.trace_page_entries_trace_entry_m[i]);
  }
  return Finish(seq, &reply, out);
}

size_t EncodeReply(uint32_t seq, const FrameData& data, uint8_t* out) {
  ::reply reply = {};
  reply.reply_union_choice = ::reply::reply_union_frame_data_m_c;
  reply.reply_union_frame_data_m = {data.sample_crc, data.taken_us, Convert(data.format),
                                    data.total,      data.offset,   Blob(data.data)};
  return Finish(seq, &reply, out);
}

size_t EncodeReply(uint32_t seq, const MemoryReport& report, uint8_t* out) {
  if (report.stack_count > kMaxStacks) return 0;
  using To = ::memory_report;
  ::reply reply = {};
  reply.reply_union_choice = ::reply::reply_union_memory_report_m_c;
  To& to = reply.reply_union_memory_report_m;
  to.memory_report_arena_bytes = report.arena_bytes;
  to.memory_report_arena_used_bytes_choice = report.arena_used_bytes.known
                                                 ? To::memory_report_arena_used_bytes_uint_c
                                                 : To::memory_report_arena_used_bytes_nil_c;
  to.memory_report_arena_used_bytes_uint = report.arena_used_bytes.value;
  to.memory_report_static_bytes_choice = report.static_bytes.known
                                             ? To::memory_report_static_bytes_uint_c
                                             : To::memory_report_static_bytes_nil_c;
  to.memory_report_static_bytes_uint = report.static_bytes.value;
  to.memory_report_buffer_bytes_choice = report.buffer_bytes.known
                                             ? To::memory_report_buffer_bytes_uint_c
                                             : To::memory_report_buffer_bytes_nil_c;
  to.memory_report_buffer_bytes_uint = report.buffer_bytes.value;
  to.memory_report_heap_choice =
      report.heap.known ? To::memory_report_heap_heap_state_m_c : To::memory_report_heap_nil_c;
  to.memory_report_heap_heap_state_m = Convert(report.heap.value);
  to.memory_report_psram_choice =
      report.psram.known ? To::memory_report_psram_heap_state_m_c : To::memory_report_psram_nil_c;
  to.memory_report_psram_heap_state_m = Convert(report.psram.value);
  to.memory_report_stacks_stack_state_m_count = report.stack_count;
  for (size_t i = 0; i < report.stack_count; ++i) {
    to.memory_report_stacks_stack_state_m[i] = {Text(report.stacks[i].task, 16),
                                                report.stacks[i].never_used_bytes};
  }
  return Finish(seq, &reply, out);
}

size_t EncodeReply(uint32_t seq, const BaudAck& ack, uint8_t* out) {
  ::reply reply = {};
  reply.reply_union_choice = ::reply::reply_union_baud_ack_m_c;
  reply.reply_union_baud_ack_m = {ack.baud};
  return Finish(seq, &reply, out);
}

size_t EncodeReply(uint32_t seq, const BaudCommitted& committed, uint8_t* out) {
  ::reply reply = {};
  reply.reply_union_choice = ::reply::reply_union_baud_committed_m_c;
  reply.reply_union_baud_committed_m = {committed.baud};
  return Finish(seq, &reply, out);
}

size_t EncodeReply(uint32_t seq, const RebootAck& ack, uint8_t* out) {
  ::reply reply = {};
  reply.reply_union_choice = ::reply::reply_union_reboot_ack_m_c;
  Set(ack.target, &reply.reply_union_reboot_ack_m.reboot_ack_target.reboot_target_choice);
  return Finish(seq, &reply, out);
}

size_t EncodeReply(uint32_t seq, const LinkNotice& notice, uint8_t* out) {
  ::reply reply = {};
  reply.reply_union_choice = ::reply::reply_union_link_notice_m_c;
  reply.reply_union_link_notice_m = {notice.bad_frames, notice.lost_bytes, notice.overruns};
  return Finish(seq, &reply, out);
}

}  // namespace camhil
