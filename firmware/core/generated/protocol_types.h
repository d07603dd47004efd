/*
 * Generated using zcbor version 0.9.1
 * https://github.com/NordicSemiconductor/zcbor
 * Generated with a --default-max-qty of 3
 */

#ifndef PROTOCOL_TYPES_H__
#define PROTOCOL_TYPES_H__

#include <stdint.h>
#include <stdbool.h>
#include <stddef.h>
#include <zcbor_common.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Which value for --default-max-qty this file was created with.
 *
 *  The define is used in the other generated file to do a build-time
 *  compatibility check.
 *
 *  See `zcbor --help` for more information about --default-max-qty
 */
#define DEFAULT_MAX_QTY 3

struct model_header {
	uint32_t model_header_model_bytes;
	uint32_t model_header_model_crc;
	uint32_t model_header_positive_class;
	uint32_t model_header_threshold;
};

struct hello {
	uint32_t hello_protocol;
};

struct get_ops {
	uint32_t get_ops_first;
};

struct echo {
	struct zcbor_string echo_payload;
};

struct image_stage_r {
	enum {
		image_stage_stage_tensor_m_c = 0,
		image_stage_stage_frame_m_c = 1,
	} image_stage_choice;
};

struct upload {
	struct image_stage_r upload_stage;
	uint32_t upload_image_crc;
	uint32_t upload_image_bytes;
	bool upload_resume;
};

struct chunk {
	uint32_t chunk_image_crc;
	uint32_t chunk_offset;
	struct zcbor_string chunk_data;
};

struct infer {
	uint32_t infer_image_crc;
	bool infer_cam_always;
	bool infer_trace;
	union {
		uint32_t infer_threshold_percent_m;
	};
	enum {
		infer_threshold_percent_m_c,
		infer_threshold_nil_c,
	} infer_threshold_choice;
	union {
		uint32_t infer_capture_op_uint;
	};
	enum {
		infer_capture_op_uint_c,
		infer_capture_op_nil_c,
	} infer_capture_op_choice;
};

struct read_output {
	union {
		uint32_t read_output_output_uint;
	};
	enum {
		read_output_output_uint_c,
		read_output_output_nil_c,
	} read_output_output_choice;
	uint32_t read_output_offset;
	uint32_t read_output_length;
};

struct get_trace {
	uint32_t get_trace_first;
};

struct set_baud {
	uint32_t set_baud_baud;
};

struct reboot_target_r {
	enum {
		reboot_target_reboot_to_app_m_c = 0,
		reboot_target_reboot_to_bootloader_m_c = 1,
	} reboot_target_choice;
};

struct reboot {
	struct reboot_target_r reboot_target;
};

struct request {
	uint32_t request_seq;
	union {
		struct hello request_union_hello_m;
		struct get_ops request_union_get_ops_m;
		struct echo request_union_echo_m;
		struct upload request_union_upload_m;
		struct chunk request_union_chunk_m;
		struct infer request_union_infer_m;
		struct read_output request_union_read_output_m;
		struct get_trace request_union_get_trace_m;
		struct set_baud request_union_set_baud_m;
		struct reboot request_union_reboot_m;
	};
	enum {
		request_union_hello_m_c,
		request_union_get_ops_m_c,
		request_union_echo_m_c,
		request_union_upload_m_c,
		request_union_chunk_m_c,
		request_union_infer_m_c,
		request_union_read_output_m_c,
		request_union_get_trace_m_c,
		request_union_get_memory_m_c,
		request_union_set_baud_m_c,
		request_union_reboot_m_c,
	} request_union_choice;
};

struct error_code_r {
	enum {
		error_code_error_ok_m_c = 0,
		error_code_error_bad_request_m_c = 1,
		error_code_error_protocol_version_m_c = 2,
		error_code_error_unsupported_m_c = 3,
		error_code_error_wrong_size_m_c = 4,
		error_code_error_no_such_image_m_c = 5,
		error_code_error_incomplete_m_c = 6,
		error_code_error_image_corrupt_m_c = 7,
		error_code_error_busy_m_c = 8,
		error_code_error_out_of_range_m_c = 9,
		error_code_error_nothing_recorded_m_c = 10,
		error_code_error_no_model_m_c = 20,
		error_code_error_model_header_m_c = 21,
		error_code_error_model_crc_m_c = 22,
		error_code_error_model_format_m_c = 23,
		error_code_error_model_input_m_c = 24,
		error_code_error_model_score_m_c = 25,
		error_code_error_model_features_m_c = 26,
		error_code_error_model_classifier_m_c = 27,
		error_code_error_model_op_m_c = 28,
		error_code_error_arena_too_small_m_c = 29,
		error_code_error_engine_m_c = 40,
		error_code_error_camera_m_c = 41,
	} error_code_choice;
};

