// Replies, from our structs to those of the generated codec.
//
// A reply of the generated codec takes about 1.3 kB of the calling task's stack.
#include <type_traits>

#include "generated/protocol_encode.h"
#include "messages.h"
#include "zcbor_common.h"

namespace camhil {
namespace {

using Code = ::error_code_r;

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

Code ToCode(ErrorCode code) {
  Code to;
  to.error_code_choice = static_cast<decltype(to.error_code_choice)>(code);
  return to;
}

size_t Finish(uint32_t seq, ::reply* reply, uint8_t* out) {
  reply->reply_seq = seq;
  size_t size = 0;
  const int error = cbor_encode_reply(out, kMaxMessageBytes, reply, &size);
  return error == ZCBOR_SUCCESS ? size : 0;
}

void Convert(const Tensor& from, ::tensor* to) {
  to->tensor_role.tensor_role_choice =
      static_cast<decltype(to->tensor_role.tensor_role_choice)>(from.role);
  to->tensor_output_choice =
      from.output.known ? ::tensor::tensor_output_uint_c : ::tensor::tensor_output_nil_c;
  to->tensor_output_uint = from.output.value;
  to->tensor_type = from.type;
  to->tensor_shape_uint_count = from.rank;
  for (size_t i = 0; i < kMaxRank; ++i) to->tensor_shape_uint[i] = from.shape[i];
  static_assert(sizeof to->tensor_scale == sizeof from.scale_bits);
  std::memcpy(&to->tensor_scale, &from.scale_bits, sizeof from.scale_bits);
  to->tensor_zero_point = from.zero_point;
  to->tensor_data_bytes = from.data_bytes;
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
  return to;
}

::heap_state Convert(const HeapState& from) {
  return {from.free_bytes, from.minimum_free_bytes, from.largest_block_bytes};
}

void Convert(const TraceEntry& from, uint16_t code, ::trace_entry* to) {
  to->trace_entry_code = code;
  to->trace_entry_output_crc = from.output_crc;
  to->trace_entry_output_bytes = from.output_bytes;
  to->trace_entry_us_choice =
      from.us >= 0 ? ::trace_entry::trace_entry_us_uint_c : ::trace_entry::trace_entry_us_nil_c;
  to->trace_entry_us_uint = static_cast<uint64_t>(from.us);
  to->trace_entry_cycles_choice = from.cycles >= 0 ? ::trace_entry::trace_entry_cycles_uint_c
                                                   : ::trace_entry::trace_entry_cycles_nil_c;
  to->trace_entry_cycles_uint = static_cast<uint64_t>(from.cycles);
}

}  // namespace

size_t EncodeReply(uint32_t seq, const Status& error, uint8_t* out) {
  ::reply reply = {};
  reply.reply_union_choice = ::reply::reply_union_error_reply_m_c;
  ::error_reply& to = reply.reply_union_error_reply_m;
  to.error_reply_code = ToCode(error.code);
  to.error_reply_detail_one = error.one;
  to.error_reply_detail_two = error.two;
  to.error_reply_message = Text(error.message);
  return Finish(seq, &reply, out);
}

size_t EncodeReply(uint32_t seq, const Identity& identity, uint8_t* out) {
  const size_t frames = identity.frame != nullptr ? 1 : 0;
  if (identity.tensor_count + frames > kMaxTensors) return 0;
  ::reply reply = {};
  reply.reply_union_choice = ::reply::reply_union_identity_m_c;
  ::identity& to = reply.reply_union_identity_m;
  to.identity_protocol = kProtocolVersion;
  to.identity_target = Text(identity.target, 32);
  to.identity_firmware_version = Text(identity.firmware_version, 32);
  to.identity_build_id = Blob(identity.build_id, kSha256Bytes);
  to.identity_app_sha256 = Blob(identity.app_sha256, kSha256Bytes);
  to.identity_model_sha256 = Blob(identity.model_sha256, kSha256Bytes);
  to.identity_model_state = ToCode(identity.model_state);
  to.identity_model_message = Text(identity.model_message);
  to.identity_engine = Text(identity.engine, 48);
  to.identity_image_source.image_source_choice =
      static_cast<decltype(to.identity_image_source.image_source_choice)>(identity.image_source);
  to.identity_reset_reason = identity.reset_reason;
  to.identity_boot_count = identity.boot_count;
  to.identity_capabilities = Convert(identity.capabilities);
  to.identity_chunk_bytes = kChunkBytes;
  to.identity_window_chunks = kWindowChunks;
  to.identity_max_frame_bytes = kMaxFrameBytes;
  to.identity_baud = identity.baud;
  to.identity_threshold = identity.threshold;
  to.identity_positive_class = identity.positive_class;
  to.identity_classes = identity.classes;
  to.identity_arena_bytes = identity.arena_bytes;
  to.identity_op_count = identity.op_count;
  to.identity_tensors_tensor_m_count = identity.tensor_count + frames;
  for (size_t i = 0; i < identity.tensor_count; ++i) {
    Convert(identity.tensors[i], &to.identity_tensors_tensor_m[i]);
  }
  if (frames > 0) Convert(*identity.frame, &to.identity_tensors_tensor_m[identity.tensor_count]);
  return Finish(seq, &reply, out);
}

size_t EncodeReply(uint32_t seq, const OpPage& page, uint8_t* out) {
  if (page.count > kOpCodesPerPage) return 0;
  ::reply reply = {};
  reply.reply_union_choice = ::reply::reply_union_op_page_m_c;
  ::op_page& to = reply.reply_union_op_page_m;
  to.op_page_op_count = page.op_count;
  to.op_page_first = page.first;
  to.op_page_codes_uint_count = page.count;
  for (size_t i = 0; i < page.count; ++i) to.op_page_codes_uint[i] = page.codes[i];
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
  reply.reply_union_uploading_m = {uploading.image_crc, uploading.missing};
  return Finish(seq, &reply, out);
}

size_t EncodeReply(uint32_t seq, const ChunkAck& ack, uint8_t* out) {
  ::reply reply = {};
  reply.reply_union_choice = ::reply::reply_union_chunk_ack_m_c;
  reply.reply_union_chunk_ack_m = {ack.image_crc, ack.offset, ack.missing};
  return Finish(seq, &reply, out);
}

size_t EncodeReply(uint32_t seq, const Accepted& accepted, uint8_t* out) {
  ::reply reply = {};
  reply.reply_union_choice = ::reply::reply_union_accepted_m_c;
  reply.reply_union_accepted_m = {accepted.image_crc};
  return Finish(seq, &reply, out);
}

size_t EncodeReply(uint32_t seq, const Result& result, uint8_t* out) {
  ::reply reply = {};
  reply.reply_union_choice = ::reply::reply_union_result_m_c;
  ::result& to = reply.reply_union_result_m;
  to.result_image_crc = result.image_crc;
  to.result_scores = Blob(result.scores, result.classes);
  to.result_threshold = result.threshold;
  if (result.location.known) {
    const Cell& cell = result.location.value;
    to.result_location_choice = ::result::result_location_cell_centre_m_c;
    to.result_location_cell_centre_m = {cell.x, cell.y, cell.column, cell.row};
  } else {
    to.result_location_choice = ::result::result_location_no_location_m_c;
    auto& choice = to.result_location_no_location_m.no_location_choice;
    choice = static_cast<std::remove_reference_t<decltype(choice)>>(result.no_location);
  }
  to.result_cam_choice = ::result::result_cam_nil_c;
  if (result.has_cam) {
    const size_t cells = size_t{result.cam_rows} * result.cam_columns;
    to.result_cam_choice = ::result::result_cam_cam_grid_m_c;
    to.result_cam_cam_grid_m = {result.cam_rows, result.cam_columns,
                                Blob(result.cam, cells * sizeof result.cam[0])};
  }
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

size_t EncodeReply(uint32_t seq, const OutputData& data, uint8_t* out) {
  ::reply reply = {};
  reply.reply_union_choice = ::reply::reply_union_output_data_m_c;
  using To = ::output_data;
  To& to = reply.reply_union_output_data_m;
  to.output_data_image_crc = data.image_crc;
  to.output_data_output_choice =
      data.output.known ? To::output_data_output_uint_c : To::output_data_output_nil_c;
  to.output_data_output_uint = data.output.value;
  to.output_data_total = data.total;
  to.output_data_offset = data.offset;
  to.output_data_data = Blob(data.data);
  return Finish(seq, &reply, out);
}

size_t EncodeReply(uint32_t seq, const OpData& data, uint8_t* out) {
  ::reply reply = {};
  reply.reply_union_choice = ::reply::reply_union_op_data_m_c;
  reply.reply_union_op_data_m = {data.image_crc, data.op, data.total, data.offset, Blob(data.data)};
  return Finish(seq, &reply, out);
}

size_t EncodeReply(uint32_t seq, const TracePage& page, uint8_t* out) {
  if (page.count > kTraceEntriesPerPage) return 0;
  ::reply reply = {};
  reply.reply_union_choice = ::reply::reply_union_trace_page_m_c;
  ::trace_page& to = reply.reply_union_trace_page_m;
  to.trace_page_image_crc = page.image_crc;
  to.trace_page_op_count = page.op_count;
  to.trace_page_first = page.first;
  to.trace_page_entries_trace_entry_m_count = page.count;
  for (size_t i = 0; i < page.count; ++i) {
    Convert(page.entries[i], page.codes[i], &to.trace_page_entries_trace_entry_m[i]);
  }
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
  reply.reply_union_baud_ack_m = {ack.baud, kBaudFallbackMs};
  return Finish(seq, &reply, out);
}

size_t EncodeReply(uint32_t seq, const RebootAck& ack, uint8_t* out) {
  ::reply reply = {};
  reply.reply_union_choice = ::reply::reply_union_reboot_ack_m_c;
  auto& choice = reply.reply_union_reboot_ack_m.reboot_ack_target.reboot_target_choice;
  choice = static_cast<std::remove_reference_t<decltype(choice)>>(ack.target);
  return Finish(seq, &reply, out);
}

size_t EncodeReply(uint32_t seq, const LinkNotice& notice, uint8_t* out) {
  ::reply reply = {};
  reply.reply_union_choice = ::reply::reply_union_link_notice_m_c;
  reply.reply_union_link_notice_m = {notice.bad_frames, notice.lost_bytes};
  return Finish(seq, &reply, out);
}

}  // namespace camhil
