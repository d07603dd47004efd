"""A camera's frames as pixels: RGB565 by its published layout, and which frame a network takes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.errors import UsageError
from hil.network.contract import read_contract
from hil.network.frame_format import (
    camera_frame,
    frame_pixels,
    from_rgb565,
    packed_frame,
    pixel_shape,
    to_rgb565,
)
from hil.testing.tiny_model import tiny_model
from hil.testing.zoo import network
from hil.wire.enums import FrameFormat
from hil.wire.replies import FrameSize

# rrrrrggg gggbbbbb, the upper byte first.
KNOWN = {
    "0000": (0, 0, 0),
    "ffff": (255, 255, 255),
    "f800": (255, 0, 0),
    "07e0": (0, 255, 0),
    "001f": (0, 0, 255),
    "0821": (8, 4, 8),
    "8410": (132, 130, 132),
    "7bef": (123, 125, 123),
}


@pytest.mark.parametrize(("data", "pixel"), KNOWN.items())
def test_a_pixel_is_two_bytes_whose_upper_bits_are_repeated_below(
    data: str, pixel: tuple[int, int, int]
) -> None:
    assert from_rgb565(bytes.fromhex(data), 1, 1).tolist() == [[list(pixel)]]
    assert to_rgb565(np.array([[pixel]], np.uint8)).hex() == data


@given(st.binary(min_size=12, max_size=12))
def test_a_frame_that_became_pixels_becomes_the_same_frame_again(data: bytes) -> None:
    assert to_rgb565(from_rgb565(data, 2, 3)) == data


def test_rows_and_columns_stay_in_their_order() -> None:
    frame = FrameSize(2, 3, FrameFormat.RGB565)
    data = bytes.fromhex("f800 07e0 001f ffff 0000 f81f")
    red_to_blue, below = frame_pixels(data, frame).tolist()
    assert red_to_blue == [[255, 0, 0], [0, 255, 0], [0, 0, 255]]
    assert below == [[255, 255, 255], [0, 0, 0], [255, 0, 255]]
    assert (frame.size, pixel_shape(frame)) == (12, (2, 3, 3))


def test_a_gray_frame_is_its_pixels() -> None:
    frame = FrameSize(2, 2, FrameFormat.GRAY8)
    assert frame_pixels(b"\x01\x02\x03\x04", frame).tolist() == [[1, 2], [3, 4]]
    assert (frame.size, pixel_shape(frame)) == (4, (2, 2))


@pytest.mark.parametrize(
    ("shape", "format_"),
    [((4, 4), FrameFormat.RGB565), ((4, 4, 3), FrameFormat.GRAY8), ((4, 4, 4), FrameFormat.RGB565)],
)
def test_pixels_with_other_channels_are_no_such_frame(
    shape: tuple[int, ...], format_: FrameFormat
) -> None:
    with pytest.raises(UsageError, match=r"not uint8 \[|pixels of uint8 \["):
        packed_frame(np.zeros(shape, np.uint8), format_)


def test_a_network_is_fed_with_the_frame_that_has_its_channels() -> None:
    gray, colour = (read_contract(made).image for made in (tiny_model(), network("colour")))
    assert camera_frame(gray) == FrameSize(120, 160, FrameFormat.GRAY8)
    assert camera_frame(colour) == FrameSize(120, 160, FrameFormat.RGB565)
    assert camera_frame(None) is None
