/*
 * Generated using zcbor version 0.9.1
 * https://github.com/NordicSemiconductor/zcbor
 * Generated with a --default-max-qty of 3
 */

#include <stdint.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include "zcbor_encode.h"
#include "protocol_encode.h"
#include "zcbor_print.h"

#if DEFAULT_MAX_QTY != 3
#error "The type file was generated with a different default_max_qty than this file"
#endif

#define log_result(state, result, func) do { \
	if (!result) { \
		zcbor_trace_file(state); \
		zcbor_log("%s error: %s\r\n", func, zcbor_error_str(zcbor_peek_error(state))); \
	} else { \
		zcbor_log("%s success\r\n", func); \
	} \
} while(0)

static bool encode_hello(zcbor_state_t *state, const struct hello *input);
static bool encode_get_ops(zcbor_state_t *state, const struct get_ops *input);
static bool encode_echo(zcbor_state_t *state, const struct echo *input);
static bool encode_image_stage(zcbor_state_t *state, const struct image_stage_r *input);
static bool encode_upload(zcbor_state_t *state, const struct upload *input);
static bool encode_chunk(zcbor_state_t *state, const struct chunk *input);
static bool encode_infer(zcbor_state_t *state, const struct infer *input);
static bool encode_read_output(zcbor_state_t *state, const struct read_output *input);
static bool encode_get_trace(zcbor_state_t *state, const struct get_trace *input);
static bool encode_set_baud(zcbor_state_t *state, const struct set_baud *input);
static bool encode_reboot_target(zcbor_state_t *state, const struct reboot_target_r *input);
static bool encode_reboot(zcbor_state_t *state, const struct reboot *input);
static bool encode_error_code(zcbor_state_t *state, const struct error_code_r *input);
static bool encode_error_reply(zcbor_state_t *state, const struct error_reply *input);
static bool encode_image_source(zcbor_state_t *state, const struct image_source_r *input);
static bool encode_capability_set(zcbor_state_t *state, const struct capability_set *input);
static bool encode_tensor_role(zcbor_state_t *state, const struct tensor_role_r *input);
static bool encode_repeated_tensor_shape_uint(zcbor_state_t *state, const uint32_t *input);
static bool encode_tensor(zcbor_state_t *state, const struct tensor *input);
static bool encode_identity(zcbor_state_t *state, const struct identity *input);
static bool encode_repeated_op_page_codes_uint(zcbor_state_t *state, const uint32_t *input);
static bool encode_op_page(zcbor_state_t *state, const struct op_page *input);
static bool encode_echoed(zcbor_state_t *state, const struct echoed *input);
static bool encode_uploading(zcbor_state_t *state, const struct uploading *input);
static bool encode_chunk_ack(zcbor_state_t *state, const struct chunk_ack *input);
static bool encode_accepted(zcbor_state_t *state, const struct accepted *input);
static bool encode_cell_centre(zcbor_state_t *state, const struct cell_centre *input);
static bool encode_no_location(zcbor_state_t *state, const struct no_location_r *input);
static bool encode_cam_grid(zcbor_state_t *state, const struct cam_grid *input);
static bool encode_stage_times(zcbor_state_t *state, const struct stage_times *input);
static bool encode_result(zcbor_state_t *state, const struct result *input);
static bool encode_output_data(zcbor_state_t *state, const struct output_data *input);
static bool encode_op_data(zcbor_state_t *state, const struct op_data *input);
static bool encode_trace_entry(zcbor_state_t *state, const struct trace_entry *input);
static bool encode_trace_page(zcbor_state_t *state, const struct trace_page *input);
static bool encode_heap_state(zcbor_state_t *state, const struct heap_state *input);
static bool encode_stack_state(zcbor_state_t *state, const struct stack_state *input);
static bool encode_memory_report(zcbor_state_t *state, const struct memory_report *input);
static bool encode_baud_ack(zcbor_state_t *state, const struct baud_ack *input);
static bool encode_reboot_ack(zcbor_state_t *state, const struct reboot_ack *input);
static bool encode_link_notice(zcbor_state_t *state, const struct link_notice *input);
static bool encode_model_header(zcbor_state_t *state, const struct model_header *input);
static bool encode_reply(zcbor_state_t *state, const struct reply *input);
static bool encode_request(zcbor_state_t *state, const struct request *input);


