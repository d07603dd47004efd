"""The simulated board's app: a shared library in an ESP32 image.

One DROM segment holds `esp_app_desc_t`, a marker, the length and the library, so that
esptool, the bootloader checks and `build_id` work as with a real app.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass

from hil.build import esp_image

PROJECT = "camhil"
_MARKER = b"camhil-sim-app\0\0"
_LENGTH = struct.Struct("<I")
# Where ESP-IDF maps the first DROM segment of an app: 0x20 bytes into the image.
_DROM_ADDRESS = 0x3F400020
_ENTRY_ADDRESS = 0x40080000
_DRAM_ADDRESS = 0x3FFF0030
_DESCRIPTION_BYTES = 256


@dataclass(frozen=True)
class App:
    """What the bootloader found. `library` is None in an app for real silicon."""

    build_id: bytes
    sha256: bytes
    version: str
    library: bytes | None
    segments: tuple[esp_image.Segment, ...]


def pack_app(library: bytes, version: str) -> bytes:
    """Wraps the host library into an app image. `build_id` is the library's SHA-256."""
    description = esp_image.encode_app_description(
        esp_image.AppDescription(version, PROJECT, "sim", hashlib.sha256(library).digest())
    )
    data = description + _MARKER + _LENGTH.pack(len(library)) + library
    return esp_image.encode_image([esp_image.Segment(_DROM_ADDRESS, data)], _ENTRY_ADDRESS)


def pack_bootloader() -> bytes:
    """A minimal valid second-stage bootloader image; the simulated board never runs it."""
    stub = b"camhil simulated board: second stage bootloader\0"
    return esp_image.encode_image([esp_image.Segment(_DRAM_ADDRESS, stub)], _ENTRY_ADDRESS)


def unpack_app(data: bytes | memoryview, address: int) -> App:
    """Verifies and opens the app in `data`, which lies at `address`. Raises ImageError."""
    image = esp_image.decode_image(data, address)
    description = image.description
    rest = image.segments[0].data[_DESCRIPTION_BYTES:] if description else b""
    library = None
    if rest.startswith(_MARKER):
        start = len(_MARKER) + _LENGTH.size
        (length,) = _LENGTH.unpack_from(rest, len(_MARKER))
        library = rest[start : start + length]
    return App(
        build_id=description.elf_sha256 if description else bytes(32),
        sha256=image.sha256 or bytes(32),
        version=description.version if description else "",
        library=library,
        segments=image.segments,
    )
