/*
 * Generated using zcbor version 0.9.1
 * https://github.com/NordicSemiconductor/zcbor
 * Generated with a --default-max-qty of 3
 */

#include <stdint.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include "zcbor_decode.h"
#include "protocol_decode.h"
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

static bool decode_hello(zcbor_state_t *state, struct hello *result);
static bool decode_get_ops(zcbor_state_t *state, struct get_ops *result);
static bool decode_echo(zcbor_state_t *state, struct echo *result);
static bool decode_image_stage(zcbor_state_t *state, struct image_stage_r *result);
static bool decode_upload(zcbor_state_t *state, struct upload *result);
static bool decode_chunk(zcbor_state_t *state, struct chunk *result);
static bool decode_infer(zcbor_state_t *state, struct infer *result);
static bool decode_read_output(zcbor_state_t *state, struct read_output *result);
static bool decode_get_trace(zcbor_state_t *state, struct get_trace *result);
static bool decode_set_baud(zcbor_state_t *state, struct set_baud *result);
static bool decode_reboot_target(zcbor_state_t *state, struct reboot_target_r *result);
static bool decode_reboot(zcbor_state_t *state, struct reboot *result);
static bool decode_error_code(zcbor_state_t *state, struct error_code_r *result);
static bool decode_error_reply(zcbor_state_t *state, struct error_reply *result);
static bool decode_image_source(zcbor_state_t *state, struct image_source_r *result);
static bool decode_capability_set(zcbor_state_t *state, struct capability_set *result);
static bool decode_tensor_role(zcbor_state_t *state, struct tensor_role_r *result);
static bool decode_repeated_tensor_shape_uint(zcbor_state_t *state, uint32_t *result);
static bool decode_tensor(zcbor_state_t *state, struct tensor *result);
static bool decode_identity(zcbor_state_t *state, struct identity *result);
static bool decode_repeated_op_page_codes_uint(zcbor_state_t *state, uint32_t *result);
static bool decode_op_page(zcbor_state_t *state, struct op_page *result);
static bool decode_echoed(zcbor_state_t *state, struct echoed *result);
static bool decode_uploading(zcbor_state_t *state, struct uploading *result);
static bool decode_chunk_ack(zcbor_state_t *state, struct chunk_ack *result);
static bool decode_accepted(zcbor_state_t *state, struct accepted *result);
static bool decode_cell_centre(zcbor_state_t *state, struct cell_centre *result);
static bool decode_no_location(zcbor_state_t *state, struct no_location_r *result);
static bool decode_cam_grid(zcbor_state_t *state, struct cam_grid *result);
static bool decode_stage_times(zcbor_state_t *state, struct stage_times *result);
static bool decode_result(zcbor_state_t *state, struct result *result);
static bool decode_output_data(zcbor_state_t *state, struct output_data *result);
static bool decode_op_data(zcbor_state_t *state, struct op_data *result);
static bool decode_trace_entry(zcbor_state_t *state, struct trace_entry *result);
static bool decode_trace_page(zcbor_state_t *state, struct trace_page *result);
static bool decode_heap_state(zcbor_state_t *state, struct heap_state *result);
static bool decode_stack_state(zcbor_state_t *state, struct stack_state *result);
static bool decode_memory_report(zcbor_state_t *state, struct memory_report *result);
static bool decode_baud_ack(zcbor_state_t *state, struct baud_ack *result);
static bool decode_reboot_ack(zcbor_state_t *state, struct reboot_ack *result);
static bool decode_link_notice(zcbor_state_t *state, struct link_notice *result);
static bool decode_model_header(zcbor_state_t *state, struct model_header *result);
static bool decode_reply(zcbor_state_t *state, struct reply *result);
static bool decode_request(zcbor_state_t *state, struct request *result);


