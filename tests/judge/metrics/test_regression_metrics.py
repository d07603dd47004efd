"""MAE, RMSE and R2: by hand, and against scikit-learn."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from hil.judge.metrics.regression import FEWEST, regression_metrics

NUMBERS = st.integers(-1000, 1000).map(lambda number: number / 8)
PAIRS = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=30)


def test_a_worked_example() -> None:
    found = regression_metrics([1.0, 2.0, 3.0, 6.0], [1.0, 4.0, 3.0, 5.0])
    assert found.mae == pytest.approx(3 / 4)
    assert found.rmse == pytest.approx(math.sqrt(5 / 4))
    assert found.bias == pytest.approx(1 / 4)
    assert found.r2 == pytest.approx(1 - 5 / 14)
    # The mean is 3.
    assert found.baseline_mae == pytest.approx((2 + 1 + 0 + 3) / 4)
    assert found.baseline_rmse == pytest.approx(math.sqrt(14 / 4))


@settings(max_examples=30)
@given(PAIRS)
def test_figures_are_scikit_learns(pairs: list[tuple[float, float]]) -> None:
    truths, answers = [truth for truth, _ in pairs], [answer for _, answer in pairs]
    found = regression_metrics(truths, answers)
    assert found.mae == pytest.approx(mean_absolute_error(truths, answers))
    assert found.rmse == pytest.approx(root_mean_squared_error(truths, answers))
    if len(set(truths)) > 1:
        assert found.r2 == pytest.approx(r2_score(truths, answers))


def test_where_all_true_values_are_equal_there_is_no_r2() -> None:
    found = regression_metrics([2.0] * 20, [2.0 + n / 10 for n in range(20)])
    assert found.r2 is None
    assert found.r2_interval is None
    assert found.mae_interval is not None


def test_without_samples_there_is_nothing() -> None:
    found = regression_metrics([], [])
    assert (found.mae, found.rmse, found.r2, found.baseline_mae) == (None, None, None, None)


def test_few_samples_say_nothing_of_others() -> None:
    few = regression_metrics([float(n) for n in range(FEWEST - 1)], [0.0] * (FEWEST - 1))
    assert few.mae is not None
    assert few.mae_interval is None
    assert regression_metrics([float(n) for n in range(FEWEST)], [0.0] * FEWEST).mae_interval


def test_intervals_hold_what_was_measured_and_are_the_same_each_time() -> None:
    rng = random.Random(3)
    truths = [rng.gauss(0, 2) for _ in range(80)]
    answers = [truth + rng.gauss(0, 1) for truth in truths]
    found = regression_metrics(truths, answers)
    assert found == regression_metrics(truths, answers)
    for value, interval in (
        (found.mae, found.mae_interval),
        (found.rmse, found.rmse_interval),
        (found.r2, found.r2_interval),
    ):
        assert value is not None
        assert interval is not None
        assert interval[0] < value < interval[1]
