"""Whether pixel - 128 is what a network was trained on, by the scale of its input."""

from __future__ import annotations

import struct

import pytest

from hil.network.input_contract import pixel_scale, wrong_pixels


def as_float32(scale: float) -> float:
    """The scale as a .tflite file keeps it."""
    return float(struct.unpack("<f", struct.pack("<f", scale))[0])


def nearest(pixel: int, slope: float, offset: float, scale: float, zero_point: int) -> float:
    """How far pixel - 128 is from the exact quantized value of slope * pixel + offset."""
    exact = (slope * pixel + offset) / scale + zero_point
    return abs(min(max(exact, -128), 127) - (pixel - 128))


@pytest.mark.parametrize(
    ("scale", "zero_point", "text", "slope", "offset"),
    [
        (1 / 128, 0, "(pixel - 128) / 128", 1 / 128, -1.0),
        (1 / 255, -128, "pixel / 255", 1 / 255, 0.0),
        (2 / 255, -1, "pixel / 127.5 - 1", 2 / 255, -1.0),
        (2 / 255, 0, "pixel / 127.5 - 1", 2 / 255, -1.0),
        (1.0, -128, "pixel", 1.0, 0.0),
        (1.0, 0, "pixel - 128", 1.0, -128.0),
    ],
)
def test_a_usual_scale_is_recognised_and_pixel_minus_128_is_within_half_a_step_of_it(
    scale: float, zero_point: int, text: str, slope: float, offset: float
) -> None:
    usual = pixel_scale(as_float32(scale), zero_point)
    assert usual is not None
    assert usual.text == text
    assert wrong_pixels(as_float32(scale), zero_point) == ""
    steps = [nearest(pixel, slope, offset, scale, zero_point) for pixel in range(256)]
    assert max(steps) <= 0.5 + 1e-6


@pytest.mark.parametrize(
    ("scale", "zero_point"),
    [
        (0.0187, -14),  # mean and deviation of ImageNet
        (1 / 128, -1),
        (1 / 128, 1),
        (2 / 255, -2),
        (1 / 255, -127),
        (1 / 255, 0),
        (0.5, 0),
        (1 / 127, 0),  # calibrated without white
        (1 / 64, 0),
        (1.0, 83),
    ],
)
def test_another_range_is_wrong_and_what_the_network_would_see_is_said(
    scale: float, zero_point: int
) -> None:
    assert pixel_scale(scale, zero_point) is None
    said = wrong_pixels(scale, zero_point)
    assert f"zero point {zero_point} make pixel - 128" in said
    assert f"{(-128 - zero_point) * scale:.4g} for black" in said
    assert f"{(127 - zero_point) * scale:.4g} for white" in said
    assert said.endswith("so pixel - 128 is not what the network was trained on")


@pytest.mark.parametrize("scale", [0.0, -1 / 128, float("nan"), float("inf")])
def test_a_scale_that_is_none_is_wrong(scale: float) -> None:
    assert pixel_scale(scale, 0) is None
    assert "give no range" in wrong_pixels(scale, 0)
