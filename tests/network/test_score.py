"""Score, percent and threshold."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.network.score import passes, percent_text, score_percent, smallest_passing_score

SCORES = st.integers(-128, 127)
THRESHOLDS = st.integers(0, 100)


def test_percent_spans_zero_to_255_of_256() -> None:
    assert score_percent(-128) == 0
    assert score_percent(0) == 50
    assert score_percent(127) == Fraction(25500, 256)


@given(SCORES, THRESHOLDS)
def test_passing_is_the_integer_comparison_of_the_firmware(score: int, threshold: int) -> None:
    assert passes(score, threshold) == ((score + 128) * 100 >= threshold * 256)


@given(THRESHOLDS)
def test_smallest_passing_score_is_the_edge(threshold: int) -> None:
    edge = smallest_passing_score(threshold)
    assert passes(edge, threshold)
    assert edge == -128 or not passes(edge - 1, threshold)


def test_no_int8_score_reaches_a_hundred_percent() -> None:
    assert smallest_passing_score(100) == 128


@pytest.mark.parametrize(
    ("score", "text"), [(-128, "0.0 %"), (56, "71.9 %"), (127, "99.6 %"), (-64, "25.0 %")]
)
def test_percent_text_has_one_decimal(score: int, text: str) -> None:
    assert percent_text(score) == text
