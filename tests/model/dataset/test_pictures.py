"""What becomes of a picture, and what of a bad one."""

from __future__ import annotations

import contextlib
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.images import decode, load
from model.dataset.header import BadPictureError, Header, read_header
from model.dataset.inputs import Candidate
from model.dataset.pictures import Form, make, upright_boxes

if TYPE_CHECKING:
    from conftest import Inputs


def stored(path: Path, form: Form | None = None) -> tuple[Any, Path]:
    """Makes one picture; the stored pixels and the file."""
    form = form or Form(format="png")
    candidate = Candidate(path, path.name, "own", "train")
    target = path.parent / "out" / form.file(candidate)
    made = make(candidate, form, target)
    pixels = cv2.imread(str(target), cv2.IMREAD_UNCHANGED)
    assert pixels.ndim == 2
    assert (pixels.shape[1], pixels.shape[0]) == made.size
    assert zlib.crc32(target.read_bytes()) == made.crc
    return pixels, target


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((640, 480), (171, 128)),
        ((480, 640), (128, 171)),
        ((256, 256), (128, 128)),
        ((128, 500), (128, 500)),
        ((60, 40), (60, 40)),
        ((3000, 20), (3000, 20)),
        ((4000, 300), (1707, 128)),
    ],
)
def test_the_whole_picture_is_shrunk_to_the_shorter_side_and_never_enlarged(
    inputs: Inputs, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    pixels, _ = stored(inputs.picture("a.png", *size))
    assert (pixels.shape[1], pixels.shape[0]) == expected


def test_shrinking_averages(inputs: Inputs) -> None:
    path = inputs.picture("a.png")
    board = np.indices((256, 256)).sum(0) % 2 * 255
    cv2.imwrite(str(path), board.astype(np.uint8))
    pixels, _ = stored(path)
    assert pixels.shape == (128, 128)
    assert set(np.unique(pixels)) <= {127, 128}


@pytest.mark.parametrize("form", [{"channels": 3}, {"channels": 4}, {"dtype": np.uint16}])
def test_colour_alpha_and_16_bits_become_8_bit_gray_as_for_the_model(
    inputs: Inputs, form: dict[str, Any]
) -> None:
    path = inputs.picture("a.png", 96, 96, **form)
    pixels, _ = stored(path)
    assert pixels.dtype == np.uint8
    assert np.array_equal(pixels, load(path).pixels)


@pytest.mark.parametrize("orientation", range(2, 9))
def test_exif_turns_the_picture(inputs: Inputs, orientation: int) -> None:
    path = inputs.picture("a.jpg", 160, 120, orientation=orientation)
    header = read_header(path.read_bytes())
    assert header == Header((160, 120), orientation)
    pixels, target = stored(path)
    expected, notes = decode(path.read_bytes(), path)
    assert "turned as its EXIF orientation says" in notes
    assert expected.shape == ((160, 120) if orientation >= 5 else (120, 160))
    ratio = expected.shape[0] / pixels.shape[0]
    assert ratio == pytest.approx(120 / 120)
    assert np.array_equal(pixels, expected)
    assert b"Exif" not in target.read_bytes()


def test_a_file_of_the_right_form_is_copied_byte_for_byte(inputs: Inputs) -> None:
    for name, form in (("a.jpg", Form(format="jpeg")), ("b.png", Form(format="png"))):
        path = inputs.picture(name, 128, 160)
        _, target = stored(path, form)
        assert target.read_bytes() == path.read_bytes()
        assert target.name == name


def test_names_do_not_collide_when_the_form_changes() -> None:
    def file(name: str, form: str) -> str:
        return Form(format=form).file(Candidate(Path(name), name, "own", "train"))

    assert file("a/b.jpeg", "jpeg") == "own/a/b.jpeg"
    assert file("a/b.png", "jpeg") == "own/a/b.png.jpg"
    assert file("own/b.JPG", "jpeg") == "own/b.JPG"
    assert file("own/b.jpg", "png") == "own/b.jpg.png"


def test_two_runs_give_the_same_bytes(inputs: Inputs) -> None:
    path = inputs.picture("a.jpg", 640, 480, channels=3)
    first = stored(path, Form())[1].read_bytes()
    assert stored(path, Form())[1].read_bytes() == first


def cut(share: float) -> Callable[[bytes], bytes]:
    return lambda data: data[: int(len(data) * share)]


def claims(width: int, height: int) -> Callable[[bytes], bytes]:
    """A PNG whose header claims another size, with the right checksum."""

    def change(data: bytes) -> bytes:
        body = b"IHDR" + struct.pack(">II", width, height) + data[24:29]
        return data[:12] + body + struct.pack(">I", zlib.crc32(body)) + data[33:]

    return change


BAD = [
    ("a.jpg", lambda data: b"", "empty"),
    ("a.png", lambda data: b"", "empty"),
    ("a.jpg", cut(0.5), "truncated"),
    ("a.png", cut(0.5), "truncated"),
    ("a.jpg", lambda data: data[:3], "truncated"),
    ("a.jpg", lambda data: data[:20], "truncated"),
    ("a.png", lambda data: data[:20], "truncated"),
    ("a.png", lambda data: data[:-12], "truncated"),
    ("a.jpg", lambda data: b"<html>not found</html>", "not a JPEG or PNG file"),
    ("a.jpg", lambda data: b"RIFF\0\0\0\0WEBPVP8 ", "a WebP file: save it as JPEG or PNG"),
    ("a.jpg", lambda data: b"\0\0\0\x18ftypheic", "a HEIC file: save it as JPEG or PNG"),
    ("a.jpg", lambda data: b"GIF89a", "a GIF file"),
    ("a.jpg", lambda data: data[:2] + b"\x00" * 100, "damaged"),
    ("a.png", claims(0, 120), "its header says 0x120 pixels"),
    ("a.png", claims(30_000, 30_000), "30000x30000 pixels is over the limit of 100 megapixels"),
    ("a.png", claims(161, 120), "not a picture, or a damaged one"),
]


@pytest.mark.parametrize(("name", "damage", "message"), BAD, ids=lambda value: str(value)[:20])
def test_bad_pictures_are_named_and_leave_nothing(
    inputs: Inputs, name: str, damage: Callable[[bytes], bytes], message: str
) -> None:
    path = inputs.picture(name)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(BadPictureError, match=message):
        stored(path)
    assert not list((path.parent / "out").rglob("*")) if (path.parent / "out").exists() else True


def test_the_limit_counts_the_pixels_before_decoding(inputs: Inputs) -> None:
    path = inputs.picture("a.jpg", 400, 300)
    assert stored(path, Form(pixels=120_000))[0].shape == (128, 171)
    with pytest.raises(BadPictureError, match=r"400x300 pixels is over the limit of 0\.1199"):
        stored(path, Form(pixels=119_900))


@given(st.binary(max_size=300), st.sampled_from([b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n"]))
def test_any_bytes_have_a_header_or_a_reason(data: bytes, start: bytes) -> None:
    header = None
    with contextlib.suppress(BadPictureError):
        header = read_header(start + data)
    assert header is None or (min(header.size) > 0 and 1 <= header.orientation <= 8)


BOX = (0.1, 0.2, 0.3, 0.6)


@pytest.mark.parametrize(
    ("said", "upright", "orientation", "expected"),
    [
        ((160, 120), False, 1, BOX),
        (None, False, 1, BOX),
        ((120, 160), False, 6, BOX),  # the annotations mean the turned picture
        ((160, 120), False, 6, (0.4, 0.1, 0.8, 0.3)),  # they mean the picture as stored
        ((120, 160), True, 6, BOX),
    ],
)
def test_the_annotated_size_tells_which_picture_boxes_are_of(
    said: tuple[int, int] | None, upright: bool, orientation: int, expected: tuple[float, ...]
) -> None:
    candidate = Candidate(Path(), "a.jpg", "own", "train", True, (BOX,), said, upright)
    (box,) = upright_boxes(candidate, Header((160, 120), orientation))
    assert box == pytest.approx(expected)


@pytest.mark.parametrize(
    ("said", "upright", "header", "message"),
    [
        ((640, 480), False, Header((160, 120)), "160x120 pixels; the annotations say 640x480"),
        ((160, 120), True, Header((160, 120), 6), "120x160 pixels; the annotations say 160x120"),
        ((160, 120), False, Header((160, 120), 3), "nothing tells whether the boxes are of the"),
        ((100, 100), False, Header((100, 100), 6), "save it upright"),
    ],
)
def test_a_size_that_does_not_fit_or_cannot_tell_is_named(
    said: tuple[int, int], upright: bool, header: Header, message: str
) -> None:
    candidate = Candidate(Path(), "a.jpg", "own", "train", True, (BOX,), said, upright)
    with pytest.raises(BadPictureError, match=message):
        upright_boxes(candidate, header)


def test_a_turned_picture_without_boxes_is_fine() -> None:
    candidate = Candidate(Path(), "a.jpg", "own", "train", size=(100, 100))
    assert upright_boxes(candidate, Header((100, 100), 3)) == ()