static bool encode_hello(
		zcbor_state_t *state, const struct hello *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (1))))
	&& (((((*input).hello_protocol <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).hello_protocol)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_get_ops(
		zcbor_state_t *state, const struct get_ops *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (2))))
	&& (((((*input).get_ops_first <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).get_ops_first)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_echo(
		zcbor_state_t *state, const struct echo *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (3))))
	&& (((((*input).echo_payload.len >= 0)
	&& ((*input).echo_payload.len <= 1536)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_bstr_encode(state, (&(*input).echo_payload)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_image_stage(
		zcbor_state_t *state, const struct image_stage_r *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((*input).image_stage_choice == image_stage_stage_tensor_m_c) ? ((zcbor_uint32_put(state, (0))))
	: (((*input).image_stage_choice == image_stage_stage_frame_m_c) ? ((zcbor_uint32_put(state, (1))))
	: false))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_upload(
		zcbor_state_t *state, const struct upload *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (4))))
	&& ((encode_image_stage(state, (&(*input).upload_stage))))
	&& (((((((*input).upload_image_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).upload_image_crc))))
	&& (((((*input).upload_image_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).upload_image_bytes))))
	&& ((zcbor_bool_encode(state, (&(*input).upload_resume)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_chunk(
		zcbor_state_t *state, const struct chunk *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (5))))
	&& (((((((*input).chunk_image_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).chunk_image_crc))))
	&& (((((*input).chunk_offset <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).chunk_offset))))
	&& (((((*input).chunk_data.len >= 1)
	&& ((*input).chunk_data.len <= 1536)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_bstr_encode(state, (&(*input).chunk_data)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_infer(
		zcbor_state_t *state, const struct infer *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (6))))
	&& (((((((*input).infer_image_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).infer_image_crc))))
	&& ((zcbor_bool_encode(state, (&(*input).infer_cam_always))))
	&& ((zcbor_bool_encode(state, (&(*input).infer_trace))))
	&& ((((*input).infer_threshold_choice == infer_threshold_percent_m_c) ? (((((((*input).infer_threshold_percent_m <= 100)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).infer_threshold_percent_m))))
	: (((*input).infer_threshold_choice == infer_threshold_nil_c) ? ((zcbor_nil_put(state, NULL)))
	: false)))
	&& ((((*input).infer_capture_op_choice == infer_capture_op_uint_c) ? (((((*input).infer_capture_op_uint <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).infer_capture_op_uint))))
	: (((*input).infer_capture_op_choice == infer_capture_op_nil_c) ? ((zcbor_nil_put(state, NULL)))
	: false))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_read_output(
		zcbor_state_t *state, const struct read_output *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (7))))
	&& ((((*input).read_output_output_choice == read_output_output_uint_c) ? (((((*input).read_output_output_uint <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).read_output_output_uint))))
	: (((*input).read_output_output_choice == read_output_output_nil_c) ? ((zcbor_nil_put(state, NULL)))
	: false)))
	&& (((((*input).read_output_offset <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).read_output_offset))))
	&& (((((*input).read_output_length <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).read_output_length)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_get_trace(
		zcbor_state_t *state, const struct get_trace *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (8))))
	&& (((((*input).get_trace_first <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).get_trace_first)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_set_baud(
		zcbor_state_t *state, const struct set_baud *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (10))))
	&& (((((*input).set_baud_baud <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).set_baud_baud)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_reboot_target(
		zcbor_state_t *state, const struct reboot_target_r *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((*input).reboot_target_choice == reboot_target_reboot_to_app_m_c) ? ((zcbor_uint32_put(state, (0))))
	: (((*input).reboot_target_choice == reboot_target_reboot_to_bootloader_m_c) ? ((zcbor_uint32_put(state, (1))))
	: false))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_reboot(
		zcbor_state_t *state, const struct reboot *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (11))))
	&& ((encode_reboot_target(state, (&(*input).reboot_target)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_error_code(
		zcbor_state_t *state, const struct error_code_r *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((*input).error_code_choice == error_code_error_ok_m_c) ? ((zcbor_uint32_put(state, (0))))
	: (((*input).error_code_choice == error_code_error_bad_request_m_c) ? ((zcbor_uint32_put(state, (1))))
	: (((*input).error_code_choice == error_code_error_protocol_version_m_c) ? ((zcbor_uint32_put(state, (2))))
	: (((*input).error_code_choice == error_code_error_unsupported_m_c) ? ((zcbor_uint32_put(state, (3))))
	: (((*input).error_code_choice == error_code_error_wrong_size_m_c) ? ((zcbor_uint32_put(state, (4))))
	: (((*input).error_code_choice == error_code_error_no_such_image_m_c) ? ((zcbor_uint32_put(state, (5))))
	: (((*input).error_code_choice == error_code_error_incomplete_m_c) ? ((zcbor_uint32_put(state, (6))))
	: (((*input).error_code_choice == error_code_error_image_corrupt_m_c) ? ((zcbor_uint32_put(state, (7))))
	: (((*input).error_code_choice == error_code_error_busy_m_c) ? ((zcbor_uint32_put(state, (8))))
	: (((*input).error_code_choice == error_code_error_out_of_range_m_c) ? ((zcbor_uint32_put(state, (9))))
	: (((*input).error_code_choice == error_code_error_nothing_recorded_m_c) ? ((zcbor_uint32_put(state, (10))))
	: (((*input).error_code_choice == error_code_error_no_model_m_c) ? ((zcbor_uint32_put(state, (20))))
	: (((*input).error_code_choice == error_code_error_model_header_m_c) ? ((zcbor_uint32_put(state, (21))))
	: (((*input).error_code_choice == error_code_error_model_crc_m_c) ? ((zcbor_uint32_put(state, (22))))
	: (((*input).error_code_choice == error_code_error_model_format_m_c) ? ((zcbor_uint32_put(state, (23))))
	: (((*input).error_code_choice == error_code_error_model_input_m_c) ? ((zcbor_uint32_put(state, (24))))
	: (((*input).error_code_choice == error_code_error_model_score_m_c) ? ((zcbor_uint32_put(state, (25))))
	: (((*input).error_code_choice == error_code_error_model_features_m_c) ? ((zcbor_uint32_put(state, (26))))
	: (((*input).error_code_choice == error_code_error_model_classifier_m_c) ? ((zcbor_uint32_put(state, (27))))
	: (((*input).error_code_choice == error_code_error_model_op_m_c) ? ((zcbor_uint32_put(state, (28))))
	: (((*input).error_code_choice == error_code_error_arena_too_small_m_c) ? ((zcbor_uint32_put(state, (29))))
	: (((*input).error_code_choice == error_code_error_engine_m_c) ? ((zcbor_uint32_put(state, (40))))
	: (((*input).error_code_choice == error_code_error_camera_m_c) ? ((zcbor_uint32_put(state, (41))))
	: false)))))))))))))))))))))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_error_reply(
		zcbor_state_t *state, const struct error_reply *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (0))))
	&& ((encode_error_code(state, (&(*input).error_reply_code))))
	&& ((zcbor_list_start_encode(state, 2) && ((((zcbor_int64_encode(state, (&(*input).error_reply_detail_one))))
	&& ((zcbor_int64_encode(state, (&(*input).error_reply_detail_two))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 2)))
	&& (((((*input).error_reply_message.len >= 0)
	&& ((*input).error_reply_message.len <= 96)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_tstr_encode(state, (&(*input).error_reply_message)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_image_source(
		zcbor_state_t *state, const struct image_source_r *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((*input).image_source_choice == image_source_source_camera_m_c) ? ((zcbor_uint32_put(state, (0))))
	: (((*input).image_source_choice == image_source_source_injected_m_c) ? ((zcbor_uint32_put(state, (1))))
	: false))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_capability_set(
		zcbor_state_t *state, const struct capability_set *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_list_start_encode(state, 8) && ((((zcbor_bool_encode(state, (&(*input).capability_set_injection))))
	&& ((zcbor_bool_encode(state, (&(*input).capability_set_camera))))
	&& ((zcbor_bool_encode(state, (&(*input).capability_set_frame_stage))))
	&& ((zcbor_bool_encode(state, (&(*input).capability_set_trace))))
	&& ((zcbor_bool_encode(state, (&(*input).capability_set_capture))))
	&& ((zcbor_bool_encode(state, (&(*input).capability_set_baud))))
	&& ((zcbor_bool_encode(state, (&(*input).capability_set_op_times))))
	&& ((zcbor_bool_encode(state, (&(*input).capability_set_cycles))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 8))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_tensor_role(
		zcbor_state_t *state, const struct tensor_role_r *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((*input).tensor_role_choice == tensor_role_role_input_m_c) ? ((zcbor_uint32_put(state, (0))))
	: (((*input).tensor_role_choice == tensor_role_role_score_m_c) ? ((zcbor_uint32_put(state, (1))))
	: (((*input).tensor_role_choice == tensor_role_role_features_m_c) ? ((zcbor_uint32_put(state, (2))))
	: (((*input).tensor_role_choice == tensor_role_role_other_m_c) ? ((zcbor_uint32_put(state, (3))))
	: (((*input).tensor_role_choice == tensor_role_role_frame_m_c) ? ((zcbor_uint32_put(state, (4))))
	: false)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_repeated_tensor_shape_uint(
		zcbor_state_t *state, const uint32_t *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = ((((((*input) <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_tensor(
		zcbor_state_t *state, const struct tensor *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_list_start_encode(state, 7) && ((((encode_tensor_role(state, (&(*input).tensor_role))))
	&& ((((*input).tensor_output_choice == tensor_output_uint_c) ? (((((*input).tensor_output_uint <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).tensor_output_uint))))
	: (((*input).tensor_output_choice == tensor_output_nil_c) ? ((zcbor_nil_put(state, NULL)))
	: false)))
	&& (((((*input).tensor_type <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).tensor_type))))
	&& ((zcbor_list_start_encode(state, 6) && ((zcbor_multi_encode_minmax(1, 6, &(*input).tensor_shape_uint_count, (zcbor_encoder_t *)encode_repeated_tensor_shape_uint, state, (*&(*input).tensor_shape_uint), sizeof(uint32_t))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 6)))
	&& ((zcbor_float32_encode(state, (&(*input).tensor_scale))))
	&& (((((*input).tensor_zero_point >= INT32_MIN)
	&& ((*input).tensor_zero_point <= INT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_int32_encode(state, (&(*input).tensor_zero_point))))
	&& (((((*input).tensor_data_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).tensor_data_bytes))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 7))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_identity(
		zcbor_state_t *state, const struct identity *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (1))))
	&& (((((*input).identity_protocol <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).identity_protocol))))
	&& (((((*input).identity_target.len >= 1)
	&& ((*input).identity_target.len <= 32)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_tstr_encode(state, (&(*input).identity_target))))
	&& (((((*input).identity_firmware_version.len >= 1)
	&& ((*input).identity_firmware_version.len <= 32)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_tstr_encode(state, (&(*input).identity_firmware_version))))
	&& (((((*input).identity_build_id.len == 32)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_bstr_encode(state, (&(*input).identity_build_id))))
	&& (((((*input).identity_app_sha256.len == 32)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_bstr_encode(state, (&(*input).identity_app_sha256))))
	&& (((((*input).identity_model_sha256.len == 32)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_bstr_encode(state, (&(*input).identity_model_sha256))))
	&& ((encode_error_code(state, (&(*input).identity_model_state))))
	&& (((((*input).identity_model_message.len >= 0)
	&& ((*input).identity_model_message.len <= 96)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_tstr_encode(state, (&(*input).identity_model_message))))
	&& (((((*input).identity_engine.len >= 1)
	&& ((*input).identity_engine.len <= 48)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_tstr_encode(state, (&(*input).identity_engine))))
	&& ((encode_image_source(state, (&(*input).identity_image_source))))
	&& (((((*input).identity_reset_reason <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).identity_reset_reason))))
	&& (((((*input).identity_boot_count <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).identity_boot_count))))
	&& ((encode_capability_set(state, (&(*input).identity_capabilities))))
	&& (((((*input).identity_chunk_bytes <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).identity_chunk_bytes))))
	&& (((((*input).identity_window_chunks <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).identity_window_chunks))))
	&& (((((*input).identity_max_frame_bytes <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).identity_max_frame_bytes))))
	&& (((((*input).identity_baud <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).identity_baud))))
	&& (((((((*input).identity_threshold <= 100)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).identity_threshold))))
	&& (((((*input).identity_positive_class <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).identity_positive_class))))
	&& (((((*input).identity_classes <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).identity_classes))))
	&& (((((*input).identity_arena_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).identity_arena_bytes))))
	&& (((((*input).identity_op_count <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).identity_op_count))))
	&& ((zcbor_list_start_encode(state, 5) && ((zcbor_multi_encode_minmax(0, 5, &(*input).identity_tensors_tensor_m_count, (zcbor_encoder_t *)encode_tensor, state, (*&(*input).identity_tensors_tensor_m), sizeof(struct tensor))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 5))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_repeated_op_page_codes_uint(
		zcbor_state_t *state, const uint32_t *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = ((((((*input) <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_op_page(
		zcbor_state_t *state, const struct op_page *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (2))))
	&& (((((*input).op_page_op_count <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).op_page_op_count))))
	&& (((((*input).op_page_first <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).op_page_first))))
	&& ((zcbor_list_start_encode(state, 64) && ((zcbor_multi_encode_minmax(0, 64, &(*input).op_page_codes_uint_count, (zcbor_encoder_t *)encode_repeated_op_page_codes_uint, state, (*&(*input).op_page_codes_uint), sizeof(uint32_t))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 64))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_echoed(
		zcbor_state_t *state, const struct echoed *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (3))))
	&& (((((*input).echoed_payload.len >= 0)
	&& ((*input).echoed_payload.len <= 1536)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_bstr_encode(state, (&(*input).echoed_payload)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_uploading(
		zcbor_state_t *state, const struct uploading *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (4))))
	&& (((((((*input).uploading_image_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).uploading_image_crc))))
	&& ((zcbor_uint64_encode(state, (&(*input).uploading_missing)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_chunk_ack(
		zcbor_state_t *state, const struct chunk_ack *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (5))))
	&& (((((((*input).chunk_ack_image_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).chunk_ack_image_crc))))
	&& (((((*input).chunk_ack_offset <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).chunk_ack_offset))))
	&& ((zcbor_uint64_encode(state, (&(*input).chunk_ack_missing)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_accepted(
		zcbor_state_t *state, const struct accepted *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (12))))
	&& (((((((*input).accepted_image_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).accepted_image_crc)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_cell_centre(
		zcbor_state_t *state, const struct cell_centre *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_list_start_encode(state, 4) && (((((((*input).cell_centre_x <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).cell_centre_x))))
	&& (((((*input).cell_centre_y <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).cell_centre_y))))
	&& (((((*input).cell_centre_column <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).cell_centre_column))))
	&& (((((*input).cell_centre_row <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).cell_centre_row))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 4))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_no_location(
		zcbor_state_t *state, const struct no_location_r *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((*input).no_location_choice == no_location_location_below_threshold_m_c) ? ((zcbor_uint32_put(state, (0))))
	: (((*input).no_location_choice == no_location_location_flat_map_m_c) ? ((zcbor_uint32_put(state, (1))))
	: false))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_cam_grid(
		zcbor_state_t *state, const struct cam_grid *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_list_start_encode(state, 3) && (((((((*input).cam_grid_rows <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).cam_grid_rows))))
	&& (((((*input).cam_grid_columns <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).cam_grid_columns))))
	&& (zcbor_tag_put(state, 78)
	&& ((((*input).cam_grid_values.len >= 4)
	&& ((*input).cam_grid_values.len <= 1024)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_bstr_encode(state, (&(*input).cam_grid_values))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 3))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_stage_times(
		zcbor_state_t *state, const struct stage_times *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_list_start_encode(state, 4) && ((((zcbor_uint64_encode(state, (&(*input).stage_times_upload_us))))
	&& ((zcbor_uint64_encode(state, (&(*input).stage_times_preprocess_us))))
	&& ((zcbor_uint64_encode(state, (&(*input).stage_times_invoke_us))))
	&& ((zcbor_uint64_encode(state, (&(*input).stage_times_cam_us))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 4))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_result(
		zcbor_state_t *state, const struct result *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (6))))
	&& (((((((*input).result_image_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).result_image_crc))))
	&& (((((*input).result_scores.len >= 1)
	&& ((*input).result_scores.len <= 64)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_bstr_encode(state, (&(*input).result_scores))))
	&& (((((((*input).result_threshold <= 100)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).result_threshold))))
	&& ((((*input).result_location_choice == result_location_cell_centre_m_c) ? ((encode_cell_centre(state, (&(*input).result_location_cell_centre_m))))
	: (((*input).result_location_choice == result_location_no_location_m_c) ? ((encode_no_location(state, (&(*input).result_location_no_location_m))))
	: false)))
	&& ((((*input).result_cam_choice == result_cam_cam_grid_m_c) ? ((encode_cam_grid(state, (&(*input).result_cam_cam_grid_m))))
	: (((*input).result_cam_choice == result_cam_nil_c) ? ((zcbor_nil_put(state, NULL)))
	: false)))
	&& ((encode_stage_times(state, (&(*input).result_times))))
	&& ((((*input).result_invoke_cycles_choice == result_invoke_cycles_uint_c) ? ((zcbor_uint64_encode(state, (&(*input).result_invoke_cycles_uint))))
	: (((*input).result_invoke_cycles_choice == result_invoke_cycles_nil_c) ? ((zcbor_nil_put(state, NULL)))
	: false)))
	&& ((zcbor_uint64_encode(state, (&(*input).result_finished_us))))
	&& (((((*input).result_inference <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).result_inference)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_output_data(
		zcbor_state_t *state, const struct output_data *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (7))))
	&& (((((((*input).output_data_image_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).output_data_image_crc))))
	&& ((((*input).output_data_output_choice == output_data_output_uint_c) ? (((((*input).output_data_output_uint <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).output_data_output_uint))))
	: (((*input).output_data_output_choice == output_data_output_nil_c) ? ((zcbor_nil_put(state, NULL)))
	: false)))
	&& (((((*input).output_data_total <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).output_data_total))))
	&& (((((*input).output_data_offset <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).output_data_offset))))
	&& (((((*input).output_data_data.len >= 0)
	&& ((*input).output_data_data.len <= 1536)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_bstr_encode(state, (&(*input).output_data_data)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_op_data(
		zcbor_state_t *state, const struct op_data *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (13))))
	&& (((((((*input).op_data_image_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).op_data_image_crc))))
	&& (((((*input).op_data_op <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).op_data_op))))
	&& (((((*input).op_data_total <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).op_data_total))))
	&& (((((*input).op_data_offset <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).op_data_offset))))
	&& (((((*input).op_data_data.len >= 0)
	&& ((*input).op_data_data.len <= 1536)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_bstr_encode(state, (&(*input).op_data_data)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_trace_entry(
		zcbor_state_t *state, const struct trace_entry *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_list_start_encode(state, 5) && (((((((*input).trace_entry_code <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).trace_entry_code))))
	&& (((((((*input).trace_entry_output_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).trace_entry_output_crc))))
	&& (((((*input).trace_entry_output_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).trace_entry_output_bytes))))
	&& ((((*input).trace_entry_us_choice == trace_entry_us_uint_c) ? ((zcbor_uint64_encode(state, (&(*input).trace_entry_us_uint))))
	: (((*input).trace_entry_us_choice == trace_entry_us_nil_c) ? ((zcbor_nil_put(state, NULL)))
	: false)))
	&& ((((*input).trace_entry_cycles_choice == trace_entry_cycles_uint_c) ? ((zcbor_uint64_encode(state, (&(*input).trace_entry_cycles_uint))))
	: (((*input).trace_entry_cycles_choice == trace_entry_cycles_nil_c) ? ((zcbor_nil_put(state, NULL)))
	: false)))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 5))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_trace_page(
		zcbor_state_t *state, const struct trace_page *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (8))))
	&& (((((((*input).trace_page_image_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).trace_page_image_crc))))
	&& (((((*input).trace_page_op_count <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).trace_page_op_count))))
	&& (((((*input).trace_page_first <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).trace_page_first))))
	&& ((zcbor_list_start_encode(state, 24) && ((zcbor_multi_encode_minmax(0, 24, &(*input).trace_page_entries_trace_entry_m_count, (zcbor_encoder_t *)encode_trace_entry, state, (*&(*input).trace_page_entries_trace_entry_m), sizeof(struct trace_entry))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 24))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_heap_state(
		zcbor_state_t *state, const struct heap_state *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_list_start_encode(state, 3) && (((((((*input).heap_state_free_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).heap_state_free_bytes))))
	&& (((((*input).heap_state_minimum_free_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).heap_state_minimum_free_bytes))))
	&& (((((*input).heap_state_largest_block_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).heap_state_largest_block_bytes))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 3))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_stack_state(
		zcbor_state_t *state, const struct stack_state *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_list_start_encode(state, 2) && (((((((*input).stack_state_task.len >= 1)
	&& ((*input).stack_state_task.len <= 16)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_tstr_encode(state, (&(*input).stack_state_task))))
	&& (((((*input).stack_state_never_used_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).stack_state_never_used_bytes))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 2))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_memory_report(
		zcbor_state_t *state, const struct memory_report *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (9))))
	&& (((((*input).memory_report_arena_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).memory_report_arena_bytes))))
	&& ((((*input).memory_report_arena_used_bytes_choice == memory_report_arena_used_bytes_uint_c) ? (((((*input).memory_report_arena_used_bytes_uint <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).memory_report_arena_used_bytes_uint))))
	: (((*input).memory_report_arena_used_bytes_choice == memory_report_arena_used_bytes_nil_c) ? ((zcbor_nil_put(state, NULL)))
	: false)))
	&& ((((*input).memory_report_static_bytes_choice == memory_report_static_bytes_uint_c) ? (((((*input).memory_report_static_bytes_uint <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).memory_report_static_bytes_uint))))
	: (((*input).memory_report_static_bytes_choice == memory_report_static_bytes_nil_c) ? ((zcbor_nil_put(state, NULL)))
	: false)))
	&& ((((*input).memory_report_heap_choice == memory_report_heap_heap_state_m_c) ? ((encode_heap_state(state, (&(*input).memory_report_heap_heap_state_m))))
	: (((*input).memory_report_heap_choice == memory_report_heap_nil_c) ? ((zcbor_nil_put(state, NULL)))
	: false)))
	&& ((((*input).memory_report_psram_choice == memory_report_psram_heap_state_m_c) ? ((encode_heap_state(state, (&(*input).memory_report_psram_heap_state_m))))
	: (((*input).memory_report_psram_choice == memory_report_psram_nil_c) ? ((zcbor_nil_put(state, NULL)))
	: false)))
	&& ((zcbor_list_start_encode(state, 4) && ((zcbor_multi_encode_minmax(0, 4, &(*input).memory_report_stacks_stack_state_m_count, (zcbor_encoder_t *)encode_stack_state, state, (*&(*input).memory_report_stacks_stack_state_m), sizeof(struct stack_state))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 4))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_baud_ack(
		zcbor_state_t *state, const struct baud_ack *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (10))))
	&& (((((*input).baud_ack_baud <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).baud_ack_baud))))
	&& (((((*input).baud_ack_baud_fallback_ms <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).baud_ack_baud_fallback_ms)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_reboot_ack(
		zcbor_state_t *state, const struct reboot_ack *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (11))))
	&& ((encode_reboot_target(state, (&(*input).reboot_ack_target)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_link_notice(
		zcbor_state_t *state, const struct link_notice *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (14))))
	&& (((((*input).link_notice_bad_frames <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).link_notice_bad_frames))))
	&& (((((*input).link_notice_lost_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).link_notice_lost_bytes)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_model_header(
		zcbor_state_t *state, const struct model_header *input)
{
	zcbor_log("%s\r\n", __func__);
	struct zcbor_string tmp_str;

	bool res = (((zcbor_list_start_encode(state, 6) && ((((zcbor_tstr_encode(state, ((tmp_str.value = (uint8_t *)"camhil-model", tmp_str.len = sizeof("camhil-model") - 1, &tmp_str)))))
	&& ((zcbor_uint32_put(state, (1))))
	&& (((((*input).model_header_model_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).model_header_model_bytes))))
	&& (((((((*input).model_header_model_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).model_header_model_crc))))
	&& (((((*input).model_header_positive_class <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).model_header_positive_class))))
	&& (((((((*input).model_header_threshold <= 100)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).model_header_threshold))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 6))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_reply(
		zcbor_state_t *state, const struct reply *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_list_start_encode(state, 25) && (((((((*input).reply_seq <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).reply_seq))))
	&& ((((*input).reply_union_choice == reply_union_error_reply_m_c) ? ((encode_error_reply(state, (&(*input).reply_union_error_reply_m))))
	: (((*input).reply_union_choice == reply_union_identity_m_c) ? ((encode_identity(state, (&(*input).reply_union_identity_m))))
	: (((*input).reply_union_choice == reply_union_op_page_m_c) ? ((encode_op_page(state, (&(*input).reply_union_op_page_m))))
	: (((*input).reply_union_choice == reply_union_echoed_m_c) ? ((encode_echoed(state, (&(*input).reply_union_echoed_m))))
	: (((*input).reply_union_choice == reply_union_uploading_m_c) ? ((encode_uploading(state, (&(*input).reply_union_uploading_m))))
	: (((*input).reply_union_choice == reply_union_chunk_ack_m_c) ? ((encode_chunk_ack(state, (&(*input).reply_union_chunk_ack_m))))
	: (((*input).reply_union_choice == reply_union_accepted_m_c) ? ((encode_accepted(state, (&(*input).reply_union_accepted_m))))
	: (((*input).reply_union_choice == reply_union_result_m_c) ? ((encode_result(state, (&(*input).reply_union_result_m))))
	: (((*input).reply_union_choice == reply_union_output_data_m_c) ? ((encode_output_data(state, (&(*input).reply_union_output_data_m))))
	: (((*input).reply_union_choice == reply_union_op_data_m_c) ? ((encode_op_data(state, (&(*input).reply_union_op_data_m))))
	: (((*input).reply_union_choice == reply_union_trace_page_m_c) ? ((encode_trace_page(state, (&(*input).reply_union_trace_page_m))))
	: (((*input).reply_union_choice == reply_union_memory_report_m_c) ? ((encode_memory_report(state, (&(*input).reply_union_memory_report_m))))
	: (((*input).reply_union_choice == reply_union_baud_ack_m_c) ? ((encode_baud_ack(state, (&(*input).reply_union_baud_ack_m))))
	: (((*input).reply_union_choice == reply_union_reboot_ack_m_c) ? ((encode_reboot_ack(state, (&(*input).reply_union_reboot_ack_m))))
	: (((*input).reply_union_choice == reply_union_link_notice_m_c) ? ((encode_link_notice(state, (&(*input).reply_union_link_notice_m))))
	: false))))))))))))))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 25))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_request(
		zcbor_state_t *state, const struct request *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_list_start_encode(state, 7) && (((((((*input).request_seq <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).request_seq))))
	&& ((((*input).request_union_choice == request_union_hello_m_c) ? ((encode_hello(state, (&(*input).request_union_hello_m))))
	: (((*input).request_union_choice == request_union_get_ops_m_c) ? ((encode_get_ops(state, (&(*input).request_union_get_ops_m))))
	: (((*input).request_union_choice == request_union_echo_m_c) ? ((encode_echo(state, (&(*input).request_union_echo_m))))
	: (((*input).request_union_choice == request_union_upload_m_c) ? ((encode_upload(state, (&(*input).request_union_upload_m))))
	: (((*input).request_union_choice == request_union_chunk_m_c) ? ((encode_chunk(state, (&(*input).request_union_chunk_m))))
	: (((*input).request_union_choice == request_union_infer_m_c) ? ((encode_infer(state, (&(*input).request_union_infer_m))))
	: (((*input).request_union_choice == request_union_read_output_m_c) ? ((encode_read_output(state, (&(*input).request_union_read_output_m))))
	: (((*input).request_union_choice == request_union_get_trace_m_c) ? ((encode_get_trace(state, (&(*input).request_union_get_trace_m))))
	: (((*input).request_union_choice == request_union_get_memory_m_c) ? ((zcbor_uint32_put(state, (9))))
	: (((*input).request_union_choice == request_union_set_baud_m_c) ? ((encode_set_baud(state, (&(*input).request_union_set_baud_m))))
	: (((*input).request_union_choice == request_union_reboot_m_c) ? ((encode_reboot(state, (&(*input).request_union_reboot_m))))
	: false))))))))))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 7))));

	log_result(state, res, __func__);
	return res;
}



int cbor_encode_request(
		uint8_t *payload, size_t payload_len,
		const struct request *input,
		size_t *payload_len_out)
{
	zcbor_state_t states[5];

	return zcbor_entry_function(payload, payload_len, (void *)input, payload_len_out, states,
		(zcbor_decoder_t *)encode_request, sizeof(states) / sizeof(zcbor_state_t), 1);
}


int cbor_encode_reply(
		uint8_t *payload, size_t payload_len,
		const struct reply *input,
		size_t *payload_len_out)
{
	zcbor_state_t states[7];

	return zcbor_entry_function(payload, payload_len, (void *)input, payload_len_out, states,
		(zcbor_decoder_t *)encode_reply, sizeof(states) / sizeof(zcbor_state_t), 1);
}


int cbor_encode_model_header(
		uint8_t *payload, size_t payload_len,
		const struct model_header *input,
		size_t *payload_len_out)
{
	zcbor_state_t states[3];

	return zcbor_entry_function(payload, payload_len, (void *)input, payload_len_out, states,
		(zcbor_decoder_t *)encode_model_header, sizeof(states) / sizeof(zcbor_state_t), 1);
}
