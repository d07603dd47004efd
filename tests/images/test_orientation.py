"""Pictures that are stored turned: upright in every format, with alpha as without."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.base.orientation import orientation
from hil.images import load

TURNED = "turned as its EXIF orientation says"
ORIENTATIONS = range(1, 9)

# How Exif 2.3 words it: which edges of the upright picture the stored row 0 and column 0 are.
# Stored pixels of an upright picture follow from it by turning the other way.
STORED: dict[int, Callable[[Any], Any]] = {
    1: lambda p: p,
    2: np.fliplr,
    3: lambda p: np.rot90(p, 2),
    4: np.flipud,
    5: lambda p: np.swapaxes(p, 0, 1),
    6: lambda p: np.rot90(p, 1),  # shown after a turn of 90 degrees clockwise
    7: lambda p: np.swapaxes(np.rot90(p, 2), 0, 1),
    8: lambda p: np.rot90(p, -1),
}

GRAY = np.random.default_rng(1).integers(0, 256, (40, 60)).astype(np.uint8)
COLOUR = np.random.default_rng(2).integers(0, 256, (40, 60, 4)).astype(np.uint8)
DEEP = COLOUR.astype(np.uint16) * 256 + 77


def tiff_block(value: int, order: str = "<", kind: int = 3) -> bytes:
    """Exif data that holds nothing but an orientation, in either byte order."""
    start = b"II*\0" if order == "<" else b"MM\0*"
    head = struct.pack(f"{order}IHHHI", 8, 1, 0x0112, kind, 1)
    number = struct.pack(f"{order}HH", value, 0) if kind == 3 else struct.pack(f"{order}I", value)
    return start + head + number + bytes(4)


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(pixels: Any, block: bytes, *, late: bool = False) -> bytes:
    return marked_png(encoded(".png", pixels), block, late=late)


def marked_png(data: bytes, block: bytes, *, late: bool = False) -> bytes:
    """With an eXIf chunk before the pixels, or `late`, behind them."""
    place = len(data) - 12 if late else 33
    return data[:place] + png_chunk(b"eXIf", block) + data[place:]


def raw_png(colour_type: int, pixels: Any, *chunks: bytes) -> bytes:
    """A PNG of a kind that OpenCV does not write, 8 bits a channel."""
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    height, width = pixels.shape[:2]
    head = struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0)
    parts = [png_chunk(b"IHDR", head), *chunks, png_chunk(b"IDAT", zlib.compress(rows))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + png_chunk(b"IEND", b"")


def webp(pixels: Any, block: bytes) -> bytes:
    """Lossless, in the extended form, which alone has Exif data."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)

    body = encoded(".webp", pixels, cv2.IMWRITE_WEBP_QUALITY, 101)[12:]
    if body.startswith(b"VP8X"):
        body = body[18:]
    height, width = pixels.shape[:2]
    flags = 0x08 | (0x10 if pixels.ndim == 3 and pixels.shape[2] == 4 else 0)
    sides = b"".join(struct.pack("<I", side - 1)[:3] for side in (width, height))
    body = chunk(b"VP8X", struct.pack("<I", flags) + sides) + body + chunk(b"EXIF", block)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def tiff(pixels: Any, block: bytes) -> bytes:
    """OpenCV's TIFF with the orientation added to its directory."""
    data = bytearray(encoded(".tif", pixels, cv2.IMWRITE_TIFF_COMPRESSION, 1))
    (start,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, start)
    entries = [bytes(data[start + 2 + 12 * n :][:12]) for n in range(count)]
    entries = [e for e in entries if struct.unpack("<H", e[:2])[0] != 0x0112]
    entries.append(block[10:22])
    entries.sort(key=lambda entry: struct.unpack("<H", entry[:2])[0])
    data += bytes(len(data) % 2)
    struct.pack_into("<I", data, 4, len(data))
    return bytes(data) + struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)


def jpeg(pixels: Any, block: bytes) -> bytes:
    data = encoded(".jpg", pixels)
    exif = b"Exif\0\0" + block
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + data[2:]


def encoded(suffix: str, pixels: Any, *parameters: int) -> bytes:
    done, data = cv2.imencode(suffix, np.ascontiguousarray(pixels), parameters)
    assert done
    return data.tobytes()


