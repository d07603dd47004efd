"""Which way up a picture is stored, by the Exif data in its file.

Sources: Exif 2.3 (tag 0x0112), ITU-T T.81 (JPEG markers), PNG third edition (eXIf),
the WebP container specification (EXIF chunk), TIFF 6.0.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

UPRIGHT = 1

TIFF_STARTS = (b"II*\x00", b"MM\x00*")

_JPEG, _PNG = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"
_EXIF = b"Exif\x00\x00"
_ORIENTATION = 0x0112
_KINDS = {3: "H", 4: "I"}  # SHORT, as Exif wants it, and LONG, as some write it


def orientation(data: bytes) -> int:
    """Exif's 1 (upright) to 8 of a JPEG, PNG, WebP or TIFF file; 1 where it says none.

    Damage gives 1 as well: whoever decodes the picture says what is wrong with it.
    """
    try:
        for block in _blocks(data):
            return _of_tiff(block.removeprefix(_EXIF))
    except (struct.error, IndexError):
        pass
    return UPRIGHT


def turned_upright(picture: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Pixels [height, width, ...] as stored, turned and mirrored to be upright."""
    if orientation >= 5:  # 5 to 8 swap rows and columns
        picture = picture.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        picture = picture[:, ::-1]
    if orientation in (3, 4, 7, 8):
        picture = picture[::-1]
    return picture


def _blocks(data: bytes) -> Iterator[bytes]:
    """The Exif data of a file."""
    if data.startswith(_JPEG):
        yield from _of_jpeg(data)
    elif data.startswith(_PNG):
        yield from _of_chunks(data, len(_PNG), ">I4s", b"eXIf", after=4)
    elif data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        yield from _of_chunks(data, 12, "<4sI", b"EXIF", after=0)
    elif data.startswith(TIFF_STARTS):
        yield data


def _of_chunks(data: bytes, place: int, head: str, wanted: bytes, *, after: int) -> Iterator[bytes]:
    """Chunks of a PNG (with a checksum of 4 bytes behind each) or a WebP (of even length)."""
    while place + 8 <= len(data):
        first, second = struct.unpack_from(head, data, place)
        kind, length = (second, first) if isinstance(first, int) else (first, second)
        body = place + 8
        if kind == wanted:
            yield data[body : body + length]
        place = body + length + (after or length % 2)


def _of_jpeg(data: bytes) -> Iterator[bytes]:
    place = len(_JPEG)
    while data[place] == 0xFF:
        marker = data[place + 1]
        if marker == 0xFF:  # fill byte
            place += 1
            continue
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:  # without a length
            place += 2
            continue
        if marker in (0xD9, 0xDA):  # the end, or the scan: nothing of Exif comes later
            return
        (length,) = struct.unpack_from(">H", data, place + 2)
        body = data[place + 4 : place + 2 + length]
        if marker == 0xE1 and body.startswith(_EXIF):
            yield body
        place += 2 + length


def _of_tiff(exif: bytes) -> int:
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return UPRIGHT
    (first,) = struct.unpack_from(f"{order}I", exif, 4)
    (count,) = struct.unpack_from(f"{order}H", exif, first)
    for entry in range(first + 2, first + 2 + 12 * count, 12):
        tag, kind = struct.unpack_from(f"{order}HH", exif, entry)
        if tag == _ORIENTATION and kind in _KINDS:
            (value,) = struct.unpack_from(f"{order}{_KINDS[kind]}", exif, entry + 8)
            return value if 1 <= value <= 8 else UPRIGHT
    return UPRIGHT
