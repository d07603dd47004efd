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

struct tensor {
	struct zcbor_string tensor_name;
	uint32_t tensor_type;
	uint32_t tensor_shape_uint[6];
	size_t tensor_shape_uint_count;
	float tensor_scale;
	int32_t tensor_zero_point;
	uint32_t tensor_size;
};

struct image_input {
	uint32_t image_input_rows;
	uint32_t image_input_columns;
	struct zcbor_string image_input_tables_bstr256[4];
	size_t image_input_tables_bstr256_count;
};

struct cam_head {
	uint32_t cam_head_score_output;
	uint32_t cam_head_features_output;
	uint32_t cam_head_classes;
	uint32_t cam_head_positive_class;
	uint32_t cam_head_threshold;
	uint32_t cam_head_rows;
	uint32_t cam_head_columns;
	uint32_t cam_head_channels;
	uint32_t cam_head_weights;
	int32_t cam_head_weight_zero_point;
	int32_t cam_head_feature_zero_point;
};

struct network_header {
	uint32_t network_header_model_bytes;
	uint32_t network_header_model_crc;
	struct zcbor_string network_header_model_sha256;
	uint32_t network_header_ops;
	uint32_t network_header_op_outputs;
	bool network_header_stateful;
	struct tensor network_header_inputs_tensor_m[8];
	size_t network_header_inputs_tensor_m_count;
	struct tensor network_header_outputs_tensor_m[16];
	size_t network_header_outputs_tensor_m_count;
	union {
		struct image_input network_header_image_image_input_m;
	};
	enum {
		network_header_image_image_input_m_c,
		network_header_image_nil_c,
	} network_header_image_choice;
	union {
		struct cam_head network_header_head_cam_head_m;
	};
	enum {
		network_header_head_cam_head_m_c,
		network_header_head_nil_c,
	} network_header_head_choice;
};

struct hello {
	uint32_t hello_lowest;
	uint32_t hello_highest;
};

struct get_contract {
	uint32_t get_contract_offset;
};

struct echo {
	struct zcbor_string echo_payload;
};

struct sample_stage_r {
	enum {
		sample_stage_stage_tensor_m_c = 0,
		sample_stage_stage_frame_m_c = 1,
		sample_stage_stage_network_m_c = 2,
	} sample_stage_choice;
};

struct upload {
	struct sample_stage_r upload_stage;
	uint32_t upload_sample_crc;
	uint32_t upload_sample_bytes;
	bool upload_resume;
};

struct chunk {
	uint32_t chunk_sample_crc;
	uint32_t chunk_offset;
	struct zcbor_string chunk_data;
};

struct op_output {
	uint32_t op_output_op;
	uint32_t op_output_output;
};

struct infer {
	uint32_t infer_sample_crc;
	bool infer_map_always;
	bool infer_trace;
	bool infer_reset_state;
	union {
		uint32_t infer_threshold_percent_m;
	};
	enum {
		infer_threshold_percent_m_c,
		infer_threshold_nil_c,
	} infer_threshold_choice;
	union {
		struct op_output infer_capture_op_output_m;
	};
	enum {
		infer_capture_op_output_m_c,
		infer_capture_nil_c,
	} infer_capture_choice;
};

struct tensor_side_r {
	enum {
		tensor_side_side_input_m_c = 0,
		tensor_side_side_output_m_c = 1,
	} tensor_side_choice;
};

struct read_tensor {
	struct tensor_side_r read_tensor_side;
	uint32_t read_tensor_index;
	uint32_t read_tensor_offset;
	uint32_t read_tensor_length;
};

struct get_trace {
	uint32_t get_trace_first;
};

struct set_baud {
	uint32_t set_baud_baud;
};

