"""Writes vectors/frames.txt: known frames, for the codecs of both ends.

python tests/wire/make_vectors.py

Each line is `NAME request|reply HEX`, a whole frame with its delimiters. Made with cbor2, zlib and
cobs, and with nothing of the code that is tested; the fields are those of protocol.cddl, in order.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cbor2
from cobs import cobs

FILE = Path(__file__).parent / "vectors" / "frames.txt"

SEQ = 0x10000  # the first of a host
LAST_SEQ = 0xFFFFFFFF
NOTICE = 0
CRC = 0xCBF43926
U8, U16, U32, U64 = (2**bits - 1 for bits in (8, 16, 32, 64))
EVERY_BYTE = bytes(range(256))
LARGEST = EVERY_BYTE * 6  # 1536 bytes
UMLAUTS = "\u00e4" * 48  # 96 bytes of UTF-8

ERROR_CODES = (*range(11), *range(20, 26), 28, 29, 40, 41)

REQUESTS: dict[str, list[Any]] = {
    "hello": [SEQ, 1, 2, 2],
    "hello-of-a-range": [LAST_SEQ, 1, 0, U8],
    "get-contract": [SEQ, 2, 0],
    "get-contract-extreme": [SEQ, 2, U16],
    "echo-of-nothing": [SEQ, 3, b""],
    "echo-of-every-byte": [SEQ, 3, EVERY_BYTE],
    "echo-of-zeros": [SEQ, 3, bytes(1536)],
    "echo-largest": [SEQ, 3, LARGEST],
    "upload-tensor": [SEQ, 4, 0, CRC, 9216, False],
    "upload-frame-again": [SEQ, 4, 1, 0, 19200, True],
    "upload-network": [LAST_SEQ, 4, 2, U32, U32, False],
    "chunk": [SEQ, 5, CRC, 1536, b"\x00\x80\xff"],
    "chunk-of-one-byte": [SEQ, 5, 0, 0, b"\x00"],
    "chunk-largest": [LAST_SEQ, 5, U32, U32, b"\xff" * 1536],
    "infer": [SEQ, 6, CRC, False, False, True, None, None],
    "infer-with-everything": [LAST_SEQ, 6, U32, True, True, False, 100, [U16, U8]],
    "infer-with-zeros": [SEQ, 6, 0, False, True, False, 0, [0, 0]],
    "read-output": [SEQ, 7, 1, 0, 0, 1536],
    "read-input-extreme": [LAST_SEQ, 7, 0, U8, U32, U16],
    "get-trace": [SEQ, 8, 0],
    "get-trace-extreme": [SEQ, 8, U16],
    "get-memory": [SEQ, 9],
    "set-baud": [SEQ, 10, 921600],
    "set-baud-extreme": [LAST_SEQ, 10, U32],
    "commit-baud": [SEQ, 12, 921600],
    "reboot-to-app": [SEQ, 11, 0],
    "reboot-to-bootloader": [SEQ, 11, 1],
    "get-frame": [SEQ, 14, 0, 1536],
    "get-frame-extreme": [LAST_SEQ, 14, U32, U16],
    "load-network": [SEQ, 15, CRC],
    "self-test": [SEQ, 16],
}

CAPABILITIES = [True, False, True, True, True, True, True, False, False, False, False]
TIMES = [104_000, 0, 341_000, 210]
CELL = [40, 56, 2, 3]


def identity(**changes: Any) -> list[Any]:
    """An identity's fields by their names."""
    fields: dict[str, Any] = {
        "protocol": 2,
        "boot_id": 0xC0FFEE11,
        "target": "esp32",
        "firmware_version": "0.1.0",
        "build_id": EVERY_BYTE[:32],
        "app_sha256": EVERY_BYTE[32:64],
        "model_sha256": EVERY_BYTE[64:96],
        "model_state": 0,
        "model_message": "",
        "network_source": 0,
        "contract_crc": CRC,
        "contract_bytes": 4096,
        "engine": "tflite-micro",
        "kernels": "esp-nn",
        "image_source": 1,
        "reset_reason": 1,
        "boot_count": 1,
        "capabilities": CAPABILITIES,
        "chunk_bytes": 1536,
        "window_chunks": 6,
        "max_frame_bytes": 2048,
        "max_sample_bytes": 19200,
        "baud": 115200,
        "baud_fallback_ms": 1000,
        "idle_ms": 10000,
        "arena_bytes": 131072,
        "frame": [120, 160, 0],
        "extensions": {},
    }
    assert changes.keys() <= fields.keys()
    return list({**fields, **changes}.values())


