"""The input that is made of a raw frame: against its definition, cell by cell."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hil.errors import UsageError
from hil.images import synthetic
from hil.network.contract import read_contract
from hil.oracle import Region, preprocess, region_of
from hil.oracle.preprocess import averaged
from hil.testing.tiny_model import tiny_model

SIDE = st.integers(1, 9)


def by_definition(frame, size):
    """Exact fractions: the mean over [i*S/D, (i+1)*S/D) of the region, half up."""
    region = region_of(frame.shape, size)
    part = frame[region.top :, region.left :]

    def covered(at, index, source, target):
        begin, end = Fraction(index * source, target), Fraction((index + 1) * source, target)
        return max(Fraction(0), min(end, Fraction(at + 1)) - max(begin, Fraction(at)))

    pixels = np.empty(size, np.uint8)
    for row in range(size[0]):
        for column in range(size[1]):
            mean = sum(
                down * across * int(part[y, x])
                for y in range(region.height)
                if (down := covered(y, row, region.height, size[0]))
                for x in range(region.width)
                if (across := covered(x, column, region.width, size[1]))
            ) / (Fraction(region.height, size[0]) * Fraction(region.width, size[1]))
            pixels[row, column] = floor(mean + Fraction(1, 2))
    return pixels


@settings(max_examples=60, deadline=None)
@given(st.data(), SIDE, SIDE, SIDE, SIDE)
def test_it_is_the_exact_average_rounded_half_up(data, rows, columns, height, width):
    region = region_of((rows, columns), (height, width))
    frame = np.frombuffer(
        data.draw(st.binary(min_size=rows * columns, max_size=rows * columns)), np.uint8
    ).reshape(rows, columns)
    if region.height < height or region.width < width:
        with pytest.raises(UsageError, match="too small"):
            averaged(frame, (height, width))
        return
    expected = by_definition(frame, (height, width))
    assert averaged(frame, (height, width))[..., 0].tolist() == expected.tolist()


def test_the_region_is_the_largest_in_the_middle():
    assert region_of((120, 160), (96, 96)) == Region(top=0, left=20, height=120, width=120)
    assert region_of((120, 160), (64, 96)) == Region(top=7, left=0, height=106, width=160)
    assert region_of((160, 120), (96, 96)) == Region(top=20, left=0, height=120, width=120)
    assert region_of((4, 9), (1, 1)) == Region(top=0, left=2, height=4, width=4)


def test_halves_are_rounded_up():
    frame = np.array([[0, 0], [1, 1]], np.uint8)
    assert averaged(frame, (1, 1)).tolist() == [[[1]]]


def test_each_channel_is_averaged_by_itself():
    frame = np.random.default_rng(2).integers(0, 256, (7, 9, 3), np.uint8)
    planes = [averaged(np.ascontiguousarray(frame[:, :, n]), (3, 4)) for n in range(3)]
    assert averaged(frame, (3, 4)).tolist() == np.concatenate(planes, axis=2).tolist()


def test_a_frame_of_the_inputs_size_is_only_looked_up():
    model = tiny_model(input_size=(16, 16), grid=(4, 4))  # (pixel - 128) / 128
    frame = np.arange(256, dtype=np.uint8).reshape(16, 16)
    made = preprocess(frame, read_contract(model).header)
    assert (made.dtype, made.shape) == (np.int8, (1, 16, 16, 1))
    assert made.reshape(-1).tolist() == list(range(-128, 128))


def test_flat_frames_stay_flat_and_gradients_keep_their_direction():
    frames = {photo.name: photo.pixels for photo in synthetic(size=(120, 160))}
    assert (averaged(frames["white"], (96, 96)) == 255).all()
    assert (averaged(frames["black"], (96, 96)) == 0).all()
    across = averaged(frames["gradient-x"], (96, 96)).astype(int)
    assert (np.diff(across, axis=1) >= 0).all()
    assert (np.diff(across, axis=0) == 0).all()


@pytest.mark.parametrize("frame", [np.zeros((120, 160), np.int8), np.zeros((1, 9, 9, 1), "u1")])
def test_other_than_pixels_are_refused(frame):
    with pytest.raises(UsageError, match="uint8 \\[rows, columns\\]"):
        averaged(frame, (96, 96))