struct commit_baud {
	uint32_t commit_baud_baud;
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

struct get_frame {
	uint32_t get_frame_offset;
	uint32_t get_frame_length;
};

struct load_network {
	uint32_t load_network_sample_crc;
};

struct request {
	uint32_t request_seq;
	union {
		struct hello request_union_hello_m;
		struct get_contract request_union_get_contract_m;
		struct echo request_union_echo_m;
		struct upload request_union_upload_m;
		struct chunk request_union_chunk_m;
		struct infer request_union_infer_m;
		struct read_tensor request_union_read_tensor_m;
		struct get_trace request_union_get_trace_m;
		struct set_baud request_union_set_baud_m;
		struct commit_baud request_union_commit_baud_m;
		struct reboot request_union_reboot_m;
		struct get_frame request_union_get_frame_m;
		struct load_network request_union_load_network_m;
	};
	enum {
		request_union_hello_m_c,
		request_union_get_contract_m_c,
		request_union_echo_m_c,
		request_union_upload_m_c,
		request_union_chunk_m_c,
		request_union_infer_m_c,
		request_union_read_tensor_m_c,
		request_union_get_trace_m_c,
		request_union_get_memory_m_c,
		request_union_set_baud_m_c,
		request_union_commit_baud_m_c,
		request_union_reboot_m_c,
		request_union_get_frame_m_c,
		request_union_load_network_m_c,
		request_union_self_test_m_c,
	} request_union_choice;
};

struct error_code_r {
	enum {
		error_code_error_ok_m_c = 0,
		error_code_error_bad_request_m_c = 1,
		error_code_error_protocol_version_m_c = 2,
		error_code_error_unsupported_m_c = 3,
		error_code_error_wrong_size_m_c = 4,
		error_code_error_no_such_sample_m_c = 5,
		error_code_error_incomplete_m_c = 6,
		error_code_error_sample_corrupt_m_c = 7,
		error_code_error_busy_m_c = 8,
		error_code_error_out_of_range_m_c = 9,
		error_code_error_nothing_recorded_m_c = 10,
		error_code_error_no_model_m_c = 20,
		error_code_error_model_header_m_c = 21,
		error_code_error_model_crc_m_c = 22,
		error_code_error_model_format_m_c = 23,
		error_code_error_model_unmapped_m_c = 24,
		error_code_error_no_room_m_c = 25,
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

struct network_source_r {
	enum {
		network_source_network_in_partition_m_c = 0,
		network_source_network_linked_in_m_c = 1,
		network_source_network_in_ram_m_c = 2,
	} network_source_choice;
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
	bool capability_set_camera_frames;
	bool capability_set_ram_network;
	bool capability_set_self_test;
};

struct frame_format_r {
	enum {
		frame_format_frame_gray8_m_c = 0,
		frame_format_frame_rgb565_m_c = 1,
	} frame_format_choice;
};

struct frame_size {
	uint32_t frame_size_rows;
	uint32_t frame_size_columns;
	struct frame_format_r frame_size_format;
};

struct extensions_uintuint {
	uint32_t identity_extensions_uintuint_key;
	uint32_t extensions_uintuint;
};

struct identity {
	uint32_t identity_protocol;
	uint32_t identity_boot_id;
	struct zcbor_string identity_target;
	struct zcbor_string identity_firmware_version;
	struct zcbor_string identity_build_id;
	struct zcbor_string identity_app_sha256;
	struct zcbor_string identity_model_sha256;
	struct error_code_r identity_model_state;
	struct zcbor_string identity_model_message;
	struct network_source_r identity_network_source;
	uint32_t identity_contract_crc;
	uint32_t identity_contract_bytes;
	struct zcbor_string identity_engine;
	struct zcbor_string identity_kernels;
	struct image_source_r identity_image_source;
	uint32_t identity_reset_reason;
	uint32_t identity_boot_count;
	struct capability_set identity_capabilities;
	uint32_t identity_chunk_bytes;
	uint32_t identity_window_chunks;
	uint32_t identity_max_frame_bytes;
	uint32_t identity_max_sample_bytes;
	uint32_t identity_baud;
	uint32_t identity_baud_fallback_ms;
	uint32_t identity_idle_ms;
	uint32_t identity_arena_bytes;
	union {
		struct frame_size identity_frame_frame_size_m;
	};
	enum {
		identity_frame_frame_size_m_c,
		identity_frame_nil_c,
	} identity_frame_choice;
	struct extensions_uintuint extensions_uintuint[8];
	size_t extensions_uintuint_count;
};

struct contract_page {
	uint32_t contract_page_total;
	uint32_t contract_page_offset;
	struct zcbor_string contract_page_data;
};

struct echoed {
	struct zcbor_string echoed_payload;
};

struct uploading {
	uint32_t uploading_sample_crc;
	uint32_t uploading_first_missing;
	uint32_t uploading_missing;
};

struct chunk_ack {
	uint32_t chunk_ack_sample_crc;
	uint32_t chunk_ack_offset;
	uint32_t chunk_ack_first_missing;
	uint32_t chunk_ack_missing;
};

struct accepted {
	uint32_t accepted_sample_crc;
};

struct output_part {
	uint32_t output_part_crc;
	uint32_t output_part_size;
	union {
		struct zcbor_string output_part_data_bstr0_256;
	};
	enum {
		output_part_data_bstr0_256_c,
		output_part_data_nil_c,
	} output_part_data_choice;
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

struct head_answer {
	uint32_t head_answer_threshold;
	union {
		struct cell_centre head_answer_location_cell_centre_m;
		struct no_location_r head_answer_location_no_location_m;
	};
	enum {
		head_answer_location_cell_centre_m_c,
		head_answer_location_no_location_m_c,
	} head_answer_location_choice;
	union {
		struct cam_grid head_answer_cam_cam_grid_m;
	};
	enum {
		head_answer_cam_cam_grid_m_c,
		head_answer_cam_nil_c,
	} head_answer_cam_choice;
};

struct stage_times {
	uint64_t stage_times_upload_us;
	uint64_t stage_times_preprocess_us;
	uint64_t stage_times_invoke_us;
	uint64_t stage_times_cam_us;
};

struct result {
	uint32_t result_boot_id;
	uint32_t result_sample_crc;
	struct output_part result_outputs_output_part_m[16];
	size_t result_outputs_output_part_m_count;
	union {
		struct head_answer result_head_head_answer_m;
	};
	enum {
		result_head_head_answer_m_c,
		result_head_nil_c,
	} result_head_choice;
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

struct tensor_data {
	uint32_t tensor_data_sample_crc;
	struct tensor_side_r tensor_data_side;
	uint32_t tensor_data_index;
	uint32_t tensor_data_total;
	uint32_t tensor_data_offset;
	struct zcbor_string tensor_data_data;
};

struct op_data {
	uint32_t op_data_sample_crc;
	struct op_output op_data_at;
	uint32_t op_data_total;
	uint32_t op_data_offset;
	struct zcbor_string op_data_data;
};

struct trace_entry {
	uint32_t trace_entry_op;
	uint32_t trace_entry_output;
	uint32_t trace_entry_crc;
	uint32_t trace_entry_size;
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
	uint32_t trace_page_sample_crc;
	uint32_t trace_page_total;
	uint32_t trace_page_first;
	struct trace_entry trace_page_entries_trace_entry_m[40];
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
		uint32_t memory_report_buffer_bytes_uint;
	};
	enum {
		memory_report_buffer_bytes_uint_c,
		memory_report_buffer_bytes_nil_c,
	} memory_report_buffer_bytes_choice;
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
};

struct baud_committed {
	uint32_t baud_committed_baud;
};

struct reboot_ack {
	struct reboot_target_r reboot_ack_target;
};

struct frame_data {
	uint32_t frame_data_sample_crc;
	uint64_t frame_data_taken_us;
	struct frame_size frame_data_frame;
	uint32_t frame_data_total;
	uint32_t frame_data_offset;
	struct zcbor_string frame_data_data;
};

struct network_loaded {
	struct zcbor_string network_loaded_model_sha256;
};

struct self_tested {
	union {
		uint32_t self_tested_failed_uint;
	};
	enum {
		self_tested_failed_uint_c,
		self_tested_failed_nil_c,
	} self_tested_failed_choice;
	uint32_t self_tested_entries;
};

struct link_notice {
	uint32_t link_notice_bad_frames;
	uint32_t link_notice_lost_bytes;
	uint32_t link_notice_overruns;
};

struct reply {
	uint32_t reply_seq;
	union {
		struct error_reply reply_union_error_reply_m;
		struct identity reply_union_identity_m;
		struct contract_page reply_union_contract_page_m;
		struct echoed reply_union_echoed_m;
		struct uploading reply_union_uploading_m;
		struct chunk_ack reply_union_chunk_ack_m;
		struct accepted reply_union_accepted_m;
		struct result reply_union_result_m;
		struct tensor_data reply_union_tensor_data_m;
		struct op_data reply_union_op_data_m;
		struct trace_page reply_union_trace_page_m;
		struct memory_report reply_union_memory_report_m;
		struct baud_ack reply_union_baud_ack_m;
		struct baud_committed reply_union_baud_committed_m;
		struct reboot_ack reply_union_reboot_ack_m;
		struct frame_data reply_union_frame_data_m;
		struct network_loaded reply_union_network_loaded_m;
		struct self_tested reply_union_self_tested_m;
		struct link_notice reply_union_link_notice_m;
	};
	enum {
		reply_union_error_reply_m_c,
		reply_union_identity_m_c,
		reply_union_contract_page_m_c,
		reply_union_echoed_m_c,
		reply_union_uploading_m_c,
		reply_union_chunk_ack_m_c,
		reply_union_accepted_m_c,
		reply_union_result_m_c,
		reply_union_tensor_data_m_c,
		reply_union_op_data_m_c,
		reply_union_trace_page_m_c,
		reply_union_memory_report_m_c,
		reply_union_baud_ack_m_c,
		reply_union_baud_committed_m_c,
		reply_union_reboot_ack_m_c,
		reply_union_frame_data_m_c,
		reply_union_network_loaded_m_c,
		reply_union_self_tested_m_c,
		reply_union_link_notice_m_c,
	} reply_union_choice;
};

#ifdef __cplusplus
}
#endif

#endif /* PROTOCOL_TYPES_H__ */
