"""Size and orientation of a JPEG or PNG file, without decoding it.

Read before decoding, so that a small file that claims a huge picture costs nothing.
Sources: ITU-T T.81 (JPEG markers), PNG 1.2.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from hil.base.orientation import orientation

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"

_OTHERS = (
    (b"GIF8", 0, "GIF"),
    (b"BM", 0, "BMP"),
    (b"II*\x00", 0, "TIFF"),
    (b"MM\x00*", 0, "TIFF"),
    (b"WEBP", 8, "WebP"),
    (b"ftyphei", 4, "HEIC"),
    (b"ftypmif1", 4, "HEIC"),
    (b"ftypavif", 4, "AVIF"),
)
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG markers of a frame header: SOF0 to SOF15 without DHT, JPG and DAC."""


@dataclass(frozen=True, slots=True)
class Header:
    """`size`: (width, height) as stored. `orientation`: Exif's 1 to 8; 1 is upright."""

    size: tuple[int, int]
    orientation: int = 1

    @property
    def upright(self) -> tuple[int, int]:
        """(width, height) after turning."""
        width, height = self.size
        return (height, width) if self.orientation >= 5 else (width, height)


class BadPictureError(Exception):
    """The file cannot be used; the text says why."""


def read_header(data: bytes) -> Header:
    """The header of a JPEG or PNG file.

    Raises:
        BadPictureError: empty, truncated, damaged, or another kind of file.
    """
    if not data:
        raise BadPictureError("the file is empty")
    try:
        if data.startswith(_PNG):
            size = _png(data)
        elif data.startswith(_JPEG):
            size = _jpeg(data)
        else:
            raise BadPictureError(_kind(data))
    except (struct.error, IndexError) as error:
        raise BadPictureError("truncated: it ends within its header") from error
    if 0 in size:
        raise BadPictureError(f"damaged: its header says {size[0]}x{size[1]} pixels")
    return Header(size, orientation(data))


def _kind(data: bytes) -> str:
    for mark, place, name in _OTHERS:
        if data[place : place + len(mark)] == mark:
            return f"a {name} file: save it as JPEG or PNG"
    return "not a JPEG or PNG file"


def _png(data: bytes) -> tuple[int, int]:
    size: tuple[int, int] | None = None
    place = len(_PNG)
    while place < len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        body = place + 8
        if body + length + 4 > len(data):
            break
        if kind == b"IHDR":
            size = struct.unpack_from(">II", data, body)
        elif kind == b"IEND" and size is not None:
            return size
        place = body + length + 4
    raise BadPictureError("truncated: the PNG has no end")


def _jpeg(data: bytes) -> tuple[int, int]:
    place = 2
    while place < len(data):
        if data[place] != 0xFF:
            raise BadPictureError("damaged: no marker where the JPEG needs one")
        marker = data[place + 1]
        if marker == 0xFF:  # fill byte
            place += 1
            continue
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:  # without a length
            place += 2
            continue
        (length,) = struct.unpack_from(">H", data, place + 2)
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, place + 5)
            return width, height
        if marker in (0xD9, 0xDA):
            break
        place += 2 + length
    raise BadPictureError("truncated or damaged: the JPEG says no size")
