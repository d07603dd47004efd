// Our constants are those of the schema, or this file does not compile.
#include "generated/protocol_types.h"
#include "messages.h"

namespace camhil {
namespace {

using Code = ::error_code_r;

constexpr bool Same(ErrorCode ours, int schemas) {
  return static_cast<int>(ours) == schemas;
}
static_assert(Same(ErrorCode::kOk, Code::error_code_error_ok_m_c));
static_assert(Same(ErrorCode::kBadRequest, Code::error_code_error_bad_request_m_c));
static_assert(Same(ErrorCode::kProtocolVersion, Code::error_code_error_protocol_version_m_c));
static_assert(Same(ErrorCode::kUnsupported, Code::error_code_error_unsupported_m_c));
static_assert(Same(ErrorCode::kWrongSize, Code::error_code_error_wrong_size_m_c));
static_assert(Same(ErrorCode::kNoSuchSample, Code::error_code_error_no_such_sample_m_c));
static_assert(Same(ErrorCode::kIncomplete, Code::error_code_error_incomplete_m_c));
static_assert(Same(ErrorCode::kSampleCorrupt, Code::error_code_error_sample_corrupt_m_c));
static_assert(Same(ErrorCode::kBusy, Code::error_code_error_busy_m_c));
static_assert(Same(ErrorCode::kOutOfRange, Code::error_code_error_out_of_range_m_c));
static_assert(Same(ErrorCode::kNothingRecorded, Code::error_code_error_nothing_recorded_m_c));
static_assert(Same(ErrorCode::kNoModel, Code::error_code_error_no_model_m_c));
static_assert(Same(ErrorCode::kModelHeader, Code::error_code_error_model_header_m_c));
static_assert(Same(ErrorCode::kModelCrc, Code::error_code_error_model_crc_m_c));
static_assert(Same(ErrorCode::kModelFormat, Code::error_code_error_model_format_m_c));
static_assert(Same(ErrorCode::kModelUnmapped, Code::error_code_error_model_unmapped_m_c));
static_assert(Same(ErrorCode::kNoRoom, Code::error_code_error_no_room_m_c));
static_assert(Same(ErrorCode::kModelOp, Code::error_code_error_model_op_m_c));
static_assert(Same(ErrorCode::kArenaTooSmall, Code::error_code_error_arena_too_small_m_c));
static_assert(Same(ErrorCode::kEngine, Code::error_code_error_engine_m_c));
static_assert(Same(ErrorCode::kCamera, Code::error_code_error_camera_m_c));
static_assert(static_cast<int>(SampleStage::kFrame) ==
              ::sample_stage_r::sample_stage_stage_frame_m_c);
static_assert(static_cast<int>(SampleStage::kNetwork) ==
              ::sample_stage_r::sample_stage_stage_network_m_c);
static_assert(static_cast<int>(FrameFormat::kRgb565) ==
              ::frame_format_r::frame_format_frame_rgb565_m_c);
static_assert(static_cast<int>(ImageSource::kInjected) ==
              ::image_source_r::image_source_source_injected_m_c);
static_assert(static_cast<int>(NetworkSource::kLinkedIn) ==
              ::network_source_r::network_source_network_linked_in_m_c);
static_assert(static_cast<int>(NetworkSource::kInRam) ==
              ::network_source_r::network_source_network_in_ram_m_c);
static_assert(static_cast<int>(RebootTarget::kBootloader) ==
              ::reboot_target_r::reboot_target_reboot_to_bootloader_m_c);
static_assert(static_cast<int>(TensorSide::kOutput) ==
              ::tensor_side_r::tensor_side_side_output_m_c);
static_assert(static_cast<int>(NoLocation::kFlatMap) ==
              ::no_location_r::no_location_location_flat_map_m_c);

template <typename T, size_t N>
constexpr size_t Length(const T (&)[N]) {
  return N;
}
static_assert(Length(::trace_page{}.trace_page_entries_trace_entry_m) == kTraceEntriesPerPage);
static_assert(Length(::network_header{}.network_header_inputs_tensor_m) == kMaxInputs);
static_assert(Length(::network_header{}.network_header_outputs_tensor_m) == kMaxOutputs);
static_assert(Length(::result{}.result_outputs_output_part_m) == kMaxOutputs);
static_assert(Length(::image_input{}.image_input_tables_bstr256) == kMaxImageChannels);
static_assert(Length(::tensor{}.tensor_shape_uint) == kMaxRank);
static_assert(Length(::memory_report{}.memory_report_stacks_stack_state_m) == kMaxStacks);

}  // namespace
}  // namespace camhil
