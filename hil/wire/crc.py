"""CRC-32 as IEEE 802.3 and zlib compute it (CRC catalogue: CRC-32/ISO-HDLC)."""

from __future__ import annotations

import zlib

CRC_BYTES = 4


def crc32(data: bytes | bytearray | memoryview) -> int:
    """The check value of `data`, 0..2^32-1; `b"123456789"` gives 0xCBF43926."""
    return zlib.crc32(data)


def append_crc(data: bytes) -> bytes:
    """`data` followed by its CRC-32, little endian."""
    return data + zlib.crc32(data).to_bytes(CRC_BYTES, "little")


def strip_crc(data: bytes) -> bytes | None:
    """`data` without its trailing CRC-32; None when the CRC does not match."""
    if len(data) <= CRC_BYTES:
        return None
    body = data[:-CRC_BYTES]
    return body if zlib.crc32(body) == int.from_bytes(data[-CRC_BYTES:], "little") else None