def outputs(count: int, data: bytes | None) -> list[list[Any]]:
    return [[CRC, 0 if data is None else len(data), data]] * count


REPLIES: dict[str, list[Any]] = {
    **{f"error-{code}": [SEQ, 0, code, [0, 0], ""] for code in ERROR_CODES},
    "error-unasked": [NOTICE, 0, 1, [0, 0], "not a request"],
    "error-extreme": [LAST_SEQ, 0, 6, [-(2**63), 2**63 - 1], UMLAUTS],
    "identity": [SEQ, 1, *identity()],
    "identity-without-network": [
        *(SEQ, 1),
        *identity(
            model_sha256=bytes(32),
            model_state=20,
            model_message="the model partition is empty",
            contract_crc=0,
            contract_bytes=0,
            kernels="",
            capabilities=[False] * 11,
            frame=None,
        ),
    ],
    "identity-with-unknown-extensions": [
        *(SEQ, 1),
        *identity(extensions={0: 0, 23: 24, 24: U8, 256: U16, U16: 1, U16 + 1: U32, U64: U64}),
    ],
    "identity-extreme": [
        *(LAST_SEQ, 1),
        *identity(
            protocol=U8,
            boot_id=U32,
            target="x" * 32,
            firmware_version="v" * 32,
            build_id=b"\xff" * 32,
            app_sha256=bytes(32),
            model_sha256=b"\x01" * 32,
            model_state=41,
            model_message=UMLAUTS,
            network_source=2,
            contract_crc=U32,
            contract_bytes=U16,
            engine="e" * 48,
            kernels="k" * 32,
            image_source=0,
            reset_reason=U8,
            boot_count=U32,
            capabilities=[True] * 11,
            chunk_bytes=U16,
            window_chunks=U8,
            max_frame_bytes=U16,
            max_sample_bytes=U32,
            baud=U32,
            baud_fallback_ms=U16,
            idle_ms=U16,
            arena_bytes=U32,
            frame=[U16, U16, 1],
            extensions={U64 - number: U64 for number in range(8)},
        ),
    ],
    "contract-page": [SEQ, 2, 4096, 3072, LARGEST[:1024]],
    "contract-page-of-nothing": [SEQ, 2, 0, 0, b""],
    "contract-page-largest": [SEQ, 2, U16, U16, LARGEST],
    "echoed-nothing": [SEQ, 3, b""],
    "echoed-every-byte": [SEQ, 3, EVERY_BYTE],
    "echoed-largest": [SEQ, 3, bytes(1536)],
    "uploading-all-missing": [SEQ, 4, CRC, 0, 0b111111],
    "uploading-none-missing": [SEQ, 4, CRC, 6, 0],
    "uploading-extreme": [LAST_SEQ, 4, U32, U16, U32],
    "chunk-ack": [SEQ, 5, CRC, 1536, 0, 0b111101],
    "chunk-ack-of-the-last": [SEQ, 5, CRC, 7680, 6, 0],
    "chunk-ack-extreme": [LAST_SEQ, 5, U32, U32, U16, U32],
    "accepted": [SEQ, 13, CRC],
    "result-with-head": [
        *(SEQ, 6, 0xC0FFEE11, CRC),
        [[0x11223344, 2, b"\x9c\x64"], [0x55667788, 4608, None]],
        [60, CELL, [2, 2, cbor2.CBORTag(78, bytes.fromhex("01000000feffffff0000008000000100"))]],
        *(TIMES, 81_840_000, 1_234_567_890, 7),
    ],
    "result-below-the-threshold": [
        *(SEQ, 6, 1, CRC, outputs(1, b"\x80\x7f"), [0, 0, None], TIMES, None, 2, 3),
    ],
    "result-of-a-flat-map": [
        *(SEQ, 6, 1, CRC, outputs(1, b"\x80\x7f")),
        [100, 1, [1, 1, cbor2.CBORTag(78, bytes(4))]],
        *(TIMES, None, 2, 3),
    ],
    "result-without-head": [SEQ, 6, 0, 0, outputs(1, b""), None, [0, 0, 0, 0], 0, 0, 0],
    "result-of-16-outputs": [SEQ, 6, U32, U32, outputs(16, b"\x00" * 32), None, [1] * 4, 1, 1, 1],
    "result-extreme": [
        *(LAST_SEQ, 6, U32, U32),
        [*outputs(2, EVERY_BYTE), *[[U32, U32, None]] * 14],
        [100, [U16, U16, U8, U8], [16, 16, cbor2.CBORTag(78, EVERY_BYTE * 4)]],
        *([U64] * 4, U64, U64, U32),
    ],
    "output-data": [SEQ, 7, CRC, 1, 0, 2, 0, b"\x9c\x64"],
    "input-data-of-nothing": [SEQ, 7, 0, 0, 0, 0, 0, b""],
    "tensor-data-largest": [LAST_SEQ, 7, U32, 1, U8, U32, U32, LARGEST],
    "op-data": [SEQ, 17, CRC, [26, 0], 2, 0, b"\x9c\x64"],
    "op-data-largest": [LAST_SEQ, 17, U32, [U16, U8], U32, U32, LARGEST],
    "trace-page": [
        *(SEQ, 8, CRC, 3, 0),
        [
            [0, 0, 0x11223344, 36864, 1200, 288_000],
            [1, 0, CRC, 2, 5, None],
            [1, 1, 0, 2, None, None],
        ],
    ],
    "trace-page-of-nothing": [SEQ, 8, CRC, 0, 0, []],
    "trace-page-largest": [LAST_SEQ, 8, U32, U16, U16, [[U16, U8, U32, U32, U64, U64]] * 40],
    "memory-report": [
        *(SEQ, 9, 131_072, 77_216, 13_472, 40_000),
        *([98_304, 91_008, 65_536], None, [["uart", 1880], ["inference", 3412]]),
    ],
    "memory-report-of-nothing": [SEQ, 9, 0, None, None, None, None, None, []],
    "memory-report-extreme": [
        *(LAST_SEQ, 9, U32, U32, U32, U32, [U32] * 3, [U32] * 3, [["t" * 16, U32]] * 4),
    ],
    "baud-ack": [SEQ, 10, 921600],
    "baud-committed": [SEQ, 12, 921600],
    "reboot-ack-to-app": [SEQ, 11, 0],
    "reboot-ack-to-bootloader": [SEQ, 11, 1],
    "frame-data": [SEQ, 14, CRC, 5_000_000_000, [120, 160, 1], 38_400, 0, EVERY_BYTE],
    "frame-data-largest": [LAST_SEQ, 14, U32, U64, [U16, U16, 1], U32, U32, LARGEST],
    "network-loaded": [SEQ, 15, EVERY_BYTE[:32]],
    "self-tested": [SEQ, 16, None, 27],
    "self-test-failed": [SEQ, 16, U16, U16],
    "link-notice": [NOTICE, 18, 1, 300, 0],
    "link-notice-extreme": [NOTICE, 18, U32, U32, U32],
}


def frame(message: bytes) -> bytes:
    """A message with its CRC-32, stuffed, between delimiters."""
    check = zlib.crc32(message).to_bytes(4, "little")
    return b"\x00" + bytes(cobs.encode(message + check)) + b"\x00"


def lines() -> Iterator[str]:
    """The lines of the file."""
    for direction, messages in (("request", REQUESTS), ("reply", REPLIES)):
        for name, message in messages.items():
            yield f"{name} {direction} {frame(cbor2.dumps(message, canonical=True)).hex()}\n"


if __name__ == "__main__":
    FILE.write_text("".join(lines()), encoding="utf-8")
