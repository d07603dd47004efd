"""What a pixel becomes in a network's input tensor.

A .tflite file does not say how its trainer scaled pixels; it says what each value of the input
stands for: (value - zero_point) * scale. What the trainer made of a pixel is *declared*, in the
network's settings. Both together give the table that the board looks pixels up in, and they can
contradict each other. Undeclared, a usual scale of pixels is taken if the input's range is that
scale's, within half a step: no value of the input would be nearer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

_WHITE = 255
_HALF = Fraction(1, 2)
_ROUNDING = Fraction(1, 10_000)
"""Of a step: scales are 32-bit floats."""

_LEAST_USED = Fraction(1, 2)
"""Of the input's range. Pixels that use less of it were scaled otherwise by the trainer."""


@dataclass(frozen=True)
class PixelScale:
    """What a trainer made of a pixel: straight from `black` to `white`.

    `channels`: (black, white) for each channel, or one pair for all.
    """

    text: str
    channels: tuple[tuple[Fraction, Fraction], ...]

    @classmethod
    def between(
        cls, black: float | Fraction, white: float | Fraction, text: str = ""
    ) -> PixelScale:
        """Black and white as these real values, in every channel."""
        ends = (exact(black), exact(white))
        return cls(text or f"black {float(black):g}, white {float(white):g}", (ends,))

    @classmethod
    def standardized(cls, mean: Sequence[float], deviation: Sequence[float]) -> PixelScale:
        """(pixel - mean) / deviation for each channel, both in pixel values 0 to 255."""
        pairs = zip(map(exact, mean), map(exact, deviation), strict=True)
        ends = tuple((-centre / by, (_WHITE - centre) / by) for centre, by in pairs)
        return cls(f"(pixel - {list(mean)}) / {list(deviation)}", ends)

    def of_channel(self, channel: int) -> tuple[Fraction, Fraction]:
        """What black and white are in one channel."""
        return self.channels[channel if len(self.channels) > 1 else 0]

    @property
    def ends(self) -> tuple[Fraction, Fraction]:
        """The least and the greatest real value of all channels."""
        each = [value for channel in self.channels for value in channel]
        return min(each), max(each)


def exact(value: float | Fraction) -> Fraction:
    """A decimal number as it was written: 0.1 is 1/10."""
    return Fraction(str(value))


PIXEL_SCALES = (
    PixelScale.between(0, 1, "pixel / 255"),
    PixelScale.between(-1, 1, "pixel / 127.5 - 1"),
    PixelScale.between(-1, Fraction(127, 128), "(pixel - 128) / 128"),
    PixelScale.between(0, 255, "pixel"),
    PixelScale.between(-128, 127, "pixel - 128"),
)
"""The usual ones."""


@dataclass(frozen=True)
class Quantization:
    """Of an 8-bit input: real value = scale * (q - zero_point), q from `lowest` on."""

    scale: float
    zero_point: int
    lowest: int

    @property
    def usable(self) -> bool:
        """Whether it gives any range."""
        return 0 < self.scale < math.inf

    @property
    def step(self) -> Fraction:
        """The scale, exactly."""
        return Fraction(self.scale)

    @property
    def ends(self) -> tuple[Fraction, Fraction]:
        """The real values of the lowest and the highest q."""
        low = (self.lowest - self.zero_point) * self.step
        return low, low + _WHITE * self.step

    def clamped(self, steps: int, below: int) -> int:
        """The q nearest to steps / below (> 0) steps from zero; halves go away from zero, and ends
        are clamped, as TFLite quantizes."""
        nearest = (2 * abs(steps) + below) // (2 * below) * (-1 if steps < 0 else 1)
        return min(max(nearest + self.zero_point, self.lowest), self.lowest + _WHITE)

    def __str__(self) -> str:
        return f"scale {self.scale:.6g} and zero point {self.zero_point}"


def usual_scale(input_: Quantization) -> PixelScale | None:
    """The usual scale of pixels whose range an input has; None if it has none of them."""
    if not input_.usable:
        return None

    def off(usual: PixelScale) -> Fraction:
        # Both are straight lines over the pixels: the ends are the worst.
        return max(abs(a - b) for a, b in zip(usual.ends, input_.ends, strict=True))

    best = min(PIXEL_SCALES, key=off)
    return best if off(best) <= (_HALF + _ROUNDING) * input_.step else None


def no_usual_scale(input_: Quantization) -> str:
    """In words: why nothing is known of an input's pixels."""
    low, high = input_.ends
    usual = ", ".join(each.text for each in PIXEL_SCALES)
    return (
        f"its {input_} give the range {float(low):.4g} to {float(high):.4g}, which no usual scale "
        f"of pixels has ({usual}), and the network's settings declare none"
    )


def contradiction(declared: PixelScale, input_: Quantization) -> str:
    """In words: how a declared scale of pixels and an input contradict each other, or nothing."""
    (least, greatest), (low, high) = declared.ends, input_.ends
    allowed = (_HALF + _ROUNDING) * input_.step
    said = f"the settings declare pixels from {float(least):.4g} to {float(greatest):.4g}"
    held = f"the input's {input_} hold {float(low):.4g} to {float(high):.4g}"
    if least < low - allowed or greatest > high + allowed:
        return f"{said} ({declared.text}); {held}, so that some would be cut off"
    used = (greatest - least) / (high - low)
    if used < _LEAST_USED:
        return f"{said} ({declared.text}); {held}, of which they would use {float(used):.0%} only"
    return ""


def pixel_tables(scale: PixelScale, input_: Quantization, channels: int) -> tuple[bytes, ...]:
    """For each channel, what each pixel 0 to 255 becomes in the input: bytes of int8 or uint8."""

    def table(black: Fraction, white: Fraction) -> bytes:
        # In whole numbers, which are faster: pixel by pixel the nearest of (first + pixel * step).
        first, step = black / input_.step, (white - black) / _WHITE / input_.step
        below = math.lcm(first.denominator, step.denominator)
        start, each = (part.numerator * (below // part.denominator) for part in (first, step))
        return bytes(
            input_.clamped(start + pixel * each, below) & 0xFF for pixel in range(_WHITE + 1)
        )

    return tuple(table(*scale.of_channel(channel)) for channel in range(channels))


REMEDY = (
    'declare in the settings what the trainer made of pixels: pixels = "pixel / 127.5 - 1" or '
    "another of the usual scales, pixels = [low, high] for black and white, or [pixels] with mean "
    "and std of each channel"
)
"""What to do about pixels of which nothing, or the wrong thing, is known."""


def remedy_for(input_: Quantization) -> str:
    """What to do where the declared pixels and an input contradict each other."""
    fitting = usual_scale(input_)
    if fitting is None:
        return REMEDY
    return (
        f'the input fits pixels = "{fitting.text}": declare that if the trainer did it, else '
        "convert the network again, with samples of what the trainer made of pixels"
    )
