// Requests and the model header, from the generated codec's structs to ours.
#include "generated/protocol_decode.h"
#include "messages.h"
#include "zcbor_decode.h"

namespace camhil {
namespace {

Bytes AsBytes(const zcbor_string& string) {
  return {string.value, string.len};
}

// The sequence number of a message that is otherwise unreadable.
uint32_t ReadSeq(Bytes message) {
  zcbor_state_t state[3];
  zcbor_new_decode_state(state, sizeof state / sizeof state[0], message.data, message.size, 1,
                         nullptr, 0);
  uint32_t seq = 0;
  const bool readable = zcbor_list_start_decode(state) && zcbor_uint32_decode(state, &seq);
  return readable ? seq : 0;
}

Infer ConvertInfer(const ::infer& from) {
  Infer to = {};
  to.image_crc = from.infer_image_crc;
  to.cam_always = from.infer_cam_always;
  to.trace = from.infer_trace;
  to.threshold.known = from.infer_threshold_choice == ::infer::infer_threshold_percent_m_c;
  if (to.threshold.known) to.threshold.value = static_cast<uint8_t>(from.infer_threshold_percent_m);
  to.capture_op.known = from.infer_capture_op_choice == ::infer::infer_capture_op_uint_c;
  if (to.capture_op.known) to.capture_op.value = static_cast<uint16_t>(from.infer_capture_op_uint);
  return to;
}

void Convert(const ::request& from, Request* to) {
  using Kind = Request::Kind;
  switch (from.request_union_choice) {
    case ::request::request_union_hello_m_c:
      to->kind = Kind::kHello;
      to->hello = {static_cast<uint8_t>(from.request_union_hello_m.hello_protocol)};
      break;
    case ::request::request_union_get_ops_m_c:
      to->kind = Kind::kGetOps;
      to->get_ops = {static_cast<uint16_t>(from.request_union_get_ops_m.get_ops_first)};
      break;
    case ::request::request_union_echo_m_c:
      to->kind = Kind::kEcho;
      to->echo = {AsBytes(from.request_union_echo_m.echo_payload)};
      break;
    case ::request::request_union_upload_m_c: {
      const ::upload& upload = from.request_union_upload_m;
      to->kind = Kind::kUpload;
      to->upload = {static_cast<ImageStage>(upload.upload_stage.image_stage_choice),
                    upload.upload_image_crc, upload.upload_image_bytes, upload.upload_resume};
      break;
    }
    case ::request::request_union_chunk_m_c: {
      const ::chunk& chunk = from.request_union_chunk_m;
      to->kind = Kind::kChunk;
      to->chunk = {chunk.chunk_image_crc, chunk.chunk_offset, AsBytes(chunk.chunk_data)};
      break;
    }
    case ::request::request_union_infer_m_c:
      to->kind = Kind::kInfer;
      to->infer = ConvertInfer(from.request_union_infer_m);
      break;
    case ::request::request_union_read_output_m_c: {
      const ::read_output& read = from.request_union_read_output_m;
      to->kind = Kind::kReadOutput;
      to->read_output = {
          {}, read.read_output_offset, static_cast<uint16_t>(read.read_output_length)};
      Maybe<uint8_t>& output = to->read_output.output;
      output.known = read.read_output_output_choice == ::read_output::read_output_output_uint_c;
      if (output.known) output.value = static_cast<uint8_t>(read.read_output_output_uint);
      break;
    }
    case ::request::request_union_get_trace_m_c:
      to->kind = Kind::kGetTrace;
      to->get_trace = {static_cast<uint16_t>(from.request_union_get_trace_m.get_trace_first)};
      break;
    case ::request::request_union_get_memory_m_c:
      to->kind = Kind::kGetMemory;
      break;
    case ::request::request_union_set_baud_m_c:
      to->kind = Kind::kSetBaud;
      to->set_baud = {from.request_union_set_baud_m.set_baud_baud};
      break;
    case ::request::request_union_reboot_m_c:
      to->kind = Kind::kReboot;
      to->reboot = {static_cast<RebootTarget>(
          from.request_union_reboot_m.reboot_target.reboot_target_choice)};
      break;
  }
}

}  // namespace

bool DecodeRequest(Bytes message, Request* request) {
  *request = Request();
  ::request decoded = {};
  size_t used = 0;
  const int error = cbor_decode_request(message.data, message.size, &decoded, &used);
  if (error != ZCBOR_SUCCESS || used != message.size) {
    request->seq = ReadSeq(message);
    return false;
  }
  request->seq = decoded.request_seq;
  Convert(decoded, request);
  return true;
}

bool DecodeModelHeader(Bytes bytes, ModelHeader* header) {
  ::model_header decoded = {};
  size_t used = 0;
  if (cbor_decode_model_header(bytes.data, bytes.size, &decoded, &used) != ZCBOR_SUCCESS) {
    return false;
  }
  for (size_t i = used; i < bytes.size; ++i) {
    if (bytes.data[i] != 0xFF) return false;
  }
  header->model_bytes = decoded.model_header_model_bytes;
  header->model_crc = decoded.model_header_model_crc;
  header->positive_class = static_cast<uint8_t>(decoded.model_header_positive_class);
  header->threshold = static_cast<uint8_t>(decoded.model_header_threshold);
  return true;
}

}  // namespace camhil
