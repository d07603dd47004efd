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

static bool encode_repeated_tensor_shape_uint(zcbor_state_t *state, const uint32_t *input);
static bool encode_tensor(zcbor_state_t *state, const struct tensor *input);
static bool encode_repeated_image_input_tables_bstr256(zcbor_state_t *state, const struct zcbor_string *input);
static bool encode_image_input(zcbor_state_t *state, const struct image_input *input);
static bool encode_cam_head(zcbor_state_t *state, const struct cam_head *input);
static bool encode_hello(zcbor_state_t *state, const struct hello *input);
static bool encode_get_contract(zcbor_state_t *state, const struct get_contract *input);
static bool encode_echo(zcbor_state_t *state, const struct echo *input);
static bool encode_sample_stage(zcbor_state_t *state, const struct sample_stage_r *input);
static bool encode_upload(zcbor_state_t *state, const struct upload *input);
static bool encode_chunk(zcbor_state_t *state, const struct chunk *input);
static bool encode_op_output(zcbor_state_t *state, const struct op_output *input);
static bool encode_infer(zcbor_state_t *state, const struct infer *input);
static bool encode_tensor_side(zcbor_state_t *state, const struct tensor_side_r *input);
static bool encode_read_tensor(zcbor_state_t *state, const struct read_tensor *input);
static bool encode_get_trace(zcbor_state_t *state, const struct get_trace *input);
static bool encode_set_baud(zcbor_state_t *state, const struct set_baud *input);
static bool encode_commit_baud(zcbor_state_t *state, const struct commit_baud *input);
static bool encode_reboot_target(zcbor_state_t *state, const struct reboot_target_r *input);
static bool encode_reboot(zcbor_state_t *state, const struct reboot *input);
static bool encode_get_frame(zcbor_state_t *state, const struct get_frame *input);
static bool encode_load_network(zcbor_state_t *state, const struct load_network *input);
static bool encode_error_code(zcbor_state_t *state, const struct error_code_r *input);
static bool encode_error_reply(zcbor_state_t *state, const struct error_reply *input);
static bool encode_network_source(zcbor_state_t *state, const struct network_source_r *input);
static bool encode_image_source(zcbor_state_t *state, const struct image_source_r *input);
static bool encode_capability_set(zcbor_state_t *state, const struct capability_set *input);
static bool encode_frame_format(zcbor_state_t *state, const struct frame_format_r *input);
static bool encode_frame_size(zcbor_state_t *state, const struct frame_size *input);
static bool encode_repeated_extensions_uintuint(zcbor_state_t *state, const struct extensions_uintuint *input);
static bool encode_identity(zcbor_state_t *state, const struct identity *input);
static bool encode_contract_page(zcbor_state_t *state, const struct contract_page *input);
static bool encode_echoed(zcbor_state_t *state, const struct echoed *input);
static bool encode_uploading(zcbor_state_t *state, const struct uploading *input);
static bool encode_chunk_ack(zcbor_state_t *state, const struct chunk_ack *input);
static bool encode_accepted(zcbor_state_t *state, const struct accepted *input);
static bool encode_output_part(zcbor_state_t *state, const struct output_part *input);
static bool encode_cell_centre(zcbor_state_t *state, const struct cell_centre *input);
static bool encode_no_location(zcbor_state_t *state, const struct no_location_r *input);
static bool encode_cam_grid(zcbor_state_t *state, const struct cam_grid *input);
static bool encode_head_answer(zcbor_state_t *state, const struct head_answer *input);
static bool encode_stage_times(zcbor_state_t *state, const struct stage_times *input);
static bool encode_result(zcbor_state_t *state, const struct result *input);
static bool encode_tensor_data(zcbor_state_t *state, const struct tensor_data *input);
static bool encode_op_data(zcbor_state_t *state, const struct op_data *input);
static bool encode_trace_entry(zcbor_state_t *state, const struct trace_entry *input);
static bool encode_trace_page(zcbor_state_t *state, const struct trace_page *input);
static bool encode_heap_state(zcbor_state_t *state, const struct heap_state *input);
static bool encode_stack_state(zcbor_state_t *state, const struct stack_state *input);
static bool encode_memory_report(zcbor_state_t *state, const struct memory_report *input);
static bool encode_baud_ack(zcbor_state_t *state, const struct baud_ack *input);
static bool encode_baud_committed(zcbor_state_t *state, const struct baud_committed *input);
static bool encode_reboot_ack(zcbor_state_t *state, const struct reboot_ack *input);
static bool encode_frame_data(zcbor_state_t *state, const struct frame_data *input);
static bool encode_network_loaded(zcbor_state_t *state, const struct network_loaded *input);
static bool encode_self_tested(zcbor_state_t *state, const struct self_tested *input);
static bool encode_link_notice(zcbor_state_t *state, const struct link_notice *input);
static bool encode_network_header(zcbor_state_t *state, const struct network_header *input);
static bool encode_reply(zcbor_state_t *state, const struct reply *input);
static bool encode_request(zcbor_state_t *state, const struct request *input);


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

	bool res = (((zcbor_list_start_encode(state, 6) && (((((((*input).tensor_name.len >= 0)
	&& ((*input).tensor_name.len <= 48)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_tstr_encode(state, (&(*input).tensor_name))))
	&& (((((*input).tensor_type <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).tensor_type))))
	&& ((zcbor_list_start_encode(state, 6) && ((zcbor_multi_encode_minmax(0, 6, &(*input).tensor_shape_uint_count, (zcbor_encoder_t *)encode_repeated_tensor_shape_uint, state, (*&(*input).tensor_shape_uint), sizeof(uint32_t))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 6)))
	&& ((zcbor_float32_encode(state, (&(*input).tensor_scale))))
	&& (((((*input).tensor_zero_point >= INT32_MIN)
	&& ((*input).tensor_zero_point <= INT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_int32_encode(state, (&(*input).tensor_zero_point))))
	&& (((((*input).tensor_size <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).tensor_size))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 6))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_repeated_image_input_tables_bstr256(
		zcbor_state_t *state, const struct zcbor_string *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = ((((((*input).len == 256)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_bstr_encode(state, (&(*input))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_image_input(
		zcbor_state_t *state, const struct image_input *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_list_start_encode(state, 3) && (((((((*input).image_input_rows <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).image_input_rows))))
	&& (((((*input).image_input_columns <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).image_input_columns))))
	&& ((zcbor_list_start_encode(state, 4) && ((zcbor_multi_encode_minmax(1, 4, &(*input).image_input_tables_bstr256_count, (zcbor_encoder_t *)encode_repeated_image_input_tables_bstr256, state, (*&(*input).image_input_tables_bstr256), sizeof(struct zcbor_string))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 4)))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 3))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_cam_head(
		zcbor_state_t *state, const struct cam_head *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_list_start_encode(state, 11) && (((((((*input).cam_head_score_output <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).cam_head_score_output))))
	&& (((((*input).cam_head_features_output <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).cam_head_features_output))))
	&& (((((*input).cam_head_classes <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).cam_head_classes))))
	&& (((((*input).cam_head_positive_class <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).cam_head_positive_class))))
	&& (((((((*input).cam_head_threshold <= 100)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).cam_head_threshold))))
	&& (((((*input).cam_head_rows <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).cam_head_rows))))
	&& (((((*input).cam_head_columns <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).cam_head_columns))))
	&& (((((*input).cam_head_channels <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).cam_head_channels))))
	&& (((((*input).cam_head_weights <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).cam_head_weights))))
	&& (((((*input).cam_head_weight_zero_point >= INT8_MIN)
	&& ((*input).cam_head_weight_zero_point <= INT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_int32_encode(state, (&(*input).cam_head_weight_zero_point))))
	&& (((((*input).cam_head_feature_zero_point >= INT8_MIN)
	&& ((*input).cam_head_feature_zero_point <= INT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_int32_encode(state, (&(*input).cam_head_feature_zero_point))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 11))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_hello(
		zcbor_state_t *state, const struct hello *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (1))))
	&& (((((*input).hello_lowest <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).hello_lowest))))
	&& (((((*input).hello_highest <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).hello_highest)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_get_contract(
		zcbor_state_t *state, const struct get_contract *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (2))))
	&& (((((*input).get_contract_offset <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).get_contract_offset)))))));

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

static bool encode_sample_stage(
		zcbor_state_t *state, const struct sample_stage_r *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((*input).sample_stage_choice == sample_stage_stage_tensor_m_c) ? ((zcbor_uint32_put(state, (0))))
	: (((*input).sample_stage_choice == sample_stage_stage_frame_m_c) ? ((zcbor_uint32_put(state, (1))))
	: (((*input).sample_stage_choice == sample_stage_stage_network_m_c) ? ((zcbor_uint32_put(state, (2))))
	: false)))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_upload(
		zcbor_state_t *state, const struct upload *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (4))))
	&& ((encode_sample_stage(state, (&(*input).upload_stage))))
	&& (((((((*input).upload_sample_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).upload_sample_crc))))
	&& (((((*input).upload_sample_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).upload_sample_bytes))))
	&& ((zcbor_bool_encode(state, (&(*input).upload_resume)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_chunk(
		zcbor_state_t *state, const struct chunk *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (5))))
	&& (((((((*input).chunk_sample_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).chunk_sample_crc))))
	&& (((((*input).chunk_offset <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).chunk_offset))))
	&& (((((*input).chunk_data.len >= 1)
	&& ((*input).chunk_data.len <= 1536)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_bstr_encode(state, (&(*input).chunk_data)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_op_output(
		zcbor_state_t *state, const struct op_output *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_list_start_encode(state, 2) && (((((((*input).op_output_op <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).op_output_op))))
	&& (((((*input).op_output_output <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).op_output_output))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 2))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_infer(
		zcbor_state_t *state, const struct infer *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (6))))
	&& (((((((*input).infer_sample_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).infer_sample_crc))))
	&& ((zcbor_bool_encode(state, (&(*input).infer_map_always))))
	&& ((zcbor_bool_encode(state, (&(*input).infer_trace))))
	&& ((zcbor_bool_encode(state, (&(*input).infer_reset_state))))
	&& ((((*input).infer_threshold_choice == infer_threshold_percent_m_c) ? (((((((*input).infer_threshold_percent_m <= 100)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).infer_threshold_percent_m))))
	: (((*input).infer_threshold_choice == infer_threshold_nil_c) ? ((zcbor_nil_put(state, NULL)))
	: false)))
	&& ((((*input).infer_capture_choice == infer_capture_op_output_m_c) ? ((encode_op_output(state, (&(*input).infer_capture_op_output_m))))
	: (((*input).infer_capture_choice == infer_capture_nil_c) ? ((zcbor_nil_put(state, NULL)))
	: false))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_tensor_side(
		zcbor_state_t *state, const struct tensor_side_r *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((*input).tensor_side_choice == tensor_side_side_input_m_c) ? ((zcbor_uint32_put(state, (0))))
	: (((*input).tensor_side_choice == tensor_side_side_output_m_c) ? ((zcbor_uint32_put(state, (1))))
	: false))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_read_tensor(
		zcbor_state_t *state, const struct read_tensor *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (7))))
	&& ((encode_tensor_side(state, (&(*input).read_tensor_side))))
	&& (((((*input).read_tensor_index <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).read_tensor_index))))
	&& (((((*input).read_tensor_offset <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).read_tensor_offset))))
	&& (((((*input).read_tensor_length <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).read_tensor_length)))))));

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

static bool encode_commit_baud(
		zcbor_state_t *state, const struct commit_baud *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (12))))
	&& (((((*input).commit_baud_baud <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).commit_baud_baud)))))));

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

