"""Size and orientation of a JPEG or PNG file, without decoding it.

Read before decoding, so that a small file that claims a huge picture costs nothing.
Sources: ITU-T T.81 (JPEG markers), PNG 1.2, Exif 2.3 (orientation, tag 0x0112).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
_EXIF = b"Exif\x00\x00"
_ORIENTATION = 0x0112
_SHORT = 3

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
            header = _png(data)
        elif data.startswith(_JPEG):
            header = _jpeg(data)
        else:
            raise BadPictureError(_kind(data))
    except (struct.error, IndexError) as error:
        raise BadPictureError("truncated: it ends within its header") from error
    if 0 in header.size:
        raise BadPictureError(f"damaged: its header says {header.size[0]}x{header.size[1]} pixels")
    return header


def _kind(data: bytes) -> str:
    for mark, place, name in _OTHERS:
        if data[place : place + len(mark)] == mark:
            return f"a {name} file: save it as JPEG or PNG"
    return "not a JPEG or PNG file"


def _png(data: bytes) -> Header:
    size: tuple[int, int] | None = None
    orientation, place = 1, len(_PNG)
    while place < len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        body = place + 8
        if body + length + 4 > len(data):
            break
        if kind == b"IHDR":
            size = struct.unpack_from(">II", data, body)
        elif kind == b"eXIf":
            orientation = _orientation(data[body : body + length])
        elif kind == b"IEND" and size is not None:
            return Header(size, orientation)
        place = body + length + 4
    raise BadPictureError("truncated: the PNG has no end")


def _jpeg(data: bytes) -> Header:
    orientation, place = 1, 2
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
            return Header((width, height), orientation)
        body = data[place + 4 : place + 2 + length]
        if marker == 0xE1 and body.startswith(_EXIF):
            orientation = _orientation(body[len(_EXIF) :])
        if marker in (0xD9, 0xDA):
            break
        place += 2 + length
    raise BadPictureError("truncated or damaged: the JPEG says no size")


def _orientation(exif: bytes) -> int:
    """Exif's orientation from its TIFF structure; 1 where it says none that is known."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return 1
    try:
        (first,) = struct.unpack_from(f"{order}I", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, first)
        for n in range(count):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", exif, first + 2 + 12 * n)
            if tag == _ORIENTATION and kind == _SHORT:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        return 1  # damaged tags do not make a picture unusable; decoders ignore them too
    return 1
