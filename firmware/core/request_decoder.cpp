// Requests and the network header, from the generated codec's structs to ours.
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
  to.sample_crc = from.infer_sample_crc;
  to.map_always = from.infer_map_always;
  to.trace = from.infer_trace;
  to.reset_state = from.infer_reset_state;
  to.threshold.known = from.infer_threshold_choice == ::infer::infer_threshold_percent_m_c;
  if (to.threshold.known) to.threshold.value = static_cast<uint8_t>(from.infer_threshold_percent_m);
  to.capture.known = from.infer_capture_choice == ::infer::infer_capture_op_output_m_c;
  if (to.capture.known) {
    const ::op_output& at = from.infer_capture_op_output_m;
    to.capture.value = {static_cast<uint16_t>(at.op_output_op),
                        static_cast<uint8_t>(at.op_output_output)};
  }
  return to;
}

void Convert(const ::request& from, Request* to) {
  using Kind = Request::Kind;
  switch (from.request_union_choice) {
    case ::request::request_union_hello_m_c:
      to->kind = Kind::kHello;
      to->hello = {static_cast<uint8_t>(from.request_union_hello_m.hello_lowest),
                   static_cast<uint8_t>(from.request_union_hello_m.hello_highest)};
      break;
    case ::request::request_union_get_contract_m_c:
      to->kind = Kind::kGetContract;
      to->get_contract = {
          static_cast<uint16_t>(from.request_union_get_contract_m.get_contract_offset)};
      break;
    case ::request::request_union_echo_m_c:
      to->kind = Kind::kEcho;
      to->echo = {AsBytes(from.request_union_echo_m.echo_payload)};
      break;
    case ::request::request_union_upload_m_c: {
      const ::upload& upload = from.request_union_upload_m;
      to->kind = Kind::kUpload;
      to->upload = {static_cast<SampleStage>(upload.upload_stage.sample_stage_choice),
                    upload.upload_sample_crc, upload.upload_sample_bytes, upload.upload_resume};
      break;
    }
    case ::request::request_union_chunk_m_c: {
      const ::chunk& chunk = from.request_union_chunk_m;
      to->kind = Kind::kChunk;
      to->chunk = {chunk.chunk_sample_crc, chunk.chunk_offset, AsBytes(chunk.chunk_data)};
      break;
    }
    case ::request::request_union_infer_m_c:
      to->kind = Kind::kInfer;
      to->infer = ConvertInfer(from.request_union_infer_m);
      break;
    case ::request::request_union_read_tensor_m_c: {
      const ::read_tensor& read = from.request_union_read_tensor_m;
      to->kind = Kind::kReadTensor;
      to->read_tensor = {static_cast<TensorSide>(read.read_tensor_side.tensor_side_choice),
                         static_cast<uint8_t>(read.read_tensor_index), read.read_tensor_offset,
                         static_cast<uint16_t>(read.read_tensor_length)};
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
    case ::request::request_union_commit_baud_m_c:
      to->kind = Kind::kCommitBaud;
      to->commit_baud = {from.request_union_commit_baud_m.commit_baud_baud};
      break;
    case ::request::request_union_reboot_m_c:
      to->kind = Kind::kReboot;
      to->reboot = {static_cast<RebootTarget>(
          from.request_union_reboot_m.reboot_target.reboot_target_choice)};
      break;
    case ::request::request_union_get_frame_m_c:
      to->kind = Kind::kGetFrame;
      to->get_frame = {from.request_union_get_frame_m.get_frame_offset,
                       static_cast<uint16_t>(from.request_union_get_frame_m.get_frame_length)};
      break;
    case ::request::request_union_load_network_m_c:
      to->kind = Kind::kLoadNetwork;
      break;
    case ::request::request_union_self_test_m_c:
      to->kind = Kind::kSelfTest;
      break;
  }
}

// Bytes of one value of a TensorType of TFLite; 0: it has no fixed size, or takes no whole
// bytes.
uint32_t ValueBytes(uint32_t type) {
  static constexpr uint8_t kBytes[] = {4, 2, 4, 1, 8, 0, 1, 2, 8, 1, 8, 16, 8, 0, 0, 4, 2};
  return type < sizeof kBytes ? kBytes[type] : 0;
}

bool ConvertTensors(const ::tensor* from, size_t count, TensorFacts* to) {
  for (size_t i = 0; i < count; ++i) {
    const ::tensor& tensor = from[i];
    uint64_t bytes = ValueBytes(tensor.tensor_type);
    for (size_t axis = 0; axis < tensor.tensor_shape_uint_count; ++axis) {
      bytes *= tensor.tensor_shape_uint[axis];
      if (bytes > UINT32_MAX) return false;
    }
    if (bytes == 0 || bytes != tensor.tensor_size) return false;
    to[i] = {tensor.tensor_size, static_cast<uint8_t>(tensor.tensor_type)};
  }
  return true;
}

void Convert(const ::image_input& from, ImageInput* to) {
  to->rows = static_cast<uint16_t>(from.image_input_rows);
  to->columns = static_cast<uint16_t>(from.image_input_columns);
  to->channels = static_cast<uint8_t>(from.image_input_tables_bstr256_count);
  for (size_t i = 0; i < to->channels; ++i)
    to->tables[i] = from.image_input_tables_bstr256[i].value;
}

void Convert(const ::cam_head& from, CamHead* to) {
  to->score_output = static_cast<uint8_t>(from.cam_head_score_output);
  to->features_output = static_cast<uint8_t>(from.cam_head_features_output);
  to->classes = static_cast<uint16_t>(from.cam_head_classes);
  to->positive_class = static_cast<uint16_t>(from.cam_head_positive_class);
  to->threshold = static_cast<uint8_t>(from.cam_head_threshold);
  to->rows = static_cast<uint8_t>(from.cam_head_rows);
  to->columns = static_cast<uint8_t>(from.cam_head_columns);
  to->channels = static_cast<uint16_t>(from.cam_head_channels);
  to->weights = from.cam_head_weights;
  to->weight_zero_point = static_cast<int8_t>(from.cam_head_weight_zero_point);
  to->feature_zero_point = static_cast<int8_t>(from.cam_head_feature_zero_point);
}

bool Convert(const ::network_header& from, NetworkHeader* to) {
  *to = {};
  to->model_bytes = from.network_header_model_bytes;
  to->model_crc = from.network_header_model_crc;
  to->model_sha256 = from.network_header_model_sha256.value;
  to->ops = static_cast<uint16_t>(from.network_header_ops);
  to->op_outputs = static_cast<uint16_t>(from.network_header_op_outputs);
  to->stateful = from.network_header_stateful;
  to->input_count = static_cast<uint8_t>(from.network_header_inputs_tensor_m_count);
  to->output_count = static_cast<uint8_t>(from.network_header_outputs_tensor_m_count);
  if (!ConvertTensors(from.network_header_inputs_tensor_m, to->input_count, to->inputs) ||
      !ConvertTensors(from.network_header_outputs_tensor_m, to->output_count, to->outputs)) {
    return false;
  }
  const ::tensor& first = from.network_header_inputs_tensor_m[0];
  if (first.tensor_shape_uint_count == 4) {
    to->input_rows = first.tensor_shape_uint[1];
    to->input_columns = first.tensor_shape_uint[2];
  }
  using From = ::network_header;
  to->image.known = from.network_header_image_choice == From::network_header_image_image_input_m_c;
  if (to->image.known) Convert(from.network_header_image_image_input_m, &to->image.value);
  to->head.known = from.network_header_head_choice == From::network_header_head_cam_head_m_c;
  if (to->head.known) Convert(from.network_header_head_cam_head_m, &to->head.value);
  return true;
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

bool DecodeNetworkHeader(Bytes bytes, NetworkHeader* header) {
  ::network_header decoded = {};
  size_t used = 0;
  if (cbor_decode_network_header(bytes.data, bytes.size, &decoded, &used) != ZCBOR_SUCCESS) {
    return false;
  }
  for (size_t i = used; i < bytes.size; ++i) {
    if (bytes.data[i] != 0xFF) return false;
  }
  return Convert(decoded, header);
}

}  // namespace camhil