static bool encode_get_frame(
		zcbor_state_t *state, const struct get_frame *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (14))))
	&& (((((*input).get_frame_offset <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).get_frame_offset))))
	&& (((((*input).get_frame_length <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).get_frame_length)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_load_network(
		zcbor_state_t *state, const struct load_network *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (15))))
	&& (((((((*input).load_network_sample_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).load_network_sample_crc)))))));

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
	: (((*input).error_code_choice == error_code_error_no_such_sample_m_c) ? ((zcbor_uint32_put(state, (5))))
	: (((*input).error_code_choice == error_code_error_incomplete_m_c) ? ((zcbor_uint32_put(state, (6))))
	: (((*input).error_code_choice == error_code_error_sample_corrupt_m_c) ? ((zcbor_uint32_put(state, (7))))
	: (((*input).error_code_choice == error_code_error_busy_m_c) ? ((zcbor_uint32_put(state, (8))))
	: (((*input).error_code_choice == error_code_error_out_of_range_m_c) ? ((zcbor_uint32_put(state, (9))))
	: (((*input).error_code_choice == error_code_error_nothing_recorded_m_c) ? ((zcbor_uint32_put(state, (10))))
	: (((*input).error_code_choice == error_code_error_no_model_m_c) ? ((zcbor_uint32_put(state, (20))))
	: (((*input).error_code_choice == error_code_error_model_header_m_c) ? ((zcbor_uint32_put(state, (21))))
	: (((*input).error_code_choice == error_code_error_model_crc_m_c) ? ((zcbor_uint32_put(state, (22))))
	: (((*input).error_code_choice == error_code_error_model_format_m_c) ? ((zcbor_uint32_put(state, (23))))
	: (((*input).error_code_choice == error_code_error_model_unmapped_m_c) ? ((zcbor_uint32_put(state, (24))))
	: (((*input).error_code_choice == error_code_error_no_room_m_c) ? ((zcbor_uint32_put(state, (25))))
	: (((*input).error_code_choice == error_code_error_model_op_m_c) ? ((zcbor_uint32_put(state, (28))))
	: (((*input).error_code_choice == error_code_error_arena_too_small_m_c) ? ((zcbor_uint32_put(state, (29))))
	: (((*input).error_code_choice == error_code_error_engine_m_c) ? ((zcbor_uint32_put(state, (40))))
	: (((*input).error_code_choice == error_code_error_camera_m_c) ? ((zcbor_uint32_put(state, (41))))
	: false)))))))))))))))))))))));

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

