"""The test for a change, against published examples and on series of a board."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hil.judge.stats.regression import changed, shift

# M. Hollander, D. A. Wolfe, "Nonparametric Statistical Methods" (1973), p. 69: permeability
# of a membrane to water at term and at 12 to 26 weeks. R's wilcox.test gives W = 35,
# p = 0.1272 one-sided, and with conf.int an estimate of 0.305 in (-0.15, 0.76).
AT_TERM = (0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46)
EARLY = (1.15, 0.88, 0.90, 0.74, 1.21)

# J. M. Chambers et al., "Graphical Methods for Data Analysis" (1983): ozone in New York,
# May and August. R's wilcox.test, with ties and continuity correction: W = 127.5,
# p = 0.0001208.
MAY = (41, 36, 12, 18, 28, 23, 19, 8, 7, 16, 11, 14, 18, 14, 34, 6, 30, 11, 1, 11, 4, 32,
       23, 45, 115, 37)  # fmt: skip
AUGUST = (39, 9, 16, 78, 35, 66, 122, 89, 110, 44, 28, 65, 22, 59, 23, 31, 44, 21, 9, 45,
          168, 73, 76, 118, 84, 85)  # fmt: skip

MEDIAN_US = 341_000
numbers = st.lists(st.integers(-30, 30), min_size=1, max_size=12)


def board(seed: int, *, factor: float = 1.0, values: int = 31, cv: float = 0.0003) -> list[int]:
    """Inference times of a board in whole us, with a late interrupt now and then."""
    rng = np.random.default_rng(seed)
    times = MEDIAN_US * factor * (1 + cv * rng.standard_normal(values))
    late = rng.random(values) < 0.03
    return [round(us) for us in times + late * rng.gamma(2, 400, values)]


def test_small_series_without_ties_are_tested_exactly() -> None:
    found = shift(EARLY, AT_TERM)
    assert found.u == len(AT_TERM) * len(EARLY) - 35
    assert found.p == pytest.approx(2 * 0.1272, abs=1e-4)
    assert found.shift == pytest.approx(0.305)
    assert (found.low, found.high) == pytest.approx((-0.15, 0.76))


def test_ties_are_corrected_for() -> None:
    found = shift(MAY, AUGUST)
    assert found.u == 127.5
    assert found.p == pytest.approx(0.0001208, abs=5e-8)


def test_the_exact_test_counts_all_arrangements() -> None:
    # All 126 ways to choose which 5 of 9 ranks are the first series.
    ranks = range(9)
    splits = [(chosen, [r for r in ranks if r not in chosen]) for chosen in combinations(ranks, 5)]
    us = [sum(a > b for a in x for b in y) for x, y in splits]
    for (x, y), u in zip(splits, us, strict=True):
        tail = sum(other <= min(u, 20 - u) for other in us) / len(us)
        assert shift(x, y).p == pytest.approx(min(1.0, 2 * tail))


@given(numbers, numbers)
@settings(max_examples=200)
def test_the_shift_is_the_median_of_all_differences(before: list[int], after: list[int]) -> None:
    found = shift(before, after)
    differences = sorted(b - a for a in before for b in after)
    assert found.shift == np.median(differences)
    assert found.low in differences
    assert found.high in differences
    assert found.low <= found.shift <= found.high
    assert found.u == sum((a > b) + (a == b) / 2 for a in before for b in after)


@given(numbers, numbers)
def test_swapping_the_series_swaps_the_sign(before: list[int], after: list[int]) -> None:
    there, back = shift(before, after), shift(after, before)
    assert there.p == pytest.approx(back.p)
    assert there.shift == -back.shift
    assert (there.low, there.high) == (-back.high, -back.low)


def test_equal_series_do_not_differ() -> None:
    found = shift([5.0] * 40, [5.0] * 40)
    assert (found.p, found.shift, found.low, found.high) == (1.0, 0.0, 0.0, 0.0)
    assert not changed(found)


def test_one_percent_is_found_on_a_steady_board() -> None:
    found = shift(board(1), board(2, factor=1.01))
    assert changed(found)
    assert found.relative == pytest.approx(0.01, abs=0.0005)
    assert found.low > 0


def test_noise_is_not_called_a_change() -> None:
    seen = [changed(shift(board(2 * n), board(2 * n + 1))) for n in range(200)]
    assert sum(seen) == 0


def test_significant_but_tiny_is_not_called_a_change() -> None:
    found = shift(board(1, values=1_000), board(2, values=1_000, factor=1.001))
    assert found.p < 1e-6
    assert not changed(found)
    assert changed(found, min_effect=0.0005)


def test_large_but_not_significant_is_not_called_a_change() -> None:
    noisy = [shift(board(n, cv=0.2), board(n + 500, cv=0.2)) for n in range(100)]
    assert any(abs(found.relative or 0) > 0.05 for found in noisy)
    assert sum(changed(found) for found in noisy) <= 4  # alpha is 1 %


def test_anything_counts_from_a_median_of_zero() -> None:
    found = shift([0.0] * 20, [3.0] * 20)
    assert found.relative is None
    assert changed(found)


def test_empty_series_are_refused() -> None:
    with pytest.raises(ValueError, match="both sides"):
        shift([], [1.0])
