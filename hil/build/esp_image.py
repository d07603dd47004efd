"""ESP32 application images: the container that the bootloader verifies.

Header of 24 bytes, segments, padding, XOR checksum, SHA-256 over all before it. The first
segment of an app starts with `esp_app_desc_t`. Source: esptool documentation, "Firmware
Image Format"; ESP-IDF `esp_app_desc.h`.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass

MAGIC = 0xE9
CHECKSUM_SEED = 0xEF
MAX_SEGMENTS = 16
_HEADER = struct.Struct("<BBBBIB3sHBHH4sB")
_SEGMENT = struct.Struct("<II")
_SPI_DIO = 2
_SPI_4MB_40MHZ = 0x20
_WP_DISABLED = 0xEE
_MAX_REVISION = 399  # v3.99, as ESP-IDF sets it

CHIP_IDS = {
    0x0000: "esp32",
    0x0002: "esp32s2",
    0x0005: "esp32c3",
    0x0009: "esp32s3",
    0x000C: "esp32c2",
    0x000D: "esp32c6",
    0x0010: "esp32h2",
    0x0012: "esp32p4",
    0x0014: "esp32c61",
    0x0017: "esp32c5",
}
"""`esp_chip_id_t` of ESP-IDF's esp_app_format.h."""
_ESP32 = 0

APP_DESC_MAGIC = 0xABCD5432
_APP_DESC = struct.Struct("<II8s32s32s16s16s32s32s80s")


@dataclass(frozen=True)
class Segment:
    """Bytes for one address; `offset` is where the data lies in the image."""

    address: int
    data: bytes
    offset: int = 0


@dataclass(frozen=True)
class AppDescription:
    """What an app says of itself. `elf_sha256`: of the ELF it was made from, 32 bytes."""

    version: str
    project: str
    idf_version: str
    elf_sha256: bytes


@dataclass(frozen=True)
class Image:
    """A verified image, of an app or a bootloader.

    `chip` is what it is built for; `sha256` the appended digest, None where there is none.
    """

    chip: str
    entry: int
    segments: tuple[Segment, ...]
    size: int
    sha256: bytes | None

    @property
    def description(self) -> AppDescription | None:
        """`esp_app_desc_t` at the start of the first segment; None where there is no such thing."""
        data = self.segments[0].data if self.segments else b""
        if len(data) < _APP_DESC.size:
            return None
        magic, _, _, version, project, _, _, idf, elf_sha256, _ = _APP_DESC.unpack_from(data)
        if magic != APP_DESC_MAGIC:
            return None
        return AppDescription(_text(version), _text(project), _text(idf), elf_sha256)


class ImageError(ValueError):
    """The image is damaged. The text is the one that ESP-IDF's bootloader prints."""


class ChecksumError(ImageError):
    """The XOR checksum is wrong."""

    def __init__(self, calculated: int, stored: int) -> None:
        super().__init__(f"Checksum failed. Calculated 0x{calculated:x} read 0x{stored:x}")
        self.calculated = calculated
        self.stored = stored


def encode_image(segments: list[Segment], entry: int) -> bytes:
    """Packs segments into an image with checksum and appended SHA-256."""
    parts = [
        _HEADER.pack(
            *(MAGIC, len(segments), _SPI_DIO, _SPI_4MB_40MHZ, entry, _WP_DISABLED),
            *(b"\0\0\0", _ESP32, 0, 0, _MAX_REVISION, b"\0\0\0\0", 1),
        )
    ]
    checksum = CHECKSUM_SEED
    for segment in segments:
        data = segment.data.ljust(-(-len(segment.data) // 4) * 4, b"\0")
        parts += [_SEGMENT.pack(segment.address, len(data)), data]
        checksum ^= _xor(data)
    body = b"".join(parts)
    body += b"\0" * (15 - len(body) % 16) + bytes([checksum])
    return body + hashlib.sha256(body).digest()


def decode_image(data: bytes | memoryview, address: int, *, check_hash: bool = True) -> Image:
    """Verifies an image that starts `data`, as the bootloader does before it boots.

    `address`: where it lies in flash, for the messages. A bootloader checks the hash of an
    app; the ROM checks only the checksum of the bootloader. Raises ImageError.
    """
    data = bytes(data)
    if len(data) < _HEADER.size or data[0] != MAGIC:
        raise ImageError(f"image at {address:#x} has invalid magic byte (nothing flashed here?)")
    _, count, _, _, entry, _, _, chip, *_, hash_appended = _HEADER.unpack_from(data)
    if count > MAX_SEGMENTS:
        raise ImageError(f"image at {address:#x} segment count {count} exceeds max {MAX_SEGMENTS}")
    segments = []
    checksum = CHECKSUM_SEED
    at = _HEADER.size
    for index in range(count):
        if at + _SEGMENT.size > len(data):
            raise ImageError(f"segment {index} lies outside of the partition")
        load, length = _SEGMENT.unpack_from(data, at)
        at += _SEGMENT.size
        if length % 4 or at + length > len(data):
            raise ImageError(f"invalid segment length 0x{length:x}")
        segments.append(Segment(load, data[at : at + length], at))
        checksum ^= _xor(segments[-1].data)
        at += length
    at += 15 - at % 16
    size = at + 1 + (32 if hash_appended else 0)
    if size > len(data):
        raise ImageError(f"Image length {size} doesn't fit in partition length {len(data)}")
    if data[at] != checksum:
        raise ChecksumError(checksum, data[at])
    digest = data[at + 1 : at + 33] if hash_appended else None
    if check_hash and digest is not None and hashlib.sha256(data[: at + 1]).digest() != digest:
        raise ImageError("Image hash failed - image is corrupt")
    name = CHIP_IDS.get(chip, f"chip {chip:#06x}")
    return Image(name, entry, tuple(segments), size, digest)


def encode_app_description(app: AppDescription) -> bytes:
    """The 256 bytes of `esp_app_desc_t`. Date and time stay empty: builds are reproducible."""
    return _APP_DESC.pack(
        *(APP_DESC_MAGIC, 0, b"", app.version.encode(), app.project.encode(), b"", b""),
        *(app.idf_version.encode(), app.elf_sha256, b""),
    )


def _text(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode(errors="replace")


def _xor(data: bytes) -> int:
    """XOR of all bytes, by folding the whole as one number: no loop over bytes."""
    value = int.from_bytes(data, "little")
    bits = max(8, 1 << max(0, len(data) * 8 - 1).bit_length())
    while bits > 8:
        bits //= 2
        value = (value >> bits) ^ (value & ((1 << bits) - 1))
    return value
