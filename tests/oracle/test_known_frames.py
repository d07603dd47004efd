"""Known frames tell what becomes of every pixel, whatever the averages are."""

from __future__ import annotations

import numpy as np
import pytest

from hil.network.frame_format import pixel_shape
from hil.oracle.known_frames import known_frames, probed
from hil.oracle.preprocess import averaged
from hil.wire.enums import FrameFormat
from hil.wire.replies import FrameSize

SIZES = [(96, 96), (32, 32), (24, 32), (64, 96), (11, 13), (119, 159), (120, 160), (120, 120)]
GRAY, COLOUR = (FrameSize(120, 160, each) for each in FrameFormat)


def seen(frame: FrameSize, size: tuple[int, int], channel: int) -> set[int]:
    frames = known_frames(frame, size)
    assert {(each.dtype.name, each.shape) for each in frames} == {("uint8", pixel_shape(frame))}
    return {
        int(pixel) for each in frames for pixel in probed(averaged(each, size))[..., channel].flat
    }


@pytest.mark.parametrize("size", SIZES)
def test_gray_frames_show_all_pixels(size: tuple[int, int]) -> None:
    assert seen(GRAY, size, 0) == set(range(256))


def test_one_gray_frame_is_enough_from_31_pixels_on_each_side() -> None:
    assert len(known_frames(GRAY, (31, 31))) == 1


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("channel", "bits"), [(0, 5), (1, 6), (2, 5)])
def test_colour_frames_show_all_that_5_and_6_bits_can_be(
    size: tuple[int, int], channel: int, bits: int
) -> None:
    top = 2**bits - 1
    wanted = {v << 8 - bits | v >> 2 * bits - 8 for v in range(top + 1)}
    assert {0, 255} < wanted <= seen(COLOUR, size, channel)


def test_colours_are_mixed_where_the_frame_is_made_smaller() -> None:
    for channel in range(3):
        assert len(seen(COLOUR, (96, 96), channel)) > 250


@pytest.mark.parametrize("size", [(96, 96), (32, 32), (119, 159), (64, 96)])
def test_a_probe_is_of_one_colour_alone(size: tuple[int, int]) -> None:
    # Whatever pixel of a probe is taken, and however an average is rounded, it is the same.
    (frame, *_) = known_frames(GRAY, size)
    lowest = probed(averaged(frame, size))
    brighter = np.minimum(frame.astype(int) + (frame < 255), 255).astype(np.uint8)
    assert (probed(averaged(brighter, size)).astype(int) - lowest == (lowest < 255)).all()