static bool encode_network_source(
		zcbor_state_t *state, const struct network_source_r *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((*input).network_source_choice == network_source_network_in_partition_m_c) ? ((zcbor_uint32_put(state, (0))))
	: (((*input).network_source_choice == network_source_network_linked_in_m_c) ? ((zcbor_uint32_put(state, (1))))
	: (((*input).network_source_choice == network_source_network_in_ram_m_c) ? ((zcbor_uint32_put(state, (2))))
	: false)))));

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

	bool res = (((zcbor_list_start_encode(state, 11) && ((((zcbor_bool_encode(state, (&(*input).capability_set_injection))))
	&& ((zcbor_bool_encode(state, (&(*input).capability_set_camera))))
	&& ((zcbor_bool_encode(state, (&(*input).capability_set_frame_stage))))
	&& ((zcbor_bool_encode(state, (&(*input).capability_set_trace))))
	&& ((zcbor_bool_encode(state, (&(*input).capability_set_capture))))
	&& ((zcbor_bool_encode(state, (&(*input).capability_set_baud))))
	&& ((zcbor_bool_encode(state, (&(*input).capability_set_op_times))))
	&& ((zcbor_bool_encode(state, (&(*input).capability_set_cycles))))
	&& ((zcbor_bool_encode(state, (&(*input).capability_set_camera_frames))))
	&& ((zcbor_bool_encode(state, (&(*input).capability_set_ram_network))))
	&& ((zcbor_bool_encode(state, (&(*input).capability_set_self_test))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 11))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_frame_format(
		zcbor_state_t *state, const struct frame_format_r *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((*input).frame_format_choice == frame_format_frame_gray8_m_c) ? ((zcbor_uint32_put(state, (0))))
	: (((*input).frame_format_choice == frame_format_frame_rgb565_m_c) ? ((zcbor_uint32_put(state, (1))))
	: false))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_frame_size(
		zcbor_state_t *state, const struct frame_size *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_list_start_encode(state, 3) && (((((((*input).frame_size_rows <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).frame_size_rows))))
	&& (((((*input).frame_size_columns <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).frame_size_columns))))
	&& ((encode_frame_format(state, (&(*input).frame_size_format))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 3))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_repeated_extensions_uintuint(
		zcbor_state_t *state, const struct extensions_uintuint *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = ((((zcbor_uint32_encode(state, (&(*input).identity_extensions_uintuint_key))))
	&& (zcbor_uint32_encode(state, (&(*input).extensions_uintuint)))));

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
	&& (((((*input).identity_boot_id <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).identity_boot_id))))
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
	&& ((encode_network_source(state, (&(*input).identity_network_source))))
	&& (((((((*input).identity_contract_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).identity_contract_crc))))
	&& (((((*input).identity_contract_bytes <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).identity_contract_bytes))))
	&& (((((*input).identity_engine.len >= 1)
	&& ((*input).identity_engine.len <= 48)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_tstr_encode(state, (&(*input).identity_engine))))
	&& (((((*input).identity_kernels.len >= 0)
	&& ((*input).identity_kernels.len <= 32)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_tstr_encode(state, (&(*input).identity_kernels))))
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
	&& (((((*input).identity_max_sample_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).identity_max_sample_bytes))))
	&& (((((*input).identity_baud <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).identity_baud))))
	&& (((((*input).identity_baud_fallback_ms <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).identity_baud_fallback_ms))))
	&& (((((*input).identity_idle_ms <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).identity_idle_ms))))
	&& (((((*input).identity_arena_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).identity_arena_bytes))))
	&& ((((*input).identity_frame_choice == identity_frame_frame_size_m_c) ? ((encode_frame_size(state, (&(*input).identity_frame_frame_size_m))))
	: (((*input).identity_frame_choice == identity_frame_nil_c) ? ((zcbor_nil_put(state, NULL)))
	: false)))
	&& ((zcbor_map_start_encode(state, 8) && ((zcbor_multi_encode_minmax(0, 8, &(*input).extensions_uintuint_count, (zcbor_encoder_t *)encode_repeated_extensions_uintuint, state, (*&(*input).extensions_uintuint), sizeof(struct extensions_uintuint))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_map_end_encode(state, 8))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_contract_page(
		zcbor_state_t *state, const struct contract_page *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (2))))
	&& (((((*input).contract_page_total <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).contract_page_total))))
	&& (((((*input).contract_page_offset <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).contract_page_offset))))
	&& (((((*input).contract_page_data.len >= 0)
	&& ((*input).contract_page_data.len <= 1536)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_bstr_encode(state, (&(*input).contract_page_data)))))));

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
	&& (((((((*input).uploading_sample_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).uploading_sample_crc))))
	&& (((((*input).uploading_first_missing <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).uploading_first_missing))))
	&& (((((*input).uploading_missing <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).uploading_missing)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_chunk_ack(
		zcbor_state_t *state, const struct chunk_ack *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (5))))
	&& (((((((*input).chunk_ack_sample_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).chunk_ack_sample_crc))))
	&& (((((*input).chunk_ack_offset <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).chunk_ack_offset))))
	&& (((((*input).chunk_ack_first_missing <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).chunk_ack_first_missing))))
	&& (((((*input).chunk_ack_missing <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).chunk_ack_missing)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_accepted(
		zcbor_state_t *state, const struct accepted *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (13))))
	&& (((((((*input).accepted_sample_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).accepted_sample_crc)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_output_part(
		zcbor_state_t *state, const struct output_part *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_list_start_encode(state, 3) && (((((((((*input).output_part_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).output_part_crc))))
	&& (((((*input).output_part_size <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).output_part_size))))
	&& ((((*input).output_part_data_choice == output_part_data_bstr0_256_c) ? (((((*input).output_part_data_bstr0_256.len >= 0)
	&& ((*input).output_part_data_bstr0_256.len <= 256)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_bstr_encode(state, (&(*input).output_part_data_bstr0_256))))
	: (((*input).output_part_data_choice == output_part_data_nil_c) ? ((zcbor_nil_put(state, NULL)))
	: false)))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 3))));

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

static bool encode_head_answer(
		zcbor_state_t *state, const struct head_answer *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_list_start_encode(state, 3) && (((((((((*input).head_answer_threshold <= 100)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).head_answer_threshold))))
	&& ((((*input).head_answer_location_choice == head_answer_location_cell_centre_m_c) ? ((encode_cell_centre(state, (&(*input).head_answer_location_cell_centre_m))))
	: (((*input).head_answer_location_choice == head_answer_location_no_location_m_c) ? ((encode_no_location(state, (&(*input).head_answer_location_no_location_m))))
	: false)))
	&& ((((*input).head_answer_cam_choice == head_answer_cam_cam_grid_m_c) ? ((encode_cam_grid(state, (&(*input).head_answer_cam_cam_grid_m))))
	: (((*input).head_answer_cam_choice == head_answer_cam_nil_c) ? ((zcbor_nil_put(state, NULL)))
	: false)))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 3))));

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
	&& (((((*input).result_boot_id <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).result_boot_id))))
	&& (((((((*input).result_sample_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).result_sample_crc))))
	&& ((zcbor_list_start_encode(state, 16) && ((zcbor_multi_encode_minmax(1, 16, &(*input).result_outputs_output_part_m_count, (zcbor_encoder_t *)encode_output_part, state, (*&(*input).result_outputs_output_part_m), sizeof(struct output_part))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 16)))
	&& ((((*input).result_head_choice == result_head_head_answer_m_c) ? ((encode_head_answer(state, (&(*input).result_head_head_answer_m))))
	: (((*input).result_head_choice == result_head_nil_c) ? ((zcbor_nil_put(state, NULL)))
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

static bool encode_tensor_data(
		zcbor_state_t *state, const struct tensor_data *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (7))))
	&& (((((((*input).tensor_data_sample_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).tensor_data_sample_crc))))
	&& ((encode_tensor_side(state, (&(*input).tensor_data_side))))
	&& (((((*input).tensor_data_index <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).tensor_data_index))))
	&& (((((*input).tensor_data_total <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).tensor_data_total))))
	&& (((((*input).tensor_data_offset <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).tensor_data_offset))))
	&& (((((*input).tensor_data_data.len >= 0)
	&& ((*input).tensor_data_data.len <= 1536)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_bstr_encode(state, (&(*input).tensor_data_data)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_op_data(
		zcbor_state_t *state, const struct op_data *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (17))))
	&& (((((((*input).op_data_sample_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).op_data_sample_crc))))
	&& ((encode_op_output(state, (&(*input).op_data_at))))
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

	bool res = (((zcbor_list_start_encode(state, 6) && (((((((*input).trace_entry_op <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).trace_entry_op))))
	&& (((((*input).trace_entry_output <= UINT8_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).trace_entry_output))))
	&& (((((((*input).trace_entry_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).trace_entry_crc))))
	&& (((((*input).trace_entry_size <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).trace_entry_size))))
	&& ((((*input).trace_entry_us_choice == trace_entry_us_uint_c) ? ((zcbor_uint64_encode(state, (&(*input).trace_entry_us_uint))))
	: (((*input).trace_entry_us_choice == trace_entry_us_nil_c) ? ((zcbor_nil_put(state, NULL)))
	: false)))
	&& ((((*input).trace_entry_cycles_choice == trace_entry_cycles_uint_c) ? ((zcbor_uint64_encode(state, (&(*input).trace_entry_cycles_uint))))
	: (((*input).trace_entry_cycles_choice == trace_entry_cycles_nil_c) ? ((zcbor_nil_put(state, NULL)))
	: false)))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 6))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_trace_page(
		zcbor_state_t *state, const struct trace_page *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (8))))
	&& (((((((*input).trace_page_sample_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).trace_page_sample_crc))))
	&& (((((*input).trace_page_total <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).trace_page_total))))
	&& (((((*input).trace_page_first <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).trace_page_first))))
	&& ((zcbor_list_start_encode(state, 40) && ((zcbor_multi_encode_minmax(0, 40, &(*input).trace_page_entries_trace_entry_m_count, (zcbor_encoder_t *)encode_trace_entry, state, (*&(*input).trace_page_entries_trace_entry_m), sizeof(struct trace_entry))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 40))))));

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
	&& ((((*input).memory_report_buffer_bytes_choice == memory_report_buffer_bytes_uint_c) ? (((((*input).memory_report_buffer_bytes_uint <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).memory_report_buffer_bytes_uint))))
	: (((*input).memory_report_buffer_bytes_choice == memory_report_buffer_bytes_nil_c) ? ((zcbor_nil_put(state, NULL)))
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
	&& (zcbor_uint32_encode(state, (&(*input).baud_ack_baud)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_baud_committed(
		zcbor_state_t *state, const struct baud_committed *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (12))))
	&& (((((*input).baud_committed_baud <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).baud_committed_baud)))))));

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

