"""Score, percent and threshold: the one place where Python does this arithmetic.

The score output is int8 with scale 1/256 and zero point -128, as TensorFlow
Lite's 8-bit quantization specification fixes for SOFTMAX. All results are exact
fractions; the firmware computes the same in integers.
"""

from __future__ import annotations

from fractions import Fraction

SCORE_SCALE = Fraction(1, 256)
SCORE_ZERO_POINT = -128


def score_percent(score: int) -> Fraction:
    """Percent of an int8 score: exactly (score + 128) * 100 / 256, 0 to 99.609375."""
    return (score - SCORE_ZERO_POINT) * SCORE_SCALE * 100


def passes(score: int, threshold_percent: int) -> bool:
    """Whether an int8 score reaches the threshold, in whole percent."""
    return score_percent(score) >= threshold_percent


def smallest_passing_score(threshold_percent: int) -> int:
    """The least score that passes; 128, which no int8 reaches, at 100 %."""
    steps = Fraction(threshold_percent, 100) / SCORE_SCALE
    return -(-steps.numerator // steps.denominator) + SCORE_ZERO_POINT


def highest_passed(score: int) -> int:
    """The highest threshold, in whole percent, that an int8 score reaches: 0 to 99."""
    return int(score_percent(score) // 1)


def percent_text(score: int) -> str:
    """For people: one decimal, rounded half up, as in "71.9 %"."""
    tenths = (score_percent(score) * 10 + Fraction(1, 2)) // 1
    return f"{tenths // 10}.{tenths % 10} %"
