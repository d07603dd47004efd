"""Thresholds on scores whose best choice is plain to see."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.errors import UsageError
from hil.judge.metrics.hits import Hits
from hil.network.score import passes, score_percent
from model.operating_point import lowest_threshold, most_balanced_threshold, operating_point

SCORED = st.lists(st.tuples(st.integers(-128, 127), st.booleans()), min_size=2, max_size=50).filter(
    lambda pairs: len({person for _, person in pairs}) == 2
)


def test_the_lowest_threshold_keeps_the_false_alarms_and_the_most_recall() -> None:
    # 20 images without a person: one false alarm is 5 %. The second highest is at 70.2 %.
    empty = [10.0] * 18 + [70.2, 90.0]
    found = lowest_threshold([*empty, 60.0, 71.0, 99.0], [False] * 20 + [True] * 3)
    assert found.threshold_percent == 71
    assert found.false_alarms == Hits(1, 20)
    assert found.recall == Hits(2, 3)


def test_without_false_alarms_anything_may_pass() -> None:
    assert lowest_threshold([0.0, 50.0], [True, False], 1.0).threshold_percent == 0
    assert lowest_threshold([80.0, 50.0], [True, False], 0.0).threshold_percent == 51


def test_a_given_threshold_is_counted() -> None:
    found = operating_point([95.0, 85.0, 92.0, 10.0], [True, True, False, False], 90)
    assert (found.recall, found.false_alarms) == (Hits(1, 2), Hits(1, 2))


@given(SCORED, st.integers(0, 100))
def test_it_is_counted_as_the_device_counts(pairs: list[tuple[int, bool]], threshold: int) -> None:
    percents = [score_percent(score) for score, _ in pairs]
    found = operating_point(percents, [person for _, person in pairs], threshold)
    assert found.recall.hits == sum(p and passes(q, threshold) for q, p in pairs)
    assert found.false_alarms.hits == sum(not p and passes(q, threshold) for q, p in pairs)


@given(SCORED)
def test_no_lower_threshold_would_do(pairs: list[tuple[int, bool]]) -> None:
    percents = [score_percent(score) for score, _ in pairs]
    persons = [person for _, person in pairs]
    found = lowest_threshold(percents, persons, 0.05)
    assert found.false_alarms.rate is not None
    assert found.false_alarms.rate <= 0.05
    if found.threshold_percent:
        below = operating_point(percents, persons, found.threshold_percent - 1)
        assert below.false_alarms.rate is not None
        assert below.false_alarms.rate > 0.05


def test_saturated_scores_have_no_threshold() -> None:
    with pytest.raises(UsageError, match="no threshold keeps false alarms at 5 % or below"):
        lowest_threshold([100.0, 100.0], [True, False])


@pytest.mark.parametrize("persons", [[True, True], [False, False], []])
def test_one_class_alone_is_refused(persons: list[bool]) -> None:
    for choose in (lowest_threshold, most_balanced_threshold):
        with pytest.raises(UsageError, match="one class only"):
            choose([50.0] * len(persons), persons)


def test_the_most_balanced_threshold_says_what_it_does() -> None:
    # All are right from 16 to 84 percent.
    found = most_balanced_threshold([5.0, 15.0, 84.0, 94.0], [False, False, True, True])
    assert (found.threshold_percent, found.recall, found.false_alarms) == (
        50,
        Hits(2, 2),
        Hits(0, 2),
    )