struct error_reply {
	struct error_code_r error_reply_code;
	int64_t error_reply_detail_one;
	int64_t error_reply_detail_two;
	struct zcbor_string error_reply_message;
};

struct image_source_r {
	enum {
		image_source_source_camera_m_c = 0,
		image_source_source_injected_m_c = 1,
	} image_source_choice;
};

struct capability_set {
	bool capability_set_injection;
	bool capability_set_camera;
	bool capability_set_frame_stage;
	bool capability_set_trace;
	bool capability_set_capture;
	bool capability_set_baud;
	bool capability_set_op_times;
	bool capability_set_cycles;
};

struct tensor_role_r {
	enum {
		tensor_role_role_input_m_c = 0,
		tensor_role_role_score_m_c = 1,
		tensor_role_role_features_m_c = 2,
		tensor_role_role_other_m_c = 3,
		tensor_role_role_frame_m_c = 4,
	} tensor_role_choice;
};

struct tensor {
	struct tensor_role_r tensor_role;
	union {
		uint32_t tensor_output_uint;
	};
	enum {
		tensor_output_uint_c,
		tensor_output_nil_c,
	} tensor_output_choice;
	uint32_t tensor_type;
	uint32_t tensor_shape_uint[6];
	size_t tensor_shape_uint_count;
	float tensor_scale;
	int32_t tensor_zero_point;
	uint32_t tensor_data_bytes;
};

struct identity {
	uint32_t identity_protocol;
	struct zcbor_string identity_target;
	struct zcbor_string identity_firmware_version;
	struct zcbor_string identity_build_id;
	struct zcbor_string identity_app_sha256;
	struct zcbor_string identity_model_sha256;
	struct error_code_r identity_model_state;
	struct zcbor_string identity_model_message;
	struct zcbor_string identity_engine;
	struct image_source_r identity_image_source;
	uint32_t identity_reset_reason;
	uint32_t identity_boot_count;
	struct capability_set identity_capabilities;
	uint32_t identity_chunk_bytes;
	uint32_t identity_window_chunks;
	uint32_t identity_max_frame_bytes;
	uint32_t identity_baud;
	uint32_t identity_threshold;
	uint32_t identity_positive_class;
	uint32_t identity_classes;
	uint32_t identity_arena_bytes;
	uint32_t identity_op_count;
	struct tensor identity_tensors_tensor_m[5];
	size_t identity_tensors_tensor_m_count;
};

struct op_page {
	uint32_t op_page_op_count;
	uint32_t op_page_first;
	uint32_t op_page_codes_uint[64];
	size_t op_page_codes_uint_count;
};

struct echoed {
	struct zcbor_string echoed_payload;
};

struct uploading {
	uint32_t uploading_image_crc;
	uint64_t uploading_missing;
};

struct chunk_ack {
	uint32_t chunk_ack_image_crc;
	uint32_t chunk_ack_offset;
	uint64_t chunk_ack_missing;
};

struct accepted {
	uint32_t accepted_image_crc;
};

struct cell_centre {
	uint32_t cell_centre_x;
	uint32_t cell_centre_y;
	uint32_t cell_centre_column;
	uint32_t cell_centre_row;
};

struct no_location_r {
	enum {
		no_location_location_below_threshold_m_c = 0,
		no_location_location_flat_map_m_c = 1,
	} no_location_choice;
};

struct cam_grid {
	uint32_t cam_grid_rows;
	uint32_t cam_grid_columns;
	struct zcbor_string cam_grid_values;
};

struct stage_times {
	uint64_t stage_times_upload_us;
	uint64_t stage_times_preprocess_us;
	uint64_t stage_times_invoke_us;
	uint64_t stage_times_cam_us;
};

struct result {
	uint32_t result_image_crc;
	struct zcbor_string result_scores;
	uint32_t result_threshold;
	union {
		struct cell_centre result_location_cell_centre_m;
		struct no_location_r result_location_no_location_m;
	};
	enum {
		result_location_cell_centre_m_c,
		result_location_no_location_m_c,
	} result_location_choice;
	union {
		struct cam_grid result_cam_cam_grid_m;
	};
	enum {
		result_cam_cam_grid_m_c,
		result_cam_nil_c,
	} result_cam_choice;
	struct stage_times result_times;
	union {
		uint64_t result_invoke_cycles_uint;
	};
	enum {
		result_invoke_cycles_uint_c,
		result_invoke_cycles_nil_c,
	} result_invoke_cycles_choice;
	uint64_t result_finished_us;
	uint32_t result_inference;
};

