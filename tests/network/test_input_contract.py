"""What a pixel becomes: usual scales, declared ones, tables, and contradictions."""

from __future__ import annotations

import struct
from fractions import Fraction

import pytest

from hil.network.input_contract import (
    PixelScale,
    Quantization,
    contradiction,
    no_usual_scale,
    pixel_tables,
    usual_scale,
)

INT8, UINT8 = -128, 0


def of_file(scale: float, zero_point: int, lowest: int = INT8) -> Quantization:
    """The scale as a .tflite file keeps it."""
    return Quantization(struct.unpack("<f", struct.pack("<f", scale))[0], zero_point, lowest)


def values(table: bytes, lowest: int = INT8) -> list[int]:
    return list(struct.unpack("256b" if lowest else "256B", table))


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
@pytest.mark.parametrize("lowest", [INT8, UINT8])
def test_a_usual_scale_is_recognised_and_its_table_is_the_nearest_value_of_each_pixel(
    scale: float, zero_point: int, text: str, slope: float, offset: float, lowest: int
) -> None:
    zero_point += lowest + 128
    input_ = of_file(scale, zero_point, lowest)
    usual = usual_scale(input_)
    assert usual is not None
    assert usual.text == text
    (table,) = pixel_tables(usual, input_, 1)
    for pixel, value in enumerate(values(table, lowest)):
        exact = min(max((slope * pixel + offset) / scale + zero_point, lowest), lowest + 255)
        assert abs(value - exact) <= 0.5 + 1e-4


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
def test_another_range_is_no_usual_one_and_is_told(scale: float, zero_point: int) -> None:
    input_ = of_file(scale, zero_point)
    assert usual_scale(input_) is None
    said = no_usual_scale(input_)
    assert f"{(-128 - zero_point) * scale:.4g} to {(127 - zero_point) * scale:.4g}" in said
    assert "pixel / 127.5 - 1" in said


@pytest.mark.parametrize("scale", [0.0, -1 / 128, float("nan"), float("inf")])
def test_a_scale_that_is_none_has_no_pixels(scale: float) -> None:
    assert usual_scale(Quantization(scale, 0, INT8)) is None


def test_the_table_of_a_declared_scale_is_exact_at_halves_which_go_away_from_zero() -> None:
    input_ = Quantization(0.25, 0, INT8)  # a power of two: no rounding hides the halves
    halves = PixelScale.between(-31.875, 31.875)  # pixel p becomes (2p - 255) / 8, p - 127.5 steps
    (table,) = pixel_tables(halves, input_, 1)
    got = values(table)
    assert (got[0], got[1], got[127], got[128], got[255]) == (-128, -127, -1, 1, 127)


def test_each_channel_has_its_own_mean_and_deviation() -> None:
    declared = PixelScale.standardized([123.675, 116.28, 103.53], [58.395, 57.12, 57.375])
    input_ = of_file(0.0187, -14)
    tables = pixel_tables(declared, input_, 3)
    for table, mean, deviation in zip(
        tables, (123.675, 116.28, 103.53), (58.395, 57.12, 57.375), strict=True
    ):
        for pixel, value in enumerate(values(table)):
            exact = (pixel - mean) / deviation / 0.0187 - 14
            assert abs(value - min(max(exact, -128), 127)) <= 0.5 + 1e-3
    assert len(set(tables)) == 3
    assert contradiction(declared, input_) == ""


def test_a_declaration_beyond_the_inputs_range_contradicts_it_and_both_are_named() -> None:
    said = contradiction(PixelScale.between(-1, 1), of_file(1 / 255, -128))
    assert "pixels from -1 to 1" in said
    assert "hold 0 to 1" in said
    assert "cut off" in said


def test_a_declaration_that_uses_little_of_the_inputs_range_contradicts_it() -> None:
    said = contradiction(PixelScale.between(0, 1), of_file(1.0, -128))
    assert "pixels from 0 to 1" in said
    assert "hold 0 to 255" in said


def test_half_a_step_beyond_the_range_is_rounding_and_a_whole_one_is_not() -> None:
    input_ = Quantization(0.5, 0, INT8)  # -64 to 63.5
    assert contradiction(PixelScale.between(-64, 63.75), input_) == ""
    assert contradiction(PixelScale.between(-64, 64), input_) != ""


def test_a_declared_number_is_the_decimal_that_was_written() -> None:
    assert PixelScale.between(0.1, 0.3).ends == (Fraction(1, 10), Fraction(3, 10))
