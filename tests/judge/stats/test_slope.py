"""Theil-Sen's slope: the published definition, and an interval that is honest about noise."""

from __future__ import annotations

import random

import pytest

from hil.judge.stats.slope import slope


def test_the_slope_is_the_median_of_the_slopes_of_all_pairs() -> None:
    # Pairs by hand: (0,1) 1, (0,2) 1, (0,3) 3, (1,2) 1, (1,3) 4, (2,3) 7: between 1 and 3.
    found = slope([0, 1, 2, 3], [0, 1, 2, 9])
    assert found is not None
    assert found.value == 2.0


def test_a_line_is_certain_and_exact() -> None:
    found = slope(range(20), [5 - 2 * n for n in range(20)])
    assert found is not None
    assert (found.low, found.value, found.high) == (-2, -2, -2)
    assert found.certain


def test_a_few_points_are_never_certain() -> None:
    found = slope(range(4), range(4))
    assert found is not None
    assert not found.certain


def test_points_above_each_other_have_no_slope() -> None:
    assert slope([1, 1, 1], [1, 2, 3]) is None


def test_an_outlier_does_not_turn_a_line() -> None:
    found = slope(range(20), [n if n != 3 else 1e6 for n in range(20)])
    assert found is not None
    assert found.value == pytest.approx(1.0)


def test_noise_alone_is_certain_no_more_often_than_was_asked_for() -> None:
    noise = random.Random(1)
    found = [slope(range(16), [noise.random() for _ in range(16)], 0.95) for _ in range(400)]
    wrong = sum(one is not None and one.certain for one in found)
    assert wrong <= 35  # 5 % of 400 and three standard deviations