struct output_data {
	uint32_t output_data_image_crc;
	union {
		uint32_t output_data_output_uint;
	};
	enum {
		output_data_output_uint_c,
		output_data_output_nil_c,
	} output_data_output_choice;
	uint32_t output_data_total;
	uint32_t output_data_offset;
	struct zcbor_string output_data_data;
};

struct op_data {
	uint32_t op_data_image_crc;
	uint32_t op_data_op;
	uint32_t op_data_total;
	uint32_t op_data_offset;
	struct zcbor_string op_data_data;
};

struct trace_entry {
	uint32_t trace_entry_code;
	uint32_t trace_entry_output_crc;
	uint32_t trace_entry_output_bytes;
	union {
		uint64_t trace_entry_us_uint;
	};
	enum {
		trace_entry_us_uint_c,
		trace_entry_us_nil_c,
	} trace_entry_us_choice;
	union {
		uint64_t trace_entry_cycles_uint;
	};
	enum {
		trace_entry_cycles_uint_c,
		trace_entry_cycles_nil_c,
	} trace_entry_cycles_choice;
};

struct trace_page {
	uint32_t trace_page_image_crc;
	uint32_t trace_page_op_count;
	uint32_t trace_page_first;
	struct trace_entry trace_page_entries_trace_entry_m[24];
	size_t trace_page_entries_trace_entry_m_count;
};

struct heap_state {
	uint32_t heap_state_free_bytes;
	uint32_t heap_state_minimum_free_bytes;
	uint32_t heap_state_largest_block_bytes;
};

struct stack_state {
	struct zcbor_string stack_state_task;
	uint32_t stack_state_never_used_bytes;
};

struct memory_report {
	uint32_t memory_report_arena_bytes;
	union {
		uint32_t memory_report_arena_used_bytes_uint;
	};
	enum {
		memory_report_arena_used_bytes_uint_c,
		memory_report_arena_used_bytes_nil_c,
	} memory_report_arena_used_bytes_choice;
	union {
		uint32_t memory_report_static_bytes_uint;
	};
	enum {
		memory_report_static_bytes_uint_c,
		memory_report_static_bytes_nil_c,
	} memory_report_static_bytes_choice;
	union {
		struct heap_state memory_report_heap_heap_state_m;
	};
	enum {
		memory_report_heap_heap_state_m_c,
		memory_report_heap_nil_c,
	} memory_report_heap_choice;
	union {
		struct heap_state memory_report_psram_heap_state_m;
	};
	enum {
		memory_report_psram_heap_state_m_c,
		memory_report_psram_nil_c,
	} memory_report_psram_choice;
	struct stack_state memory_report_stacks_stack_state_m[4];
	size_t memory_report_stacks_stack_state_m_count;
};

struct baud_ack {
	uint32_t baud_ack_baud;
	uint32_t baud_ack_baud_fallback_ms;
};

struct reboot_ack {
	struct reboot_target_r reboot_ack_target;
};

struct link_notice {
	uint32_t link_notice_bad_frames;
	uint32_t link_notice_lost_bytes;
};

struct reply {
	uint32_t reply_seq;
	union {
		struct error_reply reply_union_error_reply_m;
		struct identity reply_union_identity_m;
		struct op_page reply_union_op_page_m;
		struct echoed reply_union_echoed_m;
		struct uploading reply_union_uploading_m;
		struct chunk_ack reply_union_chunk_ack_m;
		struct accepted reply_union_accepted_m;
		struct result reply_union_result_m;
		struct output_data reply_union_output_data_m;
		struct op_data reply_union_op_data_m;
		struct trace_page reply_union_trace_page_m;
		struct memory_report reply_union_memory_report_m;
		struct baud_ack reply_union_baud_ack_m;
		struct reboot_ack reply_union_reboot_ack_m;
		struct link_notice reply_union_link_notice_m;
	};
	enum {
		reply_union_error_reply_m_c,
		reply_union_identity_m_c,
		reply_union_op_page_m_c,
		reply_union_echoed_m_c,
		reply_union_uploading_m_c,
		reply_union_chunk_ack_m_c,
		reply_union_accepted_m_c,
		reply_union_result_m_c,
		reply_union_output_data_m_c,
		reply_union_op_data_m_c,
		reply_union_trace_page_m_c,
		reply_union_memory_report_m_c,
		reply_union_baud_ack_m_c,
		reply_union_reboot_ack_m_c,
		reply_union_link_notice_m_c,
	} reply_union_choice;
};

#ifdef __cplusplus
}
#endif

#endif /* PROTOCOL_TYPES_H__ */
