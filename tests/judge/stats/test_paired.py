"""The interval of a paired difference, against published figures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.judge.stats.shares import paired_difference_interval

# R. G. Newcombe, "Improved confidence intervals for the difference between binomial
# proportions based on paired data", Statistics in Medicine 17 (1998), method 10.
NEWCOMBE = ((36, 12, 2, 0, 0.0569, 0.3404), (36, 14, 0, 0, 0.1528, 0.4167))

outcomes = st.tuples(*[st.integers(0, 300)] * 4).filter(any)


@pytest.mark.parametrize(("both", "first", "second", "neither", "low", "high"), NEWCOMBE)
def test_intervals_are_those_of_newcombes_table(
    both: int, first: int, second: int, neither: int, low: float, high: float
) -> None:
    found = paired_difference_interval(both, first, second, neither)
    assert found == pytest.approx((low, high), abs=5e-5)


@given(outcomes)
def test_the_interval_holds_the_difference_and_stays_within_1(
    counts: tuple[int, int, int, int],
) -> None:
    low, high = paired_difference_interval(*counts)
    difference = (counts[1] - counts[2]) / sum(counts)
    assert -1 <= low <= difference + 1e-12
    assert difference - 1e-12 <= high <= 1


@given(outcomes)
def test_exchanging_the_two_mirrors_the_interval(counts: tuple[int, int, int, int]) -> None:
    both, first, second, neither = counts
    low, high = paired_difference_interval(both, first, second, neither)
    assert paired_difference_interval(both, second, first, neither) == pytest.approx((-high, -low))


def test_agreeing_pairs_tell_more_than_as_many_that_disagree() -> None:
    together = paired_difference_interval(40, 10, 0, 40)
    apart = paired_difference_interval(10, 40, 30, 10)
    assert together[1] - together[0] < apart[1] - apart[0]


def test_no_trials_have_no_interval() -> None:
    with pytest.raises(ValueError, match="outcomes"):
        paired_difference_interval(0, 0, 0, 0)
