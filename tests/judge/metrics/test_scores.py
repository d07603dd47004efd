"""Counts and rates by hand, ROC AUC against its definition."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_curve as reference_curve

from hil.errors import UsageError
from hil.judge.metrics.hits import Hits
from hil.judge.metrics.scores import (
    Decisions,
    best_threshold,
    roc_auc,
    roc_curve,
    score_metrics,
    threshold_curve,
)
from hil.network.score import score_percent

SCORED = st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=60)

# Three with a person (90, 70, 40), four without (80, 30, 20, 10).
SCORES = [90.0, 70.0, 40.0, 80.0, 30.0, 20.0, 10.0]
LABELS = [True, True, True, False, False, False, False]


def test_the_counts_of_a_worked_example() -> None:
    found = score_metrics(SCORES, LABELS, 50)
    assert (found.true_positives, found.false_negatives) == (2, 1)
    assert (found.false_positives, found.true_negatives) == (1, 3)
    assert found.accuracy == Hits(5, 7)
    assert found.precision == Hits(2, 3)
    assert found.recall == Hits(2, 3)
    assert found.false_alarms == Hits(1, 4)
    assert found.balanced_accuracy == pytest.approx((2 / 3 + 3 / 4) / 2)
    assert found.majority == Hits(4, 7)
    # Of 12 pairs the negative at 80 wins against 70 and 40.
    assert found.roc_auc == pytest.approx(10 / 12)


def test_a_score_that_equals_the_threshold_passes_as_on_the_board() -> None:
    half = score_percent(0)
    assert half == Fraction(50)
    assert score_metrics([half], [True], 50).true_positives == 1
    assert score_metrics([score_percent(-1)], [True], 50).true_positives == 0


def test_a_published_example_of_roc_auc() -> None:
    # Documentation of scikit-learn's roc_auc_score and roc_curve.
    assert roc_auc([0.1, 0.4, 0.35, 0.8], [False, False, True, True]) == 0.75


@given(SCORED)
def test_roc_auc_is_the_share_of_pairs_won_with_ties_half(pairs: list[tuple[int, bool]]) -> None:
    positive = [score for score, label in pairs if label]
    negative = [score for score, label in pairs if not label]
    scores, labels = zip(*pairs, strict=True)
    found = roc_auc(scores, labels)
    if not positive or not negative:
        assert found is None
        return
    won = sum(1.0 if p > n else 0.5 if p == n else 0.0 for p in positive for n in negative)
    assert found == pytest.approx(won / (len(positive) * len(negative)), abs=1e-12)


@given(SCORED)
def test_roc_auc_of_turned_scores_is_the_rest_to_one(pairs: list[tuple[int, bool]]) -> None:
    scores, labels = zip(*pairs, strict=True)
    found = roc_auc(scores, labels)
    turned = roc_auc([-score for score in scores], labels)
    if found is None:
        assert turned is None
    else:
        assert turned == pytest.approx(1 - found)


@given(SCORED, st.integers(-1, 21))
def test_the_counts_are_those_of_a_loop(pairs: list[tuple[int, bool]], threshold: int) -> None:
    scores, labels = zip(*pairs, strict=True)
    found = score_metrics(scores, labels, threshold)
    assert found.true_positives == sum(s >= threshold and p for s, p in pairs)
    assert found.false_positives == sum(s >= threshold and not p for s, p in pairs)
    assert found.true_negatives == sum(s < threshold and not p for s, p in pairs)
    assert found.false_negatives == sum(s < threshold and p for s, p in pairs)


@given(SCORED)
def test_a_higher_threshold_never_lets_more_pass(pairs: list[tuple[int, bool]]) -> None:
    scores, labels = zip(*pairs, strict=True)
    curve = threshold_curve(scores, labels)
    assert [point.threshold for point in curve] == list(range(101))
    passed = [(point.true_positives, point.false_positives) for point in curve]
    assert passed[0] == (sum(labels), len(labels) - sum(labels))
    assert all(a[0] >= b[0] and a[1] >= b[1] for a, b in pairwise(passed))


def test_rates_without_trials_are_none_and_not_zero() -> None:
    found = score_metrics([10.0], [False], 50)
    assert found.recall.rate is None
    assert found.precision.rate is None
    assert found.balanced_accuracy is None
    assert found.roc_auc is None
    assert found.accuracy.rate == 1.0


@pytest.mark.parametrize(
    ("scores", "labels", "message"),
    [
        ([1.0, 2.0], [True], "2 scores, but 1 labels"),
        ([float("nan")], [True], "a score is not a number"),
    ],
)
def test_scores_that_do_not_fit_are_refused(
    scores: list[float], labels: list[bool], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        score_metrics(scores, labels, 50)


def test_the_best_threshold_lies_where_the_balance_is_best() -> None:
    # At 31 to 40 percent: all three found, one of four a false alarm.
    best = best_threshold(threshold_curve(SCORES, LABELS))
    assert best is not None
    assert (best.threshold, best.recall, best.false_alarms) == (35, Hits(3, 3), Hits(1, 4))


@given(SCORED)
def test_the_best_threshold_has_the_best_mean_of_its_neighbours(
    pairs: list[tuple[int, bool]],
) -> None:
    scores, labels = zip(*((5 * score, label) for score, label in pairs), strict=True)
    curve = threshold_curve(scores, labels)
    best = best_threshold(curve)
    if len(set(labels)) < 2:
        assert best is None
        return
    assert best is not None

    def smooth(middle: float) -> float:
        shares = [math.exp(-(((one.threshold - middle) / 6) ** 2) / 2) for one in curve]
        total = sum(
            share * (one.balanced_accuracy or 0) for share, one in zip(shares, curve, strict=True)
        )
        return total / sum(shares)

    assert smooth(best.threshold) == pytest.approx(max(smooth(at) for at in range(101)), abs=2e-9)


def test_the_best_threshold_keeps_away_from_a_single_high_point() -> None:
    # Of ten positives nine are found from 20 to 60 percent, ten at 81, five elsewhere.
    found = [5] * 101
    found[20:61] = [9] * 41
    found[81] = 10
    curve = [Decisions(percent, hits, 0, 10, 10 - hits) for percent, hits in enumerate(found)]
    best = best_threshold(curve)
    assert best is not None
    assert best.threshold == 40


def test_classes_that_are_told_apart_are_cut_in_the_middle() -> None:
    # All are right from 16 to 84, and the steps beside are the same on both sides.
    best = best_threshold(threshold_curve([5.0, 15.0, 84.0, 94.0], [False, False, True, True]))
    assert best is not None
    assert (best.threshold, best.balanced_accuracy) == (50, 1.0)


def test_one_class_alone_has_no_best_threshold() -> None:
    assert best_threshold(threshold_curve([50.0], [True])) is None
    assert best_threshold([]) is None


def test_a_published_example_of_a_roc_curve() -> None:
    """T. Fawcett, "An introduction to ROC analysis" (2006), figure 3: 20 instances."""
    letters = "ppnpppnnpnpnpnnnpnpn"
    scores = (90, 80, 70, 60, 55, 54, 53, 52, 51, 50.5, 40, 39, 38, 37, 36, 35, 34, 33, 30, 10)
    curve = roc_curve(scores, [letter == "p" for letter in letters])
    corners = [(0, 0), (0, 0.2), (0.1, 0.2), (0.1, 0.5), (0.3, 0.5), (0.3, 0.6), (0.4, 0.6)]
    assert curve[:7] == tuple(corners)
    assert curve[-1] == (1, 1)


@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=2, max_size=40))
def test_the_roc_curve_is_that_of_scikit_learn_and_has_the_area(
    pairs: list[tuple[int, bool]],
) -> None:
    scores, labels = [score for score, _ in pairs], [label for _, label in pairs]
    curve = roc_curve(scores, labels)
    if len(set(labels)) < 2:
        assert curve == ()
        return
    area = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(curve))
    assert area == pytest.approx(roc_auc(scores, labels))
    alarms, found, _ = reference_curve(labels, scores, drop_intermediate=True)
    ours = [point for point in curve if point != (0, 0)]
    points = {(round(x, 9), round(y, 9)) for x, y in zip(alarms, found, strict=True)}
    assert {(round(x, 9), round(y, 9)) for x, y in ours} <= points
