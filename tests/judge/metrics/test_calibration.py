"""Reliability bins, expected calibration error and Brier score by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.errors import UsageError
from hil.judge.metrics.calibration import calibration, calibration_interval


def test_a_worked_example() -> None:
    # Bin 0..50: 20 and 40, one positive. Bin 50..100: 50 and 100, both positive.
    found = calibration([20, 40, 50, 100], [False, True, True, True], bins=2)
    low, high = found.bins
    assert (low.low, low.high, low.images, low.positives) == (0, 50, 2, 1)
    assert (low.mean_score, low.share) == (30, 50)
    assert (high.low, high.high, high.images, high.positives) == (50, 100, 2, 2)
    assert (high.mean_score, high.share) == (75, 100)
    # Half of the images are off by 20 points, half by 25.
    assert found.error == pytest.approx(0.225)
    assert found.brier == pytest.approx((0.2**2 + 0.6**2 + 0.5**2 + 0) / 4)


def test_scores_that_are_right_as_often_as_they_say_have_no_error() -> None:
    found = calibration([25] * 4 + [75] * 4, [True] + [False] * 3 + [True] * 3 + [False])
    assert found.error == 0
    assert found.brier == pytest.approx((0.75**2 + 3 * 0.25**2) / 4)


@given(st.lists(st.tuples(st.integers(-128, 127), st.booleans()), min_size=1, max_size=60))
def test_every_image_is_in_the_bin_of_its_score(pairs: list[tuple[int, bool]]) -> None:
    scores = [(q + 128) * 100 / 256 for q, _ in pairs]
    found = calibration(scores, [label for _, label in pairs])
    for place in found.bins:
        assert place.images == sum(place.low <= score < place.high for score in scores)
    assert found.error is not None
    assert 0 <= found.error <= 1


def test_empty_bins_say_none_and_not_zero() -> None:
    found = calibration([5.0], [True])
    assert found.bins[0].share == 100
    assert found.bins[9].share is None
    assert found.bins[9].mean_score is None
    assert calibration([], []).error is None


def test_a_score_that_is_no_percentage_is_refused() -> None:
    with pytest.raises(UsageError, match="outside 0 to 100"):
        calibration([100.5], [True])
    with pytest.raises(UsageError, match="1 scores, but 2 labels"):
        calibration([50], [True, False])


def test_the_interval_shrinks_with_more_images_and_is_repeatable() -> None:
    scores, labels = [20, 40, 60, 80], [False, True, False, True]
    few = calibration_interval(scores * 5, labels * 5)
    many = calibration_interval(scores * 500, labels * 500)
    assert few is not None
    assert many is not None
    error = calibration(scores, labels).error
    assert error == pytest.approx(0.4)
    assert many[0] < error < many[1]
    assert few[1] - few[0] > 4 * (many[1] - many[0])
    assert calibration_interval(scores * 5, labels * 5) == few


def test_the_interval_of_a_calibrated_score_lies_above_its_error() -> None:
    interval = calibration_interval([50] * 100, [True, False] * 50)
    assert interval is not None
    assert 0 <= interval[0] < interval[1] < 0.15


def test_there_is_no_interval_without_images() -> None:
    assert calibration_interval([], []) is None