static bool decode_hello(
		zcbor_state_t *state, struct hello *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (1))))
	&& ((zcbor_uint32_decode(state, (&(*result).hello_protocol)))
	&& ((((*result).hello_protocol <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_get_ops(
		zcbor_state_t *state, struct get_ops *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (2))))
	&& ((zcbor_uint32_decode(state, (&(*result).get_ops_first)))
	&& ((((*result).get_ops_first <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_echo(
		zcbor_state_t *state, struct echo *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (3))))
	&& ((zcbor_bstr_decode(state, (&(*result).echo_payload)))
	&& ((((*result).echo_payload.len >= 0)
	&& ((*result).echo_payload.len <= 1536)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_image_stage(
		zcbor_state_t *state, struct image_stage_r *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint_decode(state, &(*result).image_stage_choice, sizeof((*result).image_stage_choice)))) && ((((((*result).image_stage_choice == image_stage_stage_tensor_m_c) && ((1)))
	|| (((*result).image_stage_choice == image_stage_stage_frame_m_c) && ((1)))) || (zcbor_error(state, ZCBOR_ERR_WRONG_VALUE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_upload(
		zcbor_state_t *state, struct upload *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (4))))
	&& ((decode_image_stage(state, (&(*result).upload_stage))))
	&& ((zcbor_uint32_decode(state, (&(*result).upload_image_crc)))
	&& ((((((*result).upload_image_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).upload_image_bytes)))
	&& ((((*result).upload_image_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_bool_decode(state, (&(*result).upload_resume)))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_chunk(
		zcbor_state_t *state, struct chunk *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (5))))
	&& ((zcbor_uint32_decode(state, (&(*result).chunk_image_crc)))
	&& ((((((*result).chunk_image_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).chunk_offset)))
	&& ((((*result).chunk_offset <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_bstr_decode(state, (&(*result).chunk_data)))
	&& ((((*result).chunk_data.len >= 1)
	&& ((*result).chunk_data.len <= 1536)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_infer(
		zcbor_state_t *state, struct infer *result)
{
	zcbor_log("%s\r\n", __func__);
	bool int_res;

	bool res = (((((zcbor_uint32_expect(state, (6))))
	&& ((zcbor_uint32_decode(state, (&(*result).infer_image_crc)))
	&& ((((((*result).infer_image_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_bool_decode(state, (&(*result).infer_cam_always))))
	&& ((zcbor_bool_decode(state, (&(*result).infer_trace))))
	&& ((zcbor_union_start_code(state) && (int_res = ((((zcbor_uint32_decode(state, (&(*result).infer_threshold_percent_m)))
	&& ((((((*result).infer_threshold_percent_m <= 100)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) && (((*result).infer_threshold_choice = infer_threshold_percent_m_c), true))
	|| (zcbor_union_elem_code(state) && (((zcbor_nil_expect(state, NULL))) && (((*result).infer_threshold_choice = infer_threshold_nil_c), true)))), zcbor_union_end_code(state), int_res)))
	&& ((zcbor_union_start_code(state) && (int_res = ((((zcbor_uint32_decode(state, (&(*result).infer_capture_op_uint)))
	&& ((((*result).infer_capture_op_uint <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) && (((*result).infer_capture_op_choice = infer_capture_op_uint_c), true))
	|| (zcbor_union_elem_code(state) && (((zcbor_nil_expect(state, NULL))) && (((*result).infer_capture_op_choice = infer_capture_op_nil_c), true)))), zcbor_union_end_code(state), int_res))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_read_output(
		zcbor_state_t *state, struct read_output *result)
{
	zcbor_log("%s\r\n", __func__);
	bool int_res;

	bool res = (((((zcbor_uint32_expect(state, (7))))
	&& ((zcbor_union_start_code(state) && (int_res = ((((zcbor_uint32_decode(state, (&(*result).read_output_output_uint)))
	&& ((((*result).read_output_output_uint <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) && (((*result).read_output_output_choice = read_output_output_uint_c), true))
	|| (zcbor_union_elem_code(state) && (((zcbor_nil_expect(state, NULL))) && (((*result).read_output_output_choice = read_output_output_nil_c), true)))), zcbor_union_end_code(state), int_res)))
	&& ((zcbor_uint32_decode(state, (&(*result).read_output_offset)))
	&& ((((*result).read_output_offset <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).read_output_length)))
	&& ((((*result).read_output_length <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_get_trace(
		zcbor_state_t *state, struct get_trace *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (8))))
	&& ((zcbor_uint32_decode(state, (&(*result).get_trace_first)))
	&& ((((*result).get_trace_first <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_set_baud(
		zcbor_state_t *state, struct set_baud *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (10))))
	&& ((zcbor_uint32_decode(state, (&(*result).set_baud_baud)))
	&& ((((*result).set_baud_baud <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_reboot_target(
		zcbor_state_t *state, struct reboot_target_r *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint_decode(state, &(*result).reboot_target_choice, sizeof((*result).reboot_target_choice)))) && ((((((*result).reboot_target_choice == reboot_target_reboot_to_app_m_c) && ((1)))
	|| (((*result).reboot_target_choice == reboot_target_reboot_to_bootloader_m_c) && ((1)))) || (zcbor_error(state, ZCBOR_ERR_WRONG_VALUE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_reboot(
		zcbor_state_t *state, struct reboot *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (11))))
	&& ((decode_reboot_target(state, (&(*result).reboot_target)))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_error_code(
		zcbor_state_t *state, struct error_code_r *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint_decode(state, &(*result).error_code_choice, sizeof((*result).error_code_choice)))) && ((((((*result).error_code_choice == error_code_error_ok_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_bad_request_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_protocol_version_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_unsupported_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_wrong_size_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_no_such_image_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_incomplete_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_image_corrupt_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_busy_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_out_of_range_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_nothing_recorded_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_no_model_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_model_header_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_model_crc_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_model_format_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_model_input_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_model_score_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_model_features_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_model_classifier_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_model_op_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_arena_too_small_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_engine_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_camera_m_c) && ((1)))) || (zcbor_error(state, ZCBOR_ERR_WRONG_VALUE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_error_reply(
		zcbor_state_t *state, struct error_reply *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (0))))
	&& ((decode_error_code(state, (&(*result).error_reply_code))))
	&& ((zcbor_list_start_decode(state) && ((((zcbor_int64_decode(state, (&(*result).error_reply_detail_one))))
	&& ((zcbor_int64_decode(state, (&(*result).error_reply_detail_two))))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state)))
	&& ((zcbor_tstr_decode(state, (&(*result).error_reply_message)))
	&& ((((*result).error_reply_message.len >= 0)
	&& ((*result).error_reply_message.len <= 96)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_image_source(
		zcbor_state_t *state, struct image_source_r *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint_decode(state, &(*result).image_source_choice, sizeof((*result).image_source_choice)))) && ((((((*result).image_source_choice == image_source_source_camera_m_c) && ((1)))
	|| (((*result).image_source_choice == image_source_source_injected_m_c) && ((1)))) || (zcbor_error(state, ZCBOR_ERR_WRONG_VALUE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_capability_set(
		zcbor_state_t *state, struct capability_set *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_list_start_decode(state) && ((((zcbor_bool_decode(state, (&(*result).capability_set_injection))))
	&& ((zcbor_bool_decode(state, (&(*result).capability_set_camera))))
	&& ((zcbor_bool_decode(state, (&(*result).capability_set_frame_stage))))
	&& ((zcbor_bool_decode(state, (&(*result).capability_set_trace))))
	&& ((zcbor_bool_decode(state, (&(*result).capability_set_capture))))
	&& ((zcbor_bool_decode(state, (&(*result).capability_set_baud))))
	&& ((zcbor_bool_decode(state, (&(*result).capability_set_op_times))))
	&& ((zcbor_bool_decode(state, (&(*result).capability_set_cycles))))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_tensor_role(
		zcbor_state_t *state, struct tensor_role_r *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint_decode(state, &(*result).tensor_role_choice, sizeof((*result).tensor_role_choice)))) && ((((((*result).tensor_role_choice == tensor_role_role_input_m_c) && ((1)))
	|| (((*result).tensor_role_choice == tensor_role_role_score_m_c) && ((1)))
	|| (((*result).tensor_role_choice == tensor_role_role_features_m_c) && ((1)))
	|| (((*result).tensor_role_choice == tensor_role_role_other_m_c) && ((1)))
	|| (((*result).tensor_role_choice == tensor_role_role_frame_m_c) && ((1)))) || (zcbor_error(state, ZCBOR_ERR_WRONG_VALUE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_repeated_tensor_shape_uint(
		zcbor_state_t *state, uint32_t *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_uint32_decode(state, (&(*result))))
	&& ((((*result) <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_tensor(
		zcbor_state_t *state, struct tensor *result)
{
	zcbor_log("%s\r\n", __func__);
	bool int_res;

	bool res = (((zcbor_list_start_decode(state) && ((((decode_tensor_role(state, (&(*result).tensor_role))))
	&& ((zcbor_union_start_code(state) && (int_res = ((((zcbor_uint32_decode(state, (&(*result).tensor_output_uint)))
	&& ((((*result).tensor_output_uint <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) && (((*result).tensor_output_choice = tensor_output_uint_c), true))
	|| (zcbor_union_elem_code(state) && (((zcbor_nil_expect(state, NULL))) && (((*result).tensor_output_choice = tensor_output_nil_c), true)))), zcbor_union_end_code(state), int_res)))
	&& ((zcbor_uint32_decode(state, (&(*result).tensor_type)))
	&& ((((*result).tensor_type <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_list_start_decode(state) && ((zcbor_multi_decode(1, 6, &(*result).tensor_shape_uint_count, (zcbor_decoder_t *)decode_repeated_tensor_shape_uint, state, (*&(*result).tensor_shape_uint), sizeof(uint32_t))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state)))
	&& ((zcbor_float32_decode(state, (&(*result).tensor_scale))))
	&& ((zcbor_int32_decode(state, (&(*result).tensor_zero_point)))
	&& ((((*result).tensor_zero_point >= INT32_MIN)
	&& ((*result).tensor_zero_point <= INT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).tensor_data_bytes)))
	&& ((((*result).tensor_data_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))));

	if (false) {
		/* For testing that the types of the arguments are correct.
		 * A compiler error here means a bug in zcbor.
		 */
		decode_repeated_tensor_shape_uint(state, (*&(*result).tensor_shape_uint));
	}

	log_result(state, res, __func__);
	return res;
}

static bool decode_identity(
		zcbor_state_t *state, struct identity *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (1))))
	&& ((zcbor_uint32_decode(state, (&(*result).identity_protocol)))
	&& ((((*result).identity_protocol <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_tstr_decode(state, (&(*result).identity_target)))
	&& ((((*result).identity_target.len >= 1)
	&& ((*result).identity_target.len <= 32)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_tstr_decode(state, (&(*result).identity_firmware_version)))
	&& ((((*result).identity_firmware_version.len >= 1)
	&& ((*result).identity_firmware_version.len <= 32)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_bstr_decode(state, (&(*result).identity_build_id)))
	&& ((((*result).identity_build_id.len == 32)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_bstr_decode(state, (&(*result).identity_app_sha256)))
	&& ((((*result).identity_app_sha256.len == 32)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_bstr_decode(state, (&(*result).identity_model_sha256)))
	&& ((((*result).identity_model_sha256.len == 32)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((decode_error_code(state, (&(*result).identity_model_state))))
	&& ((zcbor_tstr_decode(state, (&(*result).identity_model_message)))
	&& ((((*result).identity_model_message.len >= 0)
	&& ((*result).identity_model_message.len <= 96)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_tstr_decode(state, (&(*result).identity_engine)))
	&& ((((*result).identity_engine.len >= 1)
	&& ((*result).identity_engine.len <= 48)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((decode_image_source(state, (&(*result).identity_image_source))))
	&& ((zcbor_uint32_decode(state, (&(*result).identity_reset_reason)))
	&& ((((*result).identity_reset_reason <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).identity_boot_count)))
	&& ((((*result).identity_boot_count <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((decode_capability_set(state, (&(*result).identity_capabilities))))
	&& ((zcbor_uint32_decode(state, (&(*result).identity_chunk_bytes)))
	&& ((((*result).identity_chunk_bytes <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).identity_window_chunks)))
	&& ((((*result).identity_window_chunks <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).identity_max_frame_bytes)))
	&& ((((*result).identity_max_frame_bytes <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).identity_baud)))
	&& ((((*result).identity_baud <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).identity_threshold)))
	&& ((((((*result).identity_threshold <= 100)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).identity_positive_class)))
	&& ((((*result).identity_positive_class <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).identity_classes)))
	&& ((((*result).identity_classes <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).identity_arena_bytes)))
	&& ((((*result).identity_arena_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).identity_op_count)))
	&& ((((*result).identity_op_count <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_list_start_decode(state) && ((zcbor_multi_decode(0, 5, &(*result).identity_tensors_tensor_m_count, (zcbor_decoder_t *)decode_tensor, state, (*&(*result).identity_tensors_tensor_m), sizeof(struct tensor))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))))));

	if (false) {
		/* For testing that the types of the arguments are correct.
		 * A compiler error here means a bug in zcbor.
		 */
		decode_tensor(state, (*&(*result).identity_tensors_tensor_m));
	}

	log_result(state, res, __func__);
	return res;
}

static bool decode_repeated_op_page_codes_uint(
		zcbor_state_t *state, uint32_t *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_uint32_decode(state, (&(*result))))
	&& ((((*result) <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_op_page(
		zcbor_state_t *state, struct op_page *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (2))))
	&& ((zcbor_uint32_decode(state, (&(*result).op_page_op_count)))
	&& ((((*result).op_page_op_count <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).op_page_first)))
	&& ((((*result).op_page_first <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_list_start_decode(state) && ((zcbor_multi_decode(0, 64, &(*result).op_page_codes_uint_count, (zcbor_decoder_t *)decode_repeated_op_page_codes_uint, state, (*&(*result).op_page_codes_uint), sizeof(uint32_t))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))))));

	if (false) {
		/* For testing that the types of the arguments are correct.
		 * A compiler error here means a bug in zcbor.
		 */
		decode_repeated_op_page_codes_uint(state, (*&(*result).op_page_codes_uint));
	}

	log_result(state, res, __func__);
	return res;
}

static bool decode_echoed(
		zcbor_state_t *state, struct echoed *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (3))))
	&& ((zcbor_bstr_decode(state, (&(*result).echoed_payload)))
	&& ((((*result).echoed_payload.len >= 0)
	&& ((*result).echoed_payload.len <= 1536)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_uploading(
		zcbor_state_t *state, struct uploading *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (4))))
	&& ((zcbor_uint32_decode(state, (&(*result).uploading_image_crc)))
	&& ((((((*result).uploading_image_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint64_decode(state, (&(*result).uploading_missing)))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_chunk_ack(
		zcbor_state_t *state, struct chunk_ack *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (5))))
	&& ((zcbor_uint32_decode(state, (&(*result).chunk_ack_image_crc)))
	&& ((((((*result).chunk_ack_image_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).chunk_ack_offset)))
	&& ((((*result).chunk_ack_offset <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint64_decode(state, (&(*result).chunk_ack_missing)))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_accepted(
		zcbor_state_t *state, struct accepted *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (12))))
	&& ((zcbor_uint32_decode(state, (&(*result).accepted_image_crc)))
	&& ((((((*result).accepted_image_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_cell_centre(
		zcbor_state_t *state, struct cell_centre *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_list_start_decode(state) && ((((zcbor_uint32_decode(state, (&(*result).cell_centre_x)))
	&& ((((*result).cell_centre_x <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).cell_centre_y)))
	&& ((((*result).cell_centre_y <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).cell_centre_column)))
	&& ((((*result).cell_centre_column <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).cell_centre_row)))
	&& ((((*result).cell_centre_row <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_no_location(
		zcbor_state_t *state, struct no_location_r *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint_decode(state, &(*result).no_location_choice, sizeof((*result).no_location_choice)))) && ((((((*result).no_location_choice == no_location_location_below_threshold_m_c) && ((1)))
	|| (((*result).no_location_choice == no_location_location_flat_map_m_c) && ((1)))) || (zcbor_error(state, ZCBOR_ERR_WRONG_VALUE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_cam_grid(
		zcbor_state_t *state, struct cam_grid *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_list_start_decode(state) && ((((zcbor_uint32_decode(state, (&(*result).cam_grid_rows)))
	&& ((((*result).cam_grid_rows <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).cam_grid_columns)))
	&& ((((*result).cam_grid_columns <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& (zcbor_tag_expect(state, 78)
	&& (zcbor_bstr_decode(state, (&(*result).cam_grid_values)))
	&& ((((*result).cam_grid_values.len >= 4)
	&& ((*result).cam_grid_values.len <= 1024)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_stage_times(
		zcbor_state_t *state, struct stage_times *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_list_start_decode(state) && ((((zcbor_uint64_decode(state, (&(*result).stage_times_upload_us))))
	&& ((zcbor_uint64_decode(state, (&(*result).stage_times_preprocess_us))))
	&& ((zcbor_uint64_decode(state, (&(*result).stage_times_invoke_us))))
	&& ((zcbor_uint64_decode(state, (&(*result).stage_times_cam_us))))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_result(
		zcbor_state_t *state, struct result *result)
{
	zcbor_log("%s\r\n", __func__);
	bool int_res;

	bool res = (((((zcbor_uint32_expect(state, (6))))
	&& ((zcbor_uint32_decode(state, (&(*result).result_image_crc)))
	&& ((((((*result).result_image_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_bstr_decode(state, (&(*result).result_scores)))
	&& ((((*result).result_scores.len >= 1)
	&& ((*result).result_scores.len <= 64)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).result_threshold)))
	&& ((((((*result).result_threshold <= 100)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_union_start_code(state) && (int_res = ((((decode_cell_centre(state, (&(*result).result_location_cell_centre_m)))) && (((*result).result_location_choice = result_location_cell_centre_m_c), true))
	|| (zcbor_union_elem_code(state) && (((decode_no_location(state, (&(*result).result_location_no_location_m)))) && (((*result).result_location_choice = result_location_no_location_m_c), true)))), zcbor_union_end_code(state), int_res)))
	&& ((zcbor_union_start_code(state) && (int_res = ((((decode_cam_grid(state, (&(*result).result_cam_cam_grid_m)))) && (((*result).result_cam_choice = result_cam_cam_grid_m_c), true))
	|| (zcbor_union_elem_code(state) && (((zcbor_nil_expect(state, NULL))) && (((*result).result_cam_choice = result_cam_nil_c), true)))), zcbor_union_end_code(state), int_res)))
	&& ((decode_stage_times(state, (&(*result).result_times))))
	&& ((zcbor_union_start_code(state) && (int_res = ((((zcbor_uint64_decode(state, (&(*result).result_invoke_cycles_uint)))) && (((*result).result_invoke_cycles_choice = result_invoke_cycles_uint_c), true))
	|| (zcbor_union_elem_code(state) && (((zcbor_nil_expect(state, NULL))) && (((*result).result_invoke_cycles_choice = result_invoke_cycles_nil_c), true)))), zcbor_union_end_code(state), int_res)))
	&& ((zcbor_uint64_decode(state, (&(*result).result_finished_us))))
	&& ((zcbor_uint32_decode(state, (&(*result).result_inference)))
	&& ((((*result).result_inference <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_output_data(
		zcbor_state_t *state, struct output_data *result)
{
	zcbor_log("%s\r\n", __func__);
	bool int_res;

	bool res = (((((zcbor_uint32_expect(state, (7))))
	&& ((zcbor_uint32_decode(state, (&(*result).output_data_image_crc)))
	&& ((((((*result).output_data_image_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_union_start_code(state) && (int_res = ((((zcbor_uint32_decode(state, (&(*result).output_data_output_uint)))
	&& ((((*result).output_data_output_uint <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) && (((*result).output_data_output_choice = output_data_output_uint_c), true))
	|| (zcbor_union_elem_code(state) && (((zcbor_nil_expect(state, NULL))) && (((*result).output_data_output_choice = output_data_output_nil_c), true)))), zcbor_union_end_code(state), int_res)))
	&& ((zcbor_uint32_decode(state, (&(*result).output_data_total)))
	&& ((((*result).output_data_total <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).output_data_offset)))
	&& ((((*result).output_data_offset <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_bstr_decode(state, (&(*result).output_data_data)))
	&& ((((*result).output_data_data.len >= 0)
	&& ((*result).output_data_data.len <= 1536)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_op_data(
		zcbor_state_t *state, struct op_data *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (13))))
	&& ((zcbor_uint32_decode(state, (&(*result).op_data_image_crc)))
	&& ((((((*result).op_data_image_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).op_data_op)))
	&& ((((*result).op_data_op <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).op_data_total)))
	&& ((((*result).op_data_total <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).op_data_offset)))
	&& ((((*result).op_data_offset <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_bstr_decode(state, (&(*result).op_data_data)))
	&& ((((*result).op_data_data.len >= 0)
	&& ((*result).op_data_data.len <= 1536)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_trace_entry(
		zcbor_state_t *state, struct trace_entry *result)
{
	zcbor_log("%s\r\n", __func__);
	bool int_res;

	bool res = (((zcbor_list_start_decode(state) && ((((zcbor_uint32_decode(state, (&(*result).trace_entry_code)))
	&& ((((*result).trace_entry_code <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).trace_entry_output_crc)))
	&& ((((((*result).trace_entry_output_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).trace_entry_output_bytes)))
	&& ((((*result).trace_entry_output_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_union_start_code(state) && (int_res = ((((zcbor_uint64_decode(state, (&(*result).trace_entry_us_uint)))) && (((*result).trace_entry_us_choice = trace_entry_us_uint_c), true))
	|| (zcbor_union_elem_code(state) && (((zcbor_nil_expect(state, NULL))) && (((*result).trace_entry_us_choice = trace_entry_us_nil_c), true)))), zcbor_union_end_code(state), int_res)))
	&& ((zcbor_union_start_code(state) && (int_res = ((((zcbor_uint64_decode(state, (&(*result).trace_entry_cycles_uint)))) && (((*result).trace_entry_cycles_choice = trace_entry_cycles_uint_c), true))
	|| (zcbor_union_elem_code(state) && (((zcbor_nil_expect(state, NULL))) && (((*result).trace_entry_cycles_choice = trace_entry_cycles_nil_c), true)))), zcbor_union_end_code(state), int_res)))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_trace_page(
		zcbor_state_t *state, struct trace_page *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (8))))
	&& ((zcbor_uint32_decode(state, (&(*result).trace_page_image_crc)))
	&& ((((((*result).trace_page_image_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).trace_page_op_count)))
	&& ((((*result).trace_page_op_count <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).trace_page_first)))
	&& ((((*result).trace_page_first <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_list_start_decode(state) && ((zcbor_multi_decode(0, 24, &(*result).trace_page_entries_trace_entry_m_count, (zcbor_decoder_t *)decode_trace_entry, state, (*&(*result).trace_page_entries_trace_entry_m), sizeof(struct trace_entry))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))))));

	if (false) {
		/* For testing that the types of the arguments are correct.
		 * A compiler error here means a bug in zcbor.
		 */
		decode_trace_entry(state, (*&(*result).trace_page_entries_trace_entry_m));
	}

	log_result(state, res, __func__);
	return res;
}

static bool decode_heap_state(
		zcbor_state_t *state, struct heap_state *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_list_start_decode(state) && ((((zcbor_uint32_decode(state, (&(*result).heap_state_free_bytes)))
	&& ((((*result).heap_state_free_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).heap_state_minimum_free_bytes)))
	&& ((((*result).heap_state_minimum_free_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).heap_state_largest_block_bytes)))
	&& ((((*result).heap_state_largest_block_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_stack_state(
		zcbor_state_t *state, struct stack_state *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_list_start_decode(state) && ((((zcbor_tstr_decode(state, (&(*result).stack_state_task)))
	&& ((((*result).stack_state_task.len >= 1)
	&& ((*result).stack_state_task.len <= 16)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).stack_state_never_used_bytes)))
	&& ((((*result).stack_state_never_used_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_memory_report(
		zcbor_state_t *state, struct memory_report *result)
{
	zcbor_log("%s\r\n", __func__);
	bool int_res;

	bool res = (((((zcbor_uint32_expect(state, (9))))
	&& ((zcbor_uint32_decode(state, (&(*result).memory_report_arena_bytes)))
	&& ((((*result).memory_report_arena_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_union_start_code(state) && (int_res = ((((zcbor_uint32_decode(state, (&(*result).memory_report_arena_used_bytes_uint)))
	&& ((((*result).memory_report_arena_used_bytes_uint <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) && (((*result).memory_report_arena_used_bytes_choice = memory_report_arena_used_bytes_uint_c), true))
	|| (zcbor_union_elem_code(state) && (((zcbor_nil_expect(state, NULL))) && (((*result).memory_report_arena_used_bytes_choice = memory_report_arena_used_bytes_nil_c), true)))), zcbor_union_end_code(state), int_res)))
	&& ((zcbor_union_start_code(state) && (int_res = ((((zcbor_uint32_decode(state, (&(*result).memory_report_static_bytes_uint)))
	&& ((((*result).memory_report_static_bytes_uint <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) && (((*result).memory_report_static_bytes_choice = memory_report_static_bytes_uint_c), true))
	|| (zcbor_union_elem_code(state) && (((zcbor_nil_expect(state, NULL))) && (((*result).memory_report_static_bytes_choice = memory_report_static_bytes_nil_c), true)))), zcbor_union_end_code(state), int_res)))
	&& ((zcbor_union_start_code(state) && (int_res = ((((decode_heap_state(state, (&(*result).memory_report_heap_heap_state_m)))) && (((*result).memory_report_heap_choice = memory_report_heap_heap_state_m_c), true))
	|| (zcbor_union_elem_code(state) && (((zcbor_nil_expect(state, NULL))) && (((*result).memory_report_heap_choice = memory_report_heap_nil_c), true)))), zcbor_union_end_code(state), int_res)))
	&& ((zcbor_union_start_code(state) && (int_res = ((((decode_heap_state(state, (&(*result).memory_report_psram_heap_state_m)))) && (((*result).memory_report_psram_choice = memory_report_psram_heap_state_m_c), true))
	|| (zcbor_union_elem_code(state) && (((zcbor_nil_expect(state, NULL))) && (((*result).memory_report_psram_choice = memory_report_psram_nil_c), true)))), zcbor_union_end_code(state), int_res)))
	&& ((zcbor_list_start_decode(state) && ((zcbor_multi_decode(0, 4, &(*result).memory_report_stacks_stack_state_m_count, (zcbor_decoder_t *)decode_stack_state, state, (*&(*result).memory_report_stacks_stack_state_m), sizeof(struct stack_state))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))))));

	if (false) {
		/* For testing that the types of the arguments are correct.
		 * A compiler error here means a bug in zcbor.
		 */
		decode_stack_state(state, (*&(*result).memory_report_stacks_stack_state_m));
	}

	log_result(state, res, __func__);
	return res;
}

static bool decode_baud_ack(
		zcbor_state_t *state, struct baud_ack *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (10))))
	&& ((zcbor_uint32_decode(state, (&(*result).baud_ack_baud)))
	&& ((((*result).baud_ack_baud <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).baud_ack_baud_fallback_ms)))
	&& ((((*result).baud_ack_baud_fallback_ms <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_reboot_ack(
		zcbor_state_t *state, struct reboot_ack *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (11))))
	&& ((decode_reboot_target(state, (&(*result).reboot_ack_target)))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_link_notice(
		zcbor_state_t *state, struct link_notice *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (14))))
	&& ((zcbor_uint32_decode(state, (&(*result).link_notice_bad_frames)))
	&& ((((*result).link_notice_bad_frames <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).link_notice_lost_bytes)))
	&& ((((*result).link_notice_lost_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_model_header(
		zcbor_state_t *state, struct model_header *result)
{
	zcbor_log("%s\r\n", __func__);
	struct zcbor_string tmp_str;

	bool res = (((zcbor_list_start_decode(state) && ((((zcbor_tstr_expect(state, ((tmp_str.value = (uint8_t *)"camhil-model", tmp_str.len = sizeof("camhil-model") - 1, &tmp_str)))))
	&& ((zcbor_uint32_expect(state, (1))))
	&& ((zcbor_uint32_decode(state, (&(*result).model_header_model_bytes)))
	&& ((((*result).model_header_model_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).model_header_model_crc)))
	&& ((((((*result).model_header_model_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).model_header_positive_class)))
	&& ((((*result).model_header_positive_class <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).model_header_threshold)))
	&& ((((((*result).model_header_threshold <= 100)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_reply(
		zcbor_state_t *state, struct reply *result)
{
	zcbor_log("%s\r\n", __func__);
	bool int_res;

	bool res = (((zcbor_list_start_decode(state) && ((((zcbor_uint32_decode(state, (&(*result).reply_seq)))
	&& ((((*result).reply_seq <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_union_start_code(state) && (int_res = ((((decode_error_reply(state, (&(*result).reply_union_error_reply_m)))) && (((*result).reply_union_choice = reply_union_error_reply_m_c), true))
	|| (zcbor_union_elem_code(state) && (((decode_identity(state, (&(*result).reply_union_identity_m)))) && (((*result).reply_union_choice = reply_union_identity_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_op_page(state, (&(*result).reply_union_op_page_m)))) && (((*result).reply_union_choice = reply_union_op_page_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_echoed(state, (&(*result).reply_union_echoed_m)))) && (((*result).reply_union_choice = reply_union_echoed_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_uploading(state, (&(*result).reply_union_uploading_m)))) && (((*result).reply_union_choice = reply_union_uploading_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_chunk_ack(state, (&(*result).reply_union_chunk_ack_m)))) && (((*result).reply_union_choice = reply_union_chunk_ack_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_accepted(state, (&(*result).reply_union_accepted_m)))) && (((*result).reply_union_choice = reply_union_accepted_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_result(state, (&(*result).reply_union_result_m)))) && (((*result).reply_union_choice = reply_union_result_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_output_data(state, (&(*result).reply_union_output_data_m)))) && (((*result).reply_union_choice = reply_union_output_data_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_op_data(state, (&(*result).reply_union_op_data_m)))) && (((*result).reply_union_choice = reply_union_op_data_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_trace_page(state, (&(*result).reply_union_trace_page_m)))) && (((*result).reply_union_choice = reply_union_trace_page_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_memory_report(state, (&(*result).reply_union_memory_report_m)))) && (((*result).reply_union_choice = reply_union_memory_report_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_baud_ack(state, (&(*result).reply_union_baud_ack_m)))) && (((*result).reply_union_choice = reply_union_baud_ack_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_reboot_ack(state, (&(*result).reply_union_reboot_ack_m)))) && (((*result).reply_union_choice = reply_union_reboot_ack_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_link_notice(state, (&(*result).reply_union_link_notice_m)))) && (((*result).reply_union_choice = reply_union_link_notice_m_c), true)))), zcbor_union_end_code(state), int_res)))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_request(
		zcbor_state_t *state, struct request *result)
{
	zcbor_log("%s\r\n", __func__);
	bool int_res;

	bool res = (((zcbor_list_start_decode(state) && ((((zcbor_uint32_decode(state, (&(*result).request_seq)))
	&& ((((*result).request_seq <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_union_start_code(state) && (int_res = ((((decode_hello(state, (&(*result).request_union_hello_m)))) && (((*result).request_union_choice = request_union_hello_m_c), true))
	|| (zcbor_union_elem_code(state) && (((decode_get_ops(state, (&(*result).request_union_get_ops_m)))) && (((*result).request_union_choice = request_union_get_ops_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_echo(state, (&(*result).request_union_echo_m)))) && (((*result).request_union_choice = request_union_echo_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_upload(state, (&(*result).request_union_upload_m)))) && (((*result).request_union_choice = request_union_upload_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_chunk(state, (&(*result).request_union_chunk_m)))) && (((*result).request_union_choice = request_union_chunk_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_infer(state, (&(*result).request_union_infer_m)))) && (((*result).request_union_choice = request_union_infer_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_read_output(state, (&(*result).request_union_read_output_m)))) && (((*result).request_union_choice = request_union_read_output_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_get_trace(state, (&(*result).request_union_get_trace_m)))) && (((*result).request_union_choice = request_union_get_trace_m_c), true)))
	|| (((zcbor_uint32_expect_union(state, (9)))) && (((*result).request_union_choice = request_union_get_memory_m_c), true))
	|| (((decode_set_baud(state, (&(*result).request_union_set_baud_m)))) && (((*result).request_union_choice = request_union_set_baud_m_c), true))
	|| (zcbor_union_elem_code(state) && (((decode_reboot(state, (&(*result).request_union_reboot_m)))) && (((*result).request_union_choice = request_union_reboot_m_c), true)))), zcbor_union_end_code(state), int_res)))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))));

	log_result(state, res, __func__);
	return res;
}



int cbor_decode_request(
		const uint8_t *payload, size_t payload_len,
		struct request *result,
		size_t *payload_len_out)
{
	zcbor_state_t states[5];

	return zcbor_entry_function(payload, payload_len, (void *)result, payload_len_out, states,
		(zcbor_decoder_t *)decode_request, sizeof(states) / sizeof(zcbor_state_t), 1);
}


int cbor_decode_reply(
		const uint8_t *payload, size_t payload_len,
		struct reply *result,
		size_t *payload_len_out)
{
	zcbor_state_t states[7];

	return zcbor_entry_function(payload, payload_len, (void *)result, payload_len_out, states,
		(zcbor_decoder_t *)decode_reply, sizeof(states) / sizeof(zcbor_state_t), 1);
}


int cbor_decode_model_header(
		const uint8_t *payload, size_t payload_len,
		struct model_header *result,
		size_t *payload_len_out)
{
	zcbor_state_t states[3];

	return zcbor_entry_function(payload, payload_len, (void *)result, payload_len_out, states,
		(zcbor_decoder_t *)decode_model_header, sizeof(states) / sizeof(zcbor_state_t), 1);
}
