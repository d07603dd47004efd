"""Intervals of shares, against published tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.judge.stats.auc import auc_interval
from hil.judge.stats.shares import mean_interval, wilson_interval

# R. G. Newcombe, "Two-sided confidence intervals for the single proportion",
# Statistics in Medicine 17 (1998), table I, method 3 (score without continuity correction).
NEWCOMBE = (
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
)

counts = st.integers(1, 2_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(("successes", "trials", "low", "high"), NEWCOMBE)
def test_wilson_intervals_are_those_of_newcombes_table(
    successes: int, trials: int, low: float, high: float
) -> None:
    assert wilson_interval(successes, trials) == pytest.approx((low, high), abs=5e-5)


@given(counts)
def test_a_wilson_interval_holds_the_share_and_stays_within_0_and_1(pair: tuple[int, int]) -> None:
    successes, trials = pair
    low, high = wilson_interval(successes, trials)
    assert 0 <= low <= successes / trials <= high <= 1
    assert low < high


@given(counts)
def test_failures_mirror_successes(pair: tuple[int, int]) -> None:
    successes, trials = pair
    low, high = wilson_interval(successes, trials)
    assert wilson_interval(trials - successes, trials) == pytest.approx((1 - high, 1 - low))


@given(counts)
def test_more_confidence_makes_a_wider_interval(pair: tuple[int, int]) -> None:
    low, high = wilson_interval(*pair, 0.9)
    lower, higher = wilson_interval(*pair, 0.99)
    assert lower <= low
    assert high <= higher
    assert higher - lower > high - low


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (-1, 5), (6, 5)])
def test_impossible_counts_are_refused(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match=str(trials)):
        wilson_interval(successes, trials)


def test_the_interval_of_a_mean_of_shares_is_newcombes_square_and_add() -> None:
    # Newcombe 1998, "Interval estimation for the difference", table II, method 10,
    # example (a): 56/70 - 48/80 has 0.0524 to 0.3339. A difference is a sum with failures.
    low, high = mean_interval((56, 70), (80 - 48, 80))
    assert (2 * low - 1, 2 * high - 1) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_the_interval_of_an_auc_solves_the_equation_that_defines_it() -> None:
    # Newcombe 2006, method 5: (estimate - bound)^2 = z^2 * variance(bound), with
    # Hanley's and McNeil's variance for equal tails of exponential distributions.
    positives, negatives, estimate = 30, 20, 0.8
    for bound in auc_interval(estimate, positives, negatives):
        n = (positives + negatives) / 2 - 1
        q1, q2 = bound / (2 - bound), 2 * bound**2 / (1 + bound)
        variance = bound * (1 - bound) + n * (q1 - bound**2) + n * (q2 - bound**2)
        variance /= positives * negatives
        assert (estimate - bound) ** 2 == pytest.approx(1.959964**2 * variance, rel=1e-5)


def test_a_perfect_auc_of_few_images_is_not_certain() -> None:
    low, high = auc_interval(1.0, 5, 5)
    assert 0.5 < low < 0.8
    assert high == 1.0


@given(st.floats(0, 1), st.integers(1, 300), st.integers(1, 300))
def test_an_auc_interval_holds_the_auc(auc: float, positives: int, negatives: int) -> None:
    low, high = auc_interval(auc, positives, negatives)
    assert 0 <= low <= auc <= high <= 1
