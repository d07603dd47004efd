"""Whether pixel - 128, which the firmware feeds, is what a network was trained on.

A .tflite file does not say how its trainer scaled pixels. It says what each int8 value of the
input stands for: (value - zero_point) * scale. So pixel p, fed as p - 128, reaches the network
as (p - 128 - zero_point) * scale. That is right where it is the pixel in one of the usual scales,
within half a step of the input: no int8 value would be nearer. Any other range means that the
trainer scaled otherwise, or that the range was calibrated on pictures without black or white.

Standard library alone: ESP-IDF's Python packs models too (`firmware/esp32/pack_model.py`).
"""

from __future__ import annotations

import math
from typing import NamedTuple

PIXEL_OFFSET = 128
"""The firmware feeds pixel - PIXEL_OFFSET (`firmware/core/preprocess.h`)."""

_WHITE = 255
_ROUNDING = 1e-4  # of a step: scales are 32-bit floats


class PixelScale(NamedTuple):
    """How a trainer made the network's real input of a pixel: what black and white become."""

    text: str
    black: float
    white: float


PIXEL_SCALES = (
    PixelScale("pixel / 255", 0.0, 1.0),
    PixelScale("pixel / 127.5 - 1", -1.0, 1.0),
    PixelScale("(pixel - 128) / 128", -1.0, 127 / 128),
    PixelScale("pixel", 0.0, 255.0),
    PixelScale("pixel - 128", -128.0, 127.0),
)
"""The usual ones, for each of which pixel - 128 can be exact to half a step."""


def pixel_scale(scale: float, zero_point: int) -> PixelScale | None:
    """The usual scale of pixels that an int8 input has when it is fed pixel - 128.

    None if it has none of them: then pixel - 128 is not what the network was trained on.
    """
    if not 0 < scale < math.inf:
        return None
    black, white = real_range(scale, zero_point)
    allowed = (0.5 + _ROUNDING) * scale
    # Both are straight lines over the pixels: the ends are the worst.
    return next(
        (
            usual
            for usual in PIXEL_SCALES
            if max(abs(black - usual.black), abs(white - usual.white)) <= allowed
        ),
        None,
    )


def real_range(scale: float, zero_point: int) -> tuple[float, float]:
    """What black and white, fed as pixel - 128, are for the network."""
    return (-PIXEL_OFFSET - zero_point) * scale, (_WHITE - PIXEL_OFFSET - zero_point) * scale


def wrong_pixels(scale: float, zero_point: int) -> str:
    """In words: what makes pixel - 128 wrong for an input; empty where it is right."""
    if pixel_scale(scale, zero_point) is not None:
        return ""
    quantized = f"scale {scale:.6g} and zero point {zero_point}"
    if not 0 < scale < math.inf:
        return f"{quantized} give no range"
    black, white = real_range(scale, zero_point)
    usual = ", ".join(entry.text for entry in PIXEL_SCALES)
    return (
        f"{quantized} make pixel - 128, which the firmware feeds, {black:.4g} for black and "
        f"{white:.4g} for white; no usual scale of pixels ({usual}) has this range, so pixel - 128 "
        "is not what the network was trained on"
    )


REMEDY = (
    "train and calibrate with pixels in one of these scales, and put a black and a white image "
    "into the representative set, so that the range is whole"
)
"""What to do about wrong pixels."""
