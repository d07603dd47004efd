/*
 * Generated using zcbor version 0.9.1
 * https://github.com/NordicSemiconductor/zcbor
 * Generated with a --default-max-qty of 3
 */

#ifndef PROTOCOL_DECODE_H__
#define PROTOCOL_DECODE_H__

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


int cbor_decode_request(
		const uint8_t *payload, size_t payload_len,
		struct request *result,
		size_t *payload_len_out);


int cbor_decode_reply(
		const uint8_t *payload, size_t payload_len,
		struct reply *result,
		size_t *payload_len_out);


int cbor_decode_network_header(
		const uint8_t *payload, size_t payload_len,
		struct network_header *result,
		size_t *payload_len_out);


#ifdef __cplusplus
}
#endif

#endif /* PROTOCOL_DECODE_H__ */
