"""Bootstrap intervals of quantiles."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hil.judge.stats.bootstrap import (
    bootstrap_quantiles,
    quantile,
    quantile_interval,
    values_needed,
)

# B. Efron, R. J. Tibshirani, "An Introduction to the Bootstrap" (1993), table 2.1: survival
# of mice in days; table 2.2 gives 37.83 as the ideal bootstrap's error of the median.
TREATED = (94, 197, 16, 38, 99, 141, 23)
TREATED_MEDIAN_ERROR = 37.83

MEDIAN, P95 = 0.5, 0.95

series = st.lists(st.integers(0, 10_000), min_size=1, max_size=60)


def test_the_error_of_a_median_is_that_of_efron_and_tibshirani() -> None:
    found = bootstrap_quantiles(TREATED, MEDIAN, resamples=1_000_000)
    assert found.std() == pytest.approx(TREATED_MEDIAN_ERROR, abs=0.1)


@pytest.mark.parametrize("share", [MEDIAN, P95])
@pytest.mark.parametrize("values", [(3.0, 10.0, 11.0, 20.0), (1.0, 2.0, 2.0, 9.0, 30.0)])
def test_it_is_the_distribution_over_all_resamples(values: tuple[float, ...], share: float) -> None:
    every = [np.quantile(resample, share) for resample in product(values, repeat=len(values))]
    found = bootstrap_quantiles(values, share, resamples=200_000)
    for limit in np.unique(every):
        expected = np.mean(np.array(every) <= limit + 1e-9)
        assert np.mean(found <= limit + 1e-9) == pytest.approx(expected, abs=0.006)


@given(series, st.sampled_from([MEDIAN, P95]))
@settings(max_examples=50)
def test_an_interval_lies_within_what_was_seen(values: list[int], share: float) -> None:
    low, high = quantile_interval(values, share)
    assert min(values) <= low <= high <= max(values)


def test_the_same_values_give_the_same_interval() -> None:
    values = list(range(100))
    shuffled = [*values[50:], *values[:50]]
    assert quantile_interval(values, P95) == quantile_interval(shuffled, P95)


def test_one_value_has_no_spread() -> None:
    assert quantile_interval([7.0], P95) == (7.0, 7.0)
    assert quantile([7.0], P95) == 7.0


@pytest.mark.parametrize(
    ("share", "confidence", "needed"), [(P95, 0.95, 72), (MEDIAN, 0.95, 6), (P95, 0.9, 59)]
)
def test_a_quantile_takes_so_many_values(share: float, confidence: float, needed: int) -> None:
    # 59 for a one-sided 95 % bound of p95 is the textbook's "95/95" rule (Wilks 1941).
    assert values_needed(share, confidence) == needed
    assert share**needed <= (1 - confidence) / 2 < share ** (needed - 1)


def test_intervals_of_a_median_hold_the_truth_as_often_as_they_claim() -> None:
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(300):
        low, high = quantile_interval(rng.exponential(size=101), MEDIAN)
        held += low <= np.log(2) <= high
    assert 0.91 <= held / 300 <= 0.99