LOSSLESS = {
    "png gray": (png, GRAY),
    "png colour": (png, COLOUR[..., :3]),
    "png alpha": (png, COLOUR),
    "png 16 bits": (png, DEEP[..., :3]),
    "png 16 bits alpha": (png, DEEP),
    "webp colour": (webp, COLOUR[..., :3]),
    "webp alpha": (webp, COLOUR),
    "tiff gray": (tiff, GRAY),
    "tiff colour": (tiff, COLOUR[..., :3]),
    "tiff alpha": (tiff, COLOUR),
    "tiff 16 bits alpha": (tiff, DEEP),
}


def loaded(folder: Path, data: bytes) -> Any:
    path = folder / "picture"
    path.write_bytes(data)
    return load(path, resize=True)


@pytest.mark.parametrize("turn", ORIENTATIONS)
@pytest.mark.parametrize(("form", "pixels"), LOSSLESS.values(), ids=LOSSLESS.keys())
def test_a_turned_picture_is_loaded_as_the_upright_one(
    tmp_path: Path, form: Callable[[Any, bytes], bytes], pixels: Any, turn: int
) -> None:
    upright = loaded(tmp_path, form(pixels, tiff_block(1)))
    turned = loaded(tmp_path, form(STORED[turn](pixels), tiff_block(turn)))
    assert turned.pixels.tolist() == upright.pixels.tolist()
    assert turned.original_size == upright.original_size == (60, 40)
    assert [note for note in turned.notes if note != TURNED] == list(upright.notes)
    assert (TURNED in turned.notes) == (turn != 1)


@pytest.mark.parametrize("turn", ORIENTATIONS)
@pytest.mark.parametrize("kind", ["palette", "gray and alpha"])
def test_transparency_of_any_kind_is_turned_with_its_picture(
    tmp_path: Path, kind: str, turn: int
) -> None:
    def data(turn: int) -> bytes:
        if kind == "palette":
            palette = png_chunk(b"PLTE", bytes(range(12))) + png_chunk(b"tRNS", b"\0\x80")
            picture = raw_png(3, STORED[turn](GRAY % 4), palette)
        else:
            picture = raw_png(4, STORED[turn](COLOUR[..., :2]))
        return marked_png(picture, tiff_block(turn))

    upright = loaded(tmp_path, data(1))
    assert "transparent pixels laid on white" in upright.notes
    assert loaded(tmp_path, data(turn)).pixels.tolist() == upright.pixels.tolist()


@pytest.mark.parametrize("turn", ORIENTATIONS)
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_jpeg_is_turned_as_opencv_turns_it(tmp_path: Path, order: str, turn: int) -> None:
    data = jpeg(COLOUR[..., :3], tiff_block(turn, order))
    path = tmp_path / "picture.jpg"
    path.write_bytes(data)
    by_opencv = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    size = by_opencv.shape[0], by_opencv.shape[1]
    photo = load(path, size=size)
    assert photo.pixels.tolist() == cv2.cvtColor(by_opencv, cv2.COLOR_BGR2GRAY).tolist()


def test_the_orientation_is_found_wherever_a_writer_may_put_it() -> None:
    assert orientation(png(GRAY, tiff_block(6), late=True)) == 6
    assert orientation(png(GRAY, b"Exif\0\0" + tiff_block(6))) == 6
    assert orientation(webp(COLOUR, b"Exif\0\0" + tiff_block(6))) == 6
    assert orientation(jpeg(GRAY, tiff_block(6, ">", kind=4))) == 6


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_is_none(value: int) -> None:
    assert orientation(png(GRAY, tiff_block(value))) == 1


@given(st.sampled_from([png, webp, tiff, jpeg]), st.data())
def test_damage_anywhere_is_no_crash(form: Callable[[Any, bytes], bytes], data: Any) -> None:
    whole = bytearray(form(COLOUR[:4, :4, :3], tiff_block(6)))
    for place in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=8)):
        whole[place] = data.draw(st.integers(0, 255))
    assert orientation(bytes(whole[: data.draw(st.integers(0, len(whole)))])) in ORIENTATIONS