static bool encode_frame_data(
		zcbor_state_t *state, const struct frame_data *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (14))))
	&& (((((((*input).frame_data_sample_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).frame_data_sample_crc))))
	&& ((zcbor_uint64_encode(state, (&(*input).frame_data_taken_us))))
	&& ((encode_frame_size(state, (&(*input).frame_data_frame))))
	&& (((((*input).frame_data_total <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).frame_data_total))))
	&& (((((*input).frame_data_offset <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).frame_data_offset))))
	&& (((((*input).frame_data_data.len >= 0)
	&& ((*input).frame_data_data.len <= 1536)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_bstr_encode(state, (&(*input).frame_data_data)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_network_loaded(
		zcbor_state_t *state, const struct network_loaded *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (15))))
	&& (((((*input).network_loaded_model_sha256.len == 32)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_bstr_encode(state, (&(*input).network_loaded_model_sha256)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_self_tested(
		zcbor_state_t *state, const struct self_tested *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (16))))
	&& ((((*input).self_tested_failed_choice == self_tested_failed_uint_c) ? (((((*input).self_tested_failed_uint <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).self_tested_failed_uint))))
	: (((*input).self_tested_failed_choice == self_tested_failed_nil_c) ? ((zcbor_nil_put(state, NULL)))
	: false)))
	&& (((((*input).self_tested_entries <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).self_tested_entries)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_link_notice(
		zcbor_state_t *state, const struct link_notice *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((((zcbor_uint32_put(state, (18))))
	&& (((((*input).link_notice_bad_frames <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).link_notice_bad_frames))))
	&& (((((*input).link_notice_lost_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).link_notice_lost_bytes))))
	&& (((((*input).link_notice_overruns <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).link_notice_overruns)))))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_network_header(
		zcbor_state_t *state, const struct network_header *input)
{
	zcbor_log("%s\r\n", __func__);
	struct zcbor_string tmp_str;

	bool res = (((zcbor_list_start_encode(state, 12) && ((((zcbor_tstr_encode(state, ((tmp_str.value = (uint8_t *)"camhil-network", tmp_str.len = sizeof("camhil-network") - 1, &tmp_str)))))
	&& ((zcbor_uint32_put(state, (2))))
	&& (((((*input).network_header_model_bytes <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).network_header_model_bytes))))
	&& (((((((*input).network_header_model_crc <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).network_header_model_crc))))
	&& (((((*input).network_header_model_sha256.len == 32)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_bstr_encode(state, (&(*input).network_header_model_sha256))))
	&& (((((*input).network_header_ops <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).network_header_ops))))
	&& (((((*input).network_header_op_outputs <= UINT16_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).network_header_op_outputs))))
	&& ((zcbor_bool_encode(state, (&(*input).network_header_stateful))))
	&& ((zcbor_list_start_encode(state, 8) && ((zcbor_multi_encode_minmax(1, 8, &(*input).network_header_inputs_tensor_m_count, (zcbor_encoder_t *)encode_tensor, state, (*&(*input).network_header_inputs_tensor_m), sizeof(struct tensor))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 8)))
	&& ((zcbor_list_start_encode(state, 16) && ((zcbor_multi_encode_minmax(1, 16, &(*input).network_header_outputs_tensor_m_count, (zcbor_encoder_t *)encode_tensor, state, (*&(*input).network_header_outputs_tensor_m), sizeof(struct tensor))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 16)))
	&& ((((*input).network_header_image_choice == network_header_image_image_input_m_c) ? ((encode_image_input(state, (&(*input).network_header_image_image_input_m))))
	: (((*input).network_header_image_choice == network_header_image_nil_c) ? ((zcbor_nil_put(state, NULL)))
	: false)))
	&& ((((*input).network_header_head_choice == network_header_head_cam_head_m_c) ? ((encode_cam_head(state, (&(*input).network_header_head_cam_head_m))))
	: (((*input).network_header_head_choice == network_header_head_nil_c) ? ((zcbor_nil_put(state, NULL)))
	: false)))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 12))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_reply(
		zcbor_state_t *state, const struct reply *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_list_start_encode(state, 30) && (((((((*input).reply_seq <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).reply_seq))))
	&& ((((*input).reply_union_choice == reply_union_error_reply_m_c) ? ((encode_error_reply(state, (&(*input).reply_union_error_reply_m))))
	: (((*input).reply_union_choice == reply_union_identity_m_c) ? ((encode_identity(state, (&(*input).reply_union_identity_m))))
	: (((*input).reply_union_choice == reply_union_contract_page_m_c) ? ((encode_contract_page(state, (&(*input).reply_union_contract_page_m))))
	: (((*input).reply_union_choice == reply_union_echoed_m_c) ? ((encode_echoed(state, (&(*input).reply_union_echoed_m))))
	: (((*input).reply_union_choice == reply_union_uploading_m_c) ? ((encode_uploading(state, (&(*input).reply_union_uploading_m))))
	: (((*input).reply_union_choice == reply_union_chunk_ack_m_c) ? ((encode_chunk_ack(state, (&(*input).reply_union_chunk_ack_m))))
	: (((*input).reply_union_choice == reply_union_accepted_m_c) ? ((encode_accepted(state, (&(*input).reply_union_accepted_m))))
	: (((*input).reply_union_choice == reply_union_result_m_c) ? ((encode_result(state, (&(*input).reply_union_result_m))))
	: (((*input).reply_union_choice == reply_union_tensor_data_m_c) ? ((encode_tensor_data(state, (&(*input).reply_union_tensor_data_m))))
	: (((*input).reply_union_choice == reply_union_op_data_m_c) ? ((encode_op_data(state, (&(*input).reply_union_op_data_m))))
	: (((*input).reply_union_choice == reply_union_trace_page_m_c) ? ((encode_trace_page(state, (&(*input).reply_union_trace_page_m))))
	: (((*input).reply_union_choice == reply_union_memory_report_m_c) ? ((encode_memory_report(state, (&(*input).reply_union_memory_report_m))))
	: (((*input).reply_union_choice == reply_union_baud_ack_m_c) ? ((encode_baud_ack(state, (&(*input).reply_union_baud_ack_m))))
	: (((*input).reply_union_choice == reply_union_baud_committed_m_c) ? ((encode_baud_committed(state, (&(*input).reply_union_baud_committed_m))))
	: (((*input).reply_union_choice == reply_union_reboot_ack_m_c) ? ((encode_reboot_ack(state, (&(*input).reply_union_reboot_ack_m))))
	: (((*input).reply_union_choice == reply_union_frame_data_m_c) ? ((encode_frame_data(state, (&(*input).reply_union_frame_data_m))))
	: (((*input).reply_union_choice == reply_union_network_loaded_m_c) ? ((encode_network_loaded(state, (&(*input).reply_union_network_loaded_m))))
	: (((*input).reply_union_choice == reply_union_self_tested_m_c) ? ((encode_self_tested(state, (&(*input).reply_union_self_tested_m))))
	: (((*input).reply_union_choice == reply_union_link_notice_m_c) ? ((encode_link_notice(state, (&(*input).reply_union_link_notice_m))))
	: false))))))))))))))))))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 30))));

	log_result(state, res, __func__);
	return res;
}

static bool encode_request(
		zcbor_state_t *state, const struct request *input)
{
	zcbor_log("%s\r\n", __func__);

	bool res = (((zcbor_list_start_encode(state, 8) && (((((((*input).request_seq <= UINT32_MAX)) || (zcbor_error(state, ZCBOR_ERR_WRONG_RANGE), false))
	&& (zcbor_uint32_encode(state, (&(*input).request_seq))))
	&& ((((*input).request_union_choice == request_union_hello_m_c) ? ((encode_hello(state, (&(*input).request_union_hello_m))))
	: (((*input).request_union_choice == request_union_get_contract_m_c) ? ((encode_get_contract(state, (&(*input).request_union_get_contract_m))))
	: (((*input).request_union_choice == request_union_echo_m_c) ? ((encode_echo(state, (&(*input).request_union_echo_m))))
	: (((*input).request_union_choice == request_union_upload_m_c) ? ((encode_upload(state, (&(*input).request_union_upload_m))))
	: (((*input).request_union_choice == request_union_chunk_m_c) ? ((encode_chunk(state, (&(*input).request_union_chunk_m))))
	: (((*input).request_union_choice == request_union_infer_m_c) ? ((encode_infer(state, (&(*input).request_union_infer_m))))
	: (((*input).request_union_choice == request_union_read_tensor_m_c) ? ((encode_read_tensor(state, (&(*input).request_union_read_tensor_m))))
	: (((*input).request_union_choice == request_union_get_trace_m_c) ? ((encode_get_trace(state, (&(*input).request_union_get_trace_m))))
	: (((*input).request_union_choice == request_union_get_memory_m_c) ? ((zcbor_uint32_put(state, (9))))
	: (((*input).request_union_choice == request_union_set_baud_m_c) ? ((encode_set_baud(state, (&(*input).request_union_set_baud_m))))
	: (((*input).request_union_choice == request_union_commit_baud_m_c) ? ((encode_commit_baud(state, (&(*input).request_union_commit_baud_m))))
	: (((*input).request_union_choice == request_union_reboot_m_c) ? ((encode_reboot(state, (&(*input).request_union_reboot_m))))
	: (((*input).request_union_choice == request_union_get_frame_m_c) ? ((encode_get_frame(state, (&(*input).request_union_get_frame_m))))
	: (((*input).request_union_choice == request_union_load_network_m_c) ? ((encode_load_network(state, (&(*input).request_union_load_network_m))))
	: (((*input).request_union_choice == request_union_self_test_m_c) ? ((zcbor_uint32_put(state, (16))))
	: false))))))))))))))))) || (zcbor_list_map_end_force_encode(state), false)) && zcbor_list_end_encode(state, 8))));

	log_result(state, res, __func__);
	return res;
}



int cbor_encode_request(
		uint8_t *payload, size_t payload_len,
		const struct request *input,
		size_t *payload_len_out)
{
	zcbor_state_t states[6];

	return zcbor_entry_function(payload, payload_len, (void *)input, payload_len_out, states,
		(zcbor_decoder_t *)encode_request, sizeof(states) / sizeof(zcbor_state_t), 1);
}


int cbor_encode_reply(
		uint8_t *payload, size_t payload_len,
		const struct reply *input,
		size_t *payload_len_out)
{
	zcbor_state_t states[8];

	return zcbor_entry_function(payload, payload_len, (void *)input, payload_len_out, states,
		(zcbor_decoder_t *)encode_reply, sizeof(states) / sizeof(zcbor_state_t), 1);
}


int cbor_encode_network_header(
		uint8_t *payload, size_t payload_len,
		const struct network_header *input,
		size_t *payload_len_out)
{
	zcbor_state_t states[6];

	return zcbor_entry_function(payload, payload_len, (void *)input, payload_len_out, states,
		(zcbor_decoder_t *)encode_network_header, sizeof(states) / sizeof(zcbor_state_t), 1);
}
