/*
 * Generated using zcbor version 0.9.1
 * https://github.com/NordicSemiconductor/zcbor
 * Generated with a --default-max-qty of 3
 */

#ifndef PROTOCOL_ENCODE_H__
#define PROTOCOL_ENCODE_H__

#include <stdint.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include "protocol_types.h"

#ifdef __cplusplus
extern "C" {
#endif

#if DEFAULT_MAX_QTY != 3
#error "The type file was generated with a different default_max_qty than this file"
#endif


int cbor_encode_request(
		uint8_t *payload, size_t payload_len,
		const struct request *input,
		size_t *payload_len_out);


int cbor_encode_reply(
		uint8_t *payload, size_t payload_len,
		const struct reply *input,
		size_t *payload_len_out);


int cbor_encode_network_header(
		uint8_t *payload, size_t payload_len,
		const struct network_header *input,
		size_t *payload_len_out);


#ifdef __cplusplus
}
#endif

#endif /* PROTOCOL_ENCODE_H__ */
