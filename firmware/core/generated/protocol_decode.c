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

static bool decode_repeated_tensor_shape_uint(zcbor_state_t *state, uint32_t *result);
static bool decode_tensor(zcbor_state_t *state, struct tensor *result);
static bool decode_repeated_image_input_tables_bstr256(zcbor_state_t *state, struct zcbor_string *result);
static bool decode_image_input(zcbor_state_t *state, struct image_input *result);
static bool decode_cam_head(zcbor_state_t *state, struct cam_head *result);
static bool decode_hello(zcbor_state_t *state, struct hello *result);
static bool decode_get_contract(zcbor_state_t *state, struct get_contract *result);
static bool decode_echo(zcbor_state_t *state, struct echo *result);
static bool decode_sample_stage(zcbor_state_t *state, struct sample_stage_r *result);
static bool decode_upload(zcbor_state_t *state, struct upload *result);
static bool decode_chunk(zcbor_state_t *state, struct chunk *result);
static bool decode_op_output(zcbor_state_t *state, struct op_output *result);
static bool decode_infer(zcbor_state_t *state, struct infer *result);
static bool decode_tensor_side(zcbor_state_t *state, struct tensor_side_r *result);
static bool decode_read_tensor(zcbor_state_t *state, struct read_tensor *result);
static bool decode_get_trace(zcbor_state_t *state, struct get_trace *result);
static bool decode_set_baud(zcbor_state_t *state, struct set_baud *result);
static bool decode_commit_baud(zcbor_state_t *state, struct commit_baud *result);
static bool decode_reboot_target(zcbor_state_t *state, struct reboot_target_r *result);
static bool decode_reboot(zcbor_state_t *state, struct reboot *result);
static bool decode_get_frame(zcbor_state_t *state, struct get_frame *result);
static bool decode_load_network(zcbor_state_t *state, struct load_network *result);
static bool decode_error_code(zcbor_state_t *state, struct error_code_r *result);
static bool decode_error_reply(zcbor_state_t *state, struct error_reply *result);
static bool decode_network_source(zcbor_state_t *state, struct network_source_r *result);
static bool decode_image_source(zcbor_state_t *state, struct image_source_r *result);
static bool decode_capability_set(zcbor_state_t *state, struct capability_set *result);
static bool decode_frame_format(zcbor_state_t *state, struct frame_format_r *result);
static bool decode_frame_size(zcbor_state_t *state, struct frame_size *result);
static bool decode_repeated_extensions_uintuint(zcbor_state_t *state, struct extensions_uintuint *result);
static bool decode_identity(zcbor_state_t *state, struct identity *result);
static bool decode_contract_page(zcbor_state_t *state, struct contract_page *result);
static bool decode_echoed(zcbor_state_t *state, struct echoed *result);
static bool decode_uploading(zcbor_state_t *state, struct uploading *result);
static bool decode_chunk_ack(zcbor_state_t *state, struct chunk_ack *result);
static bool decode_accepted(zcbor_state_t *state, struct accepted *result);
static bool decode_output_part(zcbor_state_t *state, struct output_part *result);
static bool decode_cell_centre(zcbor_state_t *state, struct cell_centre *result);
static bool decode_no_location(zcbor_state_t *state, struct no_location_r *result);
static bool decode_cam_grid(zcbor_state_t *state, struct cam_grid *result);
static bool decode_head_answer(zcbor_state_t *state, struct head_answer *result);
static bool decode_stage_times(zcbor_state_t *state, struct stage_times *result);
static bool decode_result(zcbor_state_t *state, struct result *result);
static bool decode_tensor_data(zcbor_state_t *state, struct tensor_data *result);
static bool decode_op_data(zcbor_state_t *state, struct op_data *result);
static bool decode_trace_entry(zcbor_state_t *state, struct trace_entry *result);
static bool decode_trace_page(zcbor_state_t *state, struct trace_page *result);
static bool decode_heap_state(zcbor_state_t *state, struct heap_state *result);
static bool decode_stack_state(zcbor_state_t *state, struct stack_state *result);
static bool decode_memory_report(zcbor_state_t *state, struct memory_report *result);
static bool decode_baud_ack(zcbor_state_t *state, struct baud_ack *result);
static bool decode_baud_committed(zcbor_state_t *state, struct baud_committed *result);
static bool decode_reboot_ack(zcbor_state_t *state, struct reboot_ack *result);
static bool decode_frame_data(zcbor_state_t *state, struct frame_data *result);
static bool decode_network_loaded(zcbor_state_t *state, struct network_loaded *result);
static bool decode_self_tested(zcbor_state_t *state, struct self_tested *result);
static bool decode_link_notice(zcbor_state_t *state, struct link_notice *result);
static bool decode_network_header(zcbor_state_t *state, struct network_header *result);
static bool decode_reply(zcbor_state_t *state, struct reply *result);
static bool decode_request(zcbor_state_t *state, struct request *result);


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

	bool res = (((zcbor_list_start_decode(state) && ((((zcbor_tstr_decode(state, (&(*result).tensor_name)))
	&& ((((*result).tensor_name.len >= 0)
	&& ((*result).tensor_name.len <= 48)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).tensor_type)))
	&& ((((*result).tensor_type <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_list_start_decode(state) && ((zcbor_multi_decode(0, 6, &(*result).tensor_shape_uint_count, (zcbor_decoder_t *)decode_repeated_tensor_shape_uint, state, (*&(*result).tensor_shape_uint), sizeof(uint32_t))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state)))
	&& ((zcbor_float32_decode(state, (&(*result).tensor_scale))))
	&& ((zcbor_int32_decode(state, (&(*result).tensor_zero_point)))
	&& ((((*result).tensor_zero_point >= INT32_MIN)
	&& ((*result).tensor_zero_point <= INT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).tensor_size)))
	&& ((((*result).tensor_size <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))));

	if (false) {
		/* For testing that the types of the arguments are correct.
		 * A compiler error here means a bug in zcbor.
		 */
		decode_repeated_tensor_shape_uint(state, (*&(*result).tensor_shape_uint));
	}

	log_result(state, res, __func__);
	return res;
}

static bool decode_repeated_image_input_tables_bstr256(
		zcbor_state_t *state, struct zcbor_string *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_bstr_decode(state, (&(*result))))
	&& ((((*result).len == 256)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_image_input(
		zcbor_state_t *state, struct image_input *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_list_start_decode(state) && ((((zcbor_uint32_decode(state, (&(*result).image_input_rows)))
	&& ((((*result).image_input_rows <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).image_input_columns)))
	&& ((((*result).image_input_columns <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_list_start_decode(state) && ((zcbor_multi_decode(1, 4, &(*result).image_input_tables_bstr256_count, (zcbor_decoder_t *)decode_repeated_image_input_tables_bstr256, state, (*&(*result).image_input_tables_bstr256), sizeof(struct zcbor_string))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state)))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))));

	if (false) {
		/* For testing that the types of the arguments are correct.
		 * A compiler error here means a bug in zcbor.
		 */
		decode_repeated_image_input_tables_bstr256(state, (*&(*result).image_input_tables_bstr256));
	}

	log_result(state, res, __func__);
	return res;
}

static bool decode_cam_head(
		zcbor_state_t *state, struct cam_head *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_list_start_decode(state) && ((((zcbor_uint32_decode(state, (&(*result).cam_head_score_output)))
	&& ((((*result).cam_head_score_output <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).cam_head_features_output)))
	&& ((((*result).cam_head_features_output <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).cam_head_classes)))
	&& ((((*result).cam_head_classes <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).cam_head_positive_class)))
	&& ((((*result).cam_head_positive_class <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).cam_head_threshold)))
	&& ((((((*result).cam_head_threshold <= 100)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).cam_head_rows)))
	&& ((((*result).cam_head_rows <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).cam_head_columns)))
	&& ((((*result).cam_head_columns <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).cam_head_channels)))
	&& ((((*result).cam_head_channels <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).cam_head_weights)))
	&& ((((*result).cam_head_weights <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_int32_decode(state, (&(*result).cam_head_weight_zero_point)))
	&& ((((*result).cam_head_weight_zero_point >= INT8_MIN)
	&& ((*result).cam_head_weight_zero_point <= INT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_int32_decode(state, (&(*result).cam_head_feature_zero_point)))
	&& ((((*result).cam_head_feature_zero_point >= INT8_MIN)
	&& ((*result).cam_head_feature_zero_point <= INT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_hello(
		zcbor_state_t *state, struct hello *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (1))))
	&& ((zcbor_uint32_decode(state, (&(*result).hello_lowest)))
	&& ((((*result).hello_lowest <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).hello_highest)))
	&& ((((*result).hello_highest <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_get_contract(
		zcbor_state_t *state, struct get_contract *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (2))))
	&& ((zcbor_uint32_decode(state, (&(*result).get_contract_offset)))
	&& ((((*result).get_contract_offset <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

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

static bool decode_sample_stage(
		zcbor_state_t *state, struct sample_stage_r *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint_decode(state, &(*result).sample_stage_choice, sizeof((*result).sample_stage_choice)))) && ((((((*result).sample_stage_choice == sample_stage_stage_tensor_m_c) && ((1)))
	|| (((*result).sample_stage_choice == sample_stage_stage_frame_m_c) && ((1)))
	|| (((*result).sample_stage_choice == sample_stage_stage_network_m_c) && ((1)))) || (zcbor_error(state, ZCBOR_ERR_WRONG_VALUE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_upload(
		zcbor_state_t *state, struct upload *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (4))))
	&& ((decode_sample_stage(state, (&(*result).upload_stage))))
	&& ((zcbor_uint32_decode(state, (&(*result).upload_sample_crc)))
	&& ((((((*result).upload_sample_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).upload_sample_bytes)))
	&& ((((*result).upload_sample_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_bool_decode(state, (&(*result).upload_resume)))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_chunk(
		zcbor_state_t *state, struct chunk *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (5))))
	&& ((zcbor_uint32_decode(state, (&(*result).chunk_sample_crc)))
	&& ((((((*result).chunk_sample_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).chunk_offset)))
	&& ((((*result).chunk_offset <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_bstr_decode(state, (&(*result).chunk_data)))
	&& ((((*result).chunk_data.len >= 1)
	&& ((*result).chunk_data.len <= 1536)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_op_output(
		zcbor_state_t *state, struct op_output *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_list_start_decode(state) && ((((zcbor_uint32_decode(state, (&(*result).op_output_op)))
	&& ((((*result).op_output_op <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).op_output_output)))
	&& ((((*result).op_output_output <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_infer(
		zcbor_state_t *state, struct infer *result)
{
	zcbor_log("%s\r\n", __func__);
	bool int_res;

	bool res = (((((zcbor_uint32_expect(state, (6))))
	&& ((zcbor_uint32_decode(state, (&(*result).infer_sample_crc)))
	&& ((((((*result).infer_sample_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_bool_decode(state, (&(*result).infer_map_always))))
	&& ((zcbor_bool_decode(state, (&(*result).infer_trace))))
	&& ((zcbor_bool_decode(state, (&(*result).infer_reset_state))))
	&& ((zcbor_union_start_code(state) && (int_res = ((((zcbor_uint32_decode(state, (&(*result).infer_threshold_percent_m)))
	&& ((((((*result).infer_threshold_percent_m <= 100)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) && (((*result).infer_threshold_choice = infer_threshold_percent_m_c), true))
	|| (zcbor_union_elem_code(state) && (((zcbor_nil_expect(state, NULL))) && (((*result).infer_threshold_choice = infer_threshold_nil_c), true)))), zcbor_union_end_code(state), int_res)))
	&& ((zcbor_union_start_code(state) && (int_res = ((((decode_op_output(state, (&(*result).infer_capture_op_output_m)))) && (((*result).infer_capture_choice = infer_capture_op_output_m_c), true))
	|| (zcbor_union_elem_code(state) && (((zcbor_nil_expect(state, NULL))) && (((*result).infer_capture_choice = infer_capture_nil_c), true)))), zcbor_union_end_code(state), int_res))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_tensor_side(
		zcbor_state_t *state, struct tensor_side_r *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint_decode(state, &(*result).tensor_side_choice, sizeof((*result).tensor_side_choice)))) && ((((((*result).tensor_side_choice == tensor_side_side_input_m_c) && ((1)))
	|| (((*result).tensor_side_choice == tensor_side_side_output_m_c) && ((1)))) || (zcbor_error(state, ZCBOR_ERR_WRONG_VALUE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_read_tensor(
		zcbor_state_t *state, struct read_tensor *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (7))))
	&& ((decode_tensor_side(state, (&(*result).read_tensor_side))))
	&& ((zcbor_uint32_decode(state, (&(*result).read_tensor_index)))
	&& ((((*result).read_tensor_index <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).read_tensor_offset)))
	&& ((((*result).read_tensor_offset <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).read_tensor_length)))
	&& ((((*result).read_tensor_length <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

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

static bool decode_commit_baud(
		zcbor_state_t *state, struct commit_baud *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (12))))
	&& ((zcbor_uint32_decode(state, (&(*result).commit_baud_baud)))
	&& ((((*result).commit_baud_baud <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

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

static bool decode_get_frame(
		zcbor_state_t *state, struct get_frame *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (14))))
	&& ((zcbor_uint32_decode(state, (&(*result).get_frame_offset)))
	&& ((((*result).get_frame_offset <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).get_frame_length)))
	&& ((((*result).get_frame_length <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_load_network(
		zcbor_state_t *state, struct load_network *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (15))))
	&& ((zcbor_uint32_decode(state, (&(*result).load_network_sample_crc)))
	&& ((((((*result).load_network_sample_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

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
	|| (((*result).error_code_choice == error_code_error_no_such_sample_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_incomplete_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_sample_corrupt_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_busy_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_out_of_range_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_nothing_recorded_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_no_model_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_model_header_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_model_crc_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_model_format_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_model_unmapped_m_c) && ((1)))
	|| (((*result).error_code_choice == error_code_error_no_room_m_c) && ((1)))
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

static bool decode_network_source(
		zcbor_state_t *state, struct network_source_r *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint_decode(state, &(*result).network_source_choice, sizeof((*result).network_source_choice)))) && ((((((*result).network_source_choice == network_source_network_in_partition_m_c) && ((1)))
	|| (((*result).network_source_choice == network_source_network_linked_in_m_c) && ((1)))
	|| (((*result).network_source_choice == network_source_network_in_ram_m_c) && ((1)))) || (zcbor_error(state, ZCBOR_ERR_WRONG_VALUE), false))))));

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
	&& ((zcbor_bool_decode(state, (&(*result).capability_set_cycles))))
	&& ((zcbor_bool_decode(state, (&(*result).capability_set_camera_frames))))
	&& ((zcbor_bool_decode(state, (&(*result).capability_set_ram_network))))
	&& ((zcbor_bool_decode(state, (&(*result).capability_set_self_test))))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_frame_format(
		zcbor_state_t *state, struct frame_format_r *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint_decode(state, &(*result).frame_format_choice, sizeof((*result).frame_format_choice)))) && ((((((*result).frame_format_choice == frame_format_frame_gray8_m_c) && ((1)))
	|| (((*result).frame_format_choice == frame_format_frame_rgb565_m_c) && ((1)))) || (zcbor_error(state, ZCBOR_ERR_WRONG_VALUE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_frame_size(
		zcbor_state_t *state, struct frame_size *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_list_start_decode(state) && ((((zcbor_uint32_decode(state, (&(*result).frame_size_rows)))
	&& ((((*result).frame_size_rows <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).frame_size_columns)))
	&& ((((*result).frame_size_columns <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((decode_frame_format(state, (&(*result).frame_size_format))))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_repeated_extensions_uintuint(
		zcbor_state_t *state, struct extensions_uintuint *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = ((((zcbor_uint32_decode(state, (&(*result).identity_extensions_uintuint_key))))
	&& (zcbor_uint32_decode(state, (&(*result).extensions_uintuint)))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_identity(
		zcbor_state_t *state, struct identity *result)
{
	zcbor_log("%s\r\n", __func__);
	bool int_res;

	bool res = (((((zcbor_uint32_expect(state, (1))))
	&& ((zcbor_uint32_decode(state, (&(*result).identity_protocol)))
	&& ((((*result).identity_protocol <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).identity_boot_id)))
	&& ((((*result).identity_boot_id <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
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
	&& ((decode_network_source(state, (&(*result).identity_network_source))))
	&& ((zcbor_uint32_decode(state, (&(*result).identity_contract_crc)))
	&& ((((((*result).identity_contract_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).identity_contract_bytes)))
	&& ((((*result).identity_contract_bytes <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_tstr_decode(state, (&(*result).identity_engine)))
	&& ((((*result).identity_engine.len >= 1)
	&& ((*result).identity_engine.len <= 48)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_tstr_decode(state, (&(*result).identity_kernels)))
	&& ((((*result).identity_kernels.len >= 0)
	&& ((*result).identity_kernels.len <= 32)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
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
	&& ((zcbor_uint32_decode(state, (&(*result).identity_max_sample_bytes)))
	&& ((((*result).identity_max_sample_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).identity_baud)))
	&& ((((*result).identity_baud <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).identity_baud_fallback_ms)))
	&& ((((*result).identity_baud_fallback_ms <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).identity_idle_ms)))
	&& ((((*result).identity_idle_ms <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).identity_arena_bytes)))
	&& ((((*result).identity_arena_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_union_start_code(state) && (int_res = ((((decode_frame_size(state, (&(*result).identity_frame_frame_size_m)))) && (((*result).identity_frame_choice = identity_frame_frame_size_m_c), true))
	|| (zcbor_union_elem_code(state) && (((zcbor_nil_expect(state, NULL))) && (((*result).identity_frame_choice = identity_frame_nil_c), true)))), zcbor_union_end_code(state), int_res)))
	&& ((zcbor_map_start_decode(state) && ((zcbor_multi_decode(0, 8, &(*result).extensions_uintuint_count, (zcbor_decoder_t *)decode_repeated_extensions_uintuint, state, (*&(*result).extensions_uintuint), sizeof(struct extensions_uintuint))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_map_end_decode(state))))));

	if (false) {
		/* For testing that the types of the arguments are correct.
		 * A compiler error here means a bug in zcbor.
		 */
		decode_repeated_extensions_uintuint(state, (*&(*result).extensions_uintuint));
	}

	log_result(state, res, __func__);
	return res;
}

static bool decode_contract_page(
		zcbor_state_t *state, struct contract_page *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (2))))
	&& ((zcbor_uint32_decode(state, (&(*result).contract_page_total)))
	&& ((((*result).contract_page_total <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).contract_page_offset)))
	&& ((((*result).contract_page_offset <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_bstr_decode(state, (&(*result).contract_page_data)))
	&& ((((*result).contract_page_data.len >= 0)
	&& ((*result).contract_page_data.len <= 1536)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

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
	&& ((zcbor_uint32_decode(state, (&(*result).uploading_sample_crc)))
	&& ((((((*result).uploading_sample_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).uploading_first_missing)))
	&& ((((*result).uploading_first_missing <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).uploading_missing)))
	&& ((((*result).uploading_missing <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_chunk_ack(
		zcbor_state_t *state, struct chunk_ack *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (5))))
	&& ((zcbor_uint32_decode(state, (&(*result).chunk_ack_sample_crc)))
	&& ((((((*result).chunk_ack_sample_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).chunk_ack_offset)))
	&& ((((*result).chunk_ack_offset <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).chunk_ack_first_missing)))
	&& ((((*result).chunk_ack_first_missing <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).chunk_ack_missing)))
	&& ((((*result).chunk_ack_missing <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_accepted(
		zcbor_state_t *state, struct accepted *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (13))))
	&& ((zcbor_uint32_decode(state, (&(*result).accepted_sample_crc)))
	&& ((((((*result).accepted_sample_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_output_part(
		zcbor_state_t *state, struct output_part *result)
{
	zcbor_log("%s\r\n", __func__);
	bool int_res;

	bool res = (((zcbor_list_start_decode(state) && ((((zcbor_uint32_decode(state, (&(*result).output_part_crc)))
	&& ((((((*result).output_part_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).output_part_size)))
	&& ((((*result).output_part_size <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_union_start_code(state) && (int_res = ((((zcbor_bstr_decode(state, (&(*result).output_part_data_bstr0_256)))
	&& ((((*result).output_part_data_bstr0_256.len >= 0)
	&& ((*result).output_part_data_bstr0_256.len <= 256)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) && (((*result).output_part_data_choice = output_part_data_bstr0_256_c), true))
	|| (zcbor_union_elem_code(state) && (((zcbor_nil_expect(state, NULL))) && (((*result).output_part_data_choice = output_part_data_nil_c), true)))), zcbor_union_end_code(state), int_res)))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))));

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

static bool decode_head_answer(
		zcbor_state_t *state, struct head_answer *result)
{
	zcbor_log("%s\r\n", __func__);
	bool int_res;

	bool res = (((zcbor_list_start_decode(state) && ((((zcbor_uint32_decode(state, (&(*result).head_answer_threshold)))
	&& ((((((*result).head_answer_threshold <= 100)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_union_start_code(state) && (int_res = ((((decode_cell_centre(state, (&(*result).head_answer_location_cell_centre_m)))) && (((*result).head_answer_location_choice = head_answer_location_cell_centre_m_c), true))
	|| (zcbor_union_elem_code(state) && (((decode_no_location(state, (&(*result).head_answer_location_no_location_m)))) && (((*result).head_answer_location_choice = head_answer_location_no_location_m_c), true)))), zcbor_union_end_code(state), int_res)))
	&& ((zcbor_union_start_code(state) && (int_res = ((((decode_cam_grid(state, (&(*result).head_answer_cam_cam_grid_m)))) && (((*result).head_answer_cam_choice = head_answer_cam_cam_grid_m_c), true))
	|| (zcbor_union_elem_code(state) && (((zcbor_nil_expect(state, NULL))) && (((*result).head_answer_cam_choice = head_answer_cam_nil_c), true)))), zcbor_union_end_code(state), int_res)))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))));

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
	&& ((zcbor_uint32_decode(state, (&(*result).result_boot_id)))
	&& ((((*result).result_boot_id <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).result_sample_crc)))
	&& ((((((*result).result_sample_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_list_start_decode(state) && ((zcbor_multi_decode(1, 16, &(*result).result_outputs_output_part_m_count, (zcbor_decoder_t *)decode_output_part, state, (*&(*result).result_outputs_output_part_m), sizeof(struct output_part))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state)))
	&& ((zcbor_union_start_code(state) && (int_res = ((((decode_head_answer(state, (&(*result).result_head_head_answer_m)))) && (((*result).result_head_choice = result_head_head_answer_m_c), true))
	|| (zcbor_union_elem_code(state) && (((zcbor_nil_expect(state, NULL))) && (((*result).result_head_choice = result_head_nil_c), true)))), zcbor_union_end_code(state), int_res)))
	&& ((decode_stage_times(state, (&(*result).result_times))))
	&& ((zcbor_union_start_code(state) && (int_res = ((((zcbor_uint64_decode(state, (&(*result).result_invoke_cycles_uint)))) && (((*result).result_invoke_cycles_choice = result_invoke_cycles_uint_c), true))
	|| (zcbor_union_elem_code(state) && (((zcbor_nil_expect(state, NULL))) && (((*result).result_invoke_cycles_choice = result_invoke_cycles_nil_c), true)))), zcbor_union_end_code(state), int_res)))
	&& ((zcbor_uint64_decode(state, (&(*result).result_finished_us))))
	&& ((zcbor_uint32_decode(state, (&(*result).result_inference)))
	&& ((((*result).result_inference <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

	if (false) {
		/* For testing that the types of the arguments are correct.
		 * A compiler error here means a bug in zcbor.
		 */
		decode_output_part(state, (*&(*result).result_outputs_output_part_m));
	}

	log_result(state, res, __func__);
	return res;
}

static bool decode_tensor_data(
		zcbor_state_t *state, struct tensor_data *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (7))))
	&& ((zcbor_uint32_decode(state, (&(*result).tensor_data_sample_crc)))
	&& ((((((*result).tensor_data_sample_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((decode_tensor_side(state, (&(*result).tensor_data_side))))
	&& ((zcbor_uint32_decode(state, (&(*result).tensor_data_index)))
	&& ((((*result).tensor_data_index <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).tensor_data_total)))
	&& ((((*result).tensor_data_total <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).tensor_data_offset)))
	&& ((((*result).tensor_data_offset <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_bstr_decode(state, (&(*result).tensor_data_data)))
	&& ((((*result).tensor_data_data.len >= 0)
	&& ((*result).tensor_data_data.len <= 1536)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_op_data(
		zcbor_state_t *state, struct op_data *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (17))))
	&& ((zcbor_uint32_decode(state, (&(*result).op_data_sample_crc)))
	&& ((((((*result).op_data_sample_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((decode_op_output(state, (&(*result).op_data_at))))
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

	bool res = (((zcbor_list_start_decode(state) && ((((zcbor_uint32_decode(state, (&(*result).trace_entry_op)))
	&& ((((*result).trace_entry_op <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).trace_entry_output)))
	&& ((((*result).trace_entry_output <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).trace_entry_crc)))
	&& ((((((*result).trace_entry_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).trace_entry_size)))
	&& ((((*result).trace_entry_size <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
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
	&& ((zcbor_uint32_decode(state, (&(*result).trace_page_sample_crc)))
	&& ((((((*result).trace_page_sample_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).trace_page_total)))
	&& ((((*result).trace_page_total <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).trace_page_first)))
	&& ((((*result).trace_page_first <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_list_start_decode(state) && ((zcbor_multi_decode(0, 40, &(*result).trace_page_entries_trace_entry_m_count, (zcbor_decoder_t *)decode_trace_entry, state, (*&(*result).trace_page_entries_trace_entry_m), sizeof(struct trace_entry))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))))));

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
	&& ((zcbor_union_start_code(state) && (int_res = ((((zcbor_uint32_decode(state, (&(*result).memory_report_buffer_bytes_uint)))
	&& ((((*result).memory_report_buffer_bytes_uint <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) && (((*result).memory_report_buffer_bytes_choice = memory_report_buffer_bytes_uint_c), true))
	|| (zcbor_union_elem_code(state) && (((zcbor_nil_expect(state, NULL))) && (((*result).memory_report_buffer_bytes_choice = memory_report_buffer_bytes_nil_c), true)))), zcbor_union_end_code(state), int_res)))
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
	&& ((((*result).baud_ack_baud <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_baud_committed(
		zcbor_state_t *state, struct baud_committed *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (12))))
	&& ((zcbor_uint32_decode(state, (&(*result).baud_committed_baud)))
	&& ((((*result).baud_committed_baud <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

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

static bool decode_frame_data(
		zcbor_state_t *state, struct frame_data *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (14))))
	&& ((zcbor_uint32_decode(state, (&(*result).frame_data_sample_crc)))
	&& ((((((*result).frame_data_sample_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint64_decode(state, (&(*result).frame_data_taken_us))))
	&& ((decode_frame_size(state, (&(*result).frame_data_frame))))
	&& ((zcbor_uint32_decode(state, (&(*result).frame_data_total)))
	&& ((((*result).frame_data_total <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).frame_data_offset)))
	&& ((((*result).frame_data_offset <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_bstr_decode(state, (&(*result).frame_data_data)))
	&& ((((*result).frame_data_data.len >= 0)
	&& ((*result).frame_data_data.len <= 1536)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_network_loaded(
		zcbor_state_t *state, struct network_loaded *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (15))))
	&& ((zcbor_bstr_decode(state, (&(*result).network_loaded_model_sha256)))
	&& ((((*result).network_loaded_model_sha256.len == 32)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_self_tested(
		zcbor_state_t *state, struct self_tested *result)
{
	zcbor_log("%s\r\n", __func__);
	bool int_res;

	bool res = (((((zcbor_uint32_expect(state, (16))))
	&& ((zcbor_union_start_code(state) && (int_res = ((((zcbor_uint32_decode(state, (&(*result).self_tested_failed_uint)))
	&& ((((*result).self_tested_failed_uint <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) && (((*result).self_tested_failed_choice = self_tested_failed_uint_c), true))
	|| (zcbor_union_elem_code(state) && (((zcbor_nil_expect(state, NULL))) && (((*result).self_tested_failed_choice = self_tested_failed_nil_c), true)))), zcbor_union_end_code(state), int_res)))
	&& ((zcbor_uint32_decode(state, (&(*result).self_tested_entries)))
	&& ((((*result).self_tested_entries <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_link_notice(
		zcbor_state_t *state, struct link_notice *result)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_expect(state, (18))))
	&& ((zcbor_uint32_decode(state, (&(*result).link_notice_bad_frames)))
	&& ((((*result).link_notice_bad_frames <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).link_notice_lost_bytes)))
	&& ((((*result).link_notice_lost_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).link_notice_overruns)))
	&& ((((*result).link_notice_overruns <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))))));

	log_result(state, res, __func__);
	return res;
}

static bool decode_network_header(
		zcbor_state_t *state, struct network_header *result)
{
	zcbor_log("%s\r\n", __func__);
	struct zcbor_string tmp_str;
	bool int_res;

	bool res = (((zcbor_list_start_decode(state) && ((((zcbor_tstr_expect(state, ((tmp_str.value = (uint8_t *)"camhil-network", tmp_str.len = sizeof("camhil-network") - 1, &tmp_str)))))
	&& ((zcbor_uint32_expect(state, (2))))
	&& ((zcbor_uint32_decode(state, (&(*result).network_header_model_bytes)))
	&& ((((*result).network_header_model_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).network_header_model_crc)))
	&& ((((((*result).network_header_model_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_bstr_decode(state, (&(*result).network_header_model_sha256)))
	&& ((((*result).network_header_model_sha256.len == 32)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).network_header_ops)))
	&& ((((*result).network_header_ops <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_uint32_decode(state, (&(*result).network_header_op_outputs)))
	&& ((((*result).network_header_op_outputs <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false)))
	&& ((zcbor_bool_decode(state, (&(*result).network_header_stateful))))
	&& ((zcbor_list_start_decode(state) && ((zcbor_multi_decode(1, 8, &(*result).network_header_inputs_tensor_m_count, (zcbor_decoder_t *)decode_tensor, state, (*&(*result).network_header_inputs_tensor_m), sizeof(struct tensor))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state)))
	&& ((zcbor_list_start_decode(state) && ((zcbor_multi_decode(1, 16, &(*result).network_header_outputs_tensor_m_count, (zcbor_decoder_t *)decode_tensor, state, (*&(*result).network_header_outputs_tensor_m), sizeof(struct tensor))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state)))
	&& ((zcbor_union_start_code(state) && (int_res = ((((decode_image_input(state, (&(*result).network_header_image_image_input_m)))) && (((*result).network_header_image_choice = network_header_image_image_input_m_c), true))
	|| (zcbor_union_elem_code(state) && (((zcbor_nil_expect(state, NULL))) && (((*result).network_header_image_choice = network_header_image_nil_c), true)))), zcbor_union_end_code(state), int_res)))
	&& ((zcbor_union_start_code(state) && (int_res = ((((decode_cam_head(state, (&(*result).network_header_head_cam_head_m)))) && (((*result).network_header_head_choice = network_header_head_cam_head_m_c), true))
	|| (zcbor_union_elem_code(state) && (((zcbor_nil_expect(state, NULL))) && (((*result).network_header_head_choice = network_header_head_nil_c), true)))), zcbor_union_end_code(state), int_res)))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))));

	if (false) {
		/* For testing that the types of the arguments are correct.
		 * A compiler error here means a bug in zcbor.
		 */
		decode_tensor(state, (*&(*result).network_header_inputs_tensor_m));
		decode_tensor(state, (*&(*result).network_header_outputs_tensor_m));
	}

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
	|| (zcbor_union_elem_code(state) && (((decode_contract_page(state, (&(*result).reply_union_contract_page_m)))) && (((*result).reply_union_choice = reply_union_contract_page_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_echoed(state, (&(*result).reply_union_echoed_m)))) && (((*result).reply_union_choice = reply_union_echoed_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_uploading(state, (&(*result).reply_union_uploading_m)))) && (((*result).reply_union_choice = reply_union_uploading_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_chunk_ack(state, (&(*result).reply_union_chunk_ack_m)))) && (((*result).reply_union_choice = reply_union_chunk_ack_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_accepted(state, (&(*result).reply_union_accepted_m)))) && (((*result).reply_union_choice = reply_union_accepted_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_result(state, (&(*result).reply_union_result_m)))) && (((*result).reply_union_choice = reply_union_result_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_tensor_data(state, (&(*result).reply_union_tensor_data_m)))) && (((*result).reply_union_choice = reply_union_tensor_data_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_op_data(state, (&(*result).reply_union_op_data_m)))) && (((*result).reply_union_choice = reply_union_op_data_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_trace_page(state, (&(*result).reply_union_trace_page_m)))) && (((*result).reply_union_choice = reply_union_trace_page_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_memory_report(state, (&(*result).reply_union_memory_report_m)))) && (((*result).reply_union_choice = reply_union_memory_report_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_baud_ack(state, (&(*result).reply_union_baud_ack_m)))) && (((*result).reply_union_choice = reply_union_baud_ack_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_baud_committed(state, (&(*result).reply_union_baud_committed_m)))) && (((*result).reply_union_choice = reply_union_baud_committed_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_reboot_ack(state, (&(*result).reply_union_reboot_ack_m)))) && (((*result).reply_union_choice = reply_union_reboot_ack_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_frame_data(state, (&(*result).reply_union_frame_data_m)))) && (((*result).reply_union_choice = reply_union_frame_data_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_network_loaded(state, (&(*result).reply_union_network_loaded_m)))) && (((*result).reply_union_choice = reply_union_network_loaded_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_self_tested(state, (&(*result).reply_union_self_tested_m)))) && (((*result).reply_union_choice = reply_union_self_tested_m_c), true)))
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
	|| (zcbor_union_elem_code(state) && (((decode_get_contract(state, (&(*result).request_union_get_contract_m)))) && (((*result).request_union_choice = request_union_get_contract_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_echo(state, (&(*result).request_union_echo_m)))) && (((*result).request_union_choice = request_union_echo_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_upload(state, (&(*result).request_union_upload_m)))) && (((*result).request_union_choice = request_union_upload_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_chunk(state, (&(*result).request_union_chunk_m)))) && (((*result).request_union_choice = request_union_chunk_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_infer(state, (&(*result).request_union_infer_m)))) && (((*result).request_union_choice = request_union_infer_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_read_tensor(state, (&(*result).request_union_read_tensor_m)))) && (((*result).request_union_choice = request_union_read_tensor_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_get_trace(state, (&(*result).request_union_get_trace_m)))) && (((*result).request_union_choice = request_union_get_trace_m_c), true)))
	|| (((zcbor_uint32_expect_union(state, (9)))) && (((*result).request_union_choice = request_union_get_memory_m_c), true))
	|| (((decode_set_baud(state, (&(*result).request_union_set_baud_m)))) && (((*result).request_union_choice = request_union_set_baud_m_c), true))
	|| (zcbor_union_elem_code(state) && (((decode_commit_baud(state, (&(*result).request_union_commit_baud_m)))) && (((*result).request_union_choice = request_union_commit_baud_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_reboot(state, (&(*result).request_union_reboot_m)))) && (((*result).request_union_choice = request_union_reboot_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_get_frame(state, (&(*result).request_union_get_frame_m)))) && (((*result).request_union_choice = request_union_get_frame_m_c), true)))
	|| (zcbor_union_elem_code(state) && (((decode_load_network(state, (&(*result).request_union_load_network_m)))) && (((*result).request_union_choice = request_union_load_network_m_c), true)))
	|| (((zcbor_uint32_expect_union(state, (16)))) && (((*result).request_union_choice = request_union_self_test_m_c), true))), zcbor_union_end_code(state), int_res)))) || (zcbor_list_map_end_force_decode(state), false)) && zcbor_list_end_decode(state))));

	log_result(state, res, __func__);
	return res;
}



int cbor_decode_request(
		const uint8_t *payload, size_t payload_len,
		struct request *result,
		size_t *payload_len_out)
{
	zcbor_state_t states[6];

	return zcbor_entry_function(payload, payload_len, (void *)result, payload_len_out, states,
		(zcbor_decoder_t *)decode_request, sizeof(states) / sizeof(zcbor_state_t), 1);
}


int cbor_decode_reply(
		const uint8_t *payload, size_t payload_len,
		struct reply *result,
		size_t *payload_len_out)
{
	zcbor_state_t states[8];

	return zcbor_entry_function(payload, payload_len, (void *)result, payload_len_out, states,
		(zcbor_decoder_t *)decode_reply, sizeof(states) / sizeof(zcbor_state_t), 1);
}


int cbor_decode_network_header(
		const uint8_t *payload, size_t payload_len,
		struct network_header *result,
		size_t *payload_len_out)
{
	zcbor_state_t states[6];

	return zcbor_entry_function(payload, payload_len, (void *)result, payload_len_out, states,
		(zcbor_decoder_t *)decode_network_header, sizeof(states) / sizeof(zcbor_state_t), 1);
}
