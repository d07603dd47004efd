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
static_assert(Same(ErrorCode::kNoSuchImage, Code::error_code_error_no_such_image_m_c));
static_assert(Same(ErrorCode::kIncomplete, Code::error_code_error_incomplete_m_c));
static_assert(Same(ErrorCode::kImageCorrupt, Code::error_code_error_image_corrupt_m_c));
static_assert(Same(ErrorCode::kBusy, Code::error_code_error_busy_m_c));
static_assert(Same(ErrorCode::kOutOfRange, Code::error_code_error_out_of_range_m_c));
static_assert(Same(ErrorCode::kNothingRecorded, Code::error_code_error_nothing_recorded_m_c));
static_assert(Same(ErrorCode::kNoModel, Code::error_code_error_no_model_m_c));
static_assert(Same(ErrorCode::kModelHeader, Code::error_code_error_model_header_m_c));
static_assert(Same(ErrorCode::kModelCrc, Code::error_code_error_model_crc_m_c));
static_assert(Same(ErrorCode::kModelFormat, Code::error_code_error_model_format_m_c));
static_assert(Same(ErrorCode::kModelInput, Code::error_code_error_model_input_m_c));
static_assert(Same(ErrorCode::kModelScore, Code::error_code_error_model_score_m_c));
static_assert(Same(ErrorCode::kModelFeatures, Code::error_code_error_model_features_m_c));
static_assert(Same(ErrorCode::kModelClassifier, Code::error_code_error_model_classifier_m_c));
static_assert(Same(ErrorCode::kModelOp, Code::error_code_error_model_op_m_c));
static_assert(Same(ErrorCode::kArenaTooSmall, Code::error_code_error_arena_too_small_m_c));
static_assert(Same(ErrorCode::kEngine, Code::error_code_error_engine_m_c));
static_assert(Same(ErrorCode::kCamera, Code::error_code_error_camera_m_c));
static_assert(static_cast<int>(ImageSource::kInjected) ==
              ::image_source_r::image_source_source_injected_m_c);
static_assert(static_cast<int>(ImageStage::kFrame) == ::image_stage_r::image_stage_stage_frame_m_c);
static_assert(static_cast<int>(RebootTarget::kBootloader) ==
              ::reboot_target_r::reboot_target_reboot_to_bootloader_m_c);
static_assert(static_cast<int>(TensorRole::kOther) == ::tensor_role_r::tensor_role_role_other_m_c);
static_assert(static_cast<int>(TensorRole::kFrame) == ::tensor_role_r::tensor_role_role_frame_m_c);
static_assert(static_cast<int>(NoLocation::kFlatMap) ==
              ::no_location_r::no_location_location_flat_map_m_c);

template <typename T, size_t N>
constexpr size_t Length(const T (&)[N]) {
  return N;
}
static_assert(Length(::op_page{}.op_page_codes_uint) == kOpCodesPerPage);
static_assert(Length(::trace_page{}.trace_page_entries_trace_entry_m) == kTraceEntriesPerPage);
static_assert(Length(::identity{}.identity_tensors_tensor_m) == kMaxTensors);
static_assert(Length(::tensor{}.tensor_shape_uint) == kMaxRank);
static_assert(Length(::memory_report{}.memory_report_stacks_stack_state_m) == kMaxStacks);

}  // namespace
}  // namespace camhil
