"""Confusions, top-1 and macro F1: by hand, and against scikit-learn."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score, confusion_matrix, f1_score

from hil.judge.metrics.classes import Confusion, class_metrics
from hil.judge.metrics.hits import Hits

ANSWERED = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=60)

# Three cats (0), two dogs (1), one bird (2); class 3 is neither there nor answered.
TRUTHS = [0, 0, 0, 1, 1, 2]
ANSWERS = [0, 0, 1, 1, 1, 0]


def test_a_worked_example() -> None:
    found = class_metrics(TRUTHS, ANSWERS, 4)
    assert found.confusion == ((2, 1, 0, 0), (0, 2, 0, 0), (1, 0, 0, 0), (0, 0, 0, 0))
    assert found.top1 == Hits(4, 6)
    assert found.majority == Hits(3, 6)
    cat, dog, bird, nothing = found.classes
    assert (cat.precision, cat.recall, cat.f1) == (Hits(2, 3), Hits(2, 3), pytest.approx(2 / 3))
    assert (dog.precision, dog.recall, dog.f1) == (Hits(2, 3), Hits(2, 2), pytest.approx(4 / 5))
    assert (bird.precision, bird.recall, bird.f1) == (Hits(0, 0), Hits(0, 1), 0)
    assert nothing.f1 is None
    assert found.macro_f1 == pytest.approx((2 / 3 + 4 / 5 + 0) / 3)
    assert found.balanced_accuracy == pytest.approx((2 / 3 + 1 + 0) / 3)


@settings(max_examples=30)
@given(ANSWERED)
def test_figures_are_scikit_learns(pairs: list[tuple[int, int]]) -> None:
    truths, answers = [truth for truth, _ in pairs], [answer for _, answer in pairs]
    found = class_metrics(truths, answers, 5)
    assert found.confusion == tuple(
        map(tuple, confusion_matrix(truths, answers, labels=range(5)).tolist())
    )
    macro = f1_score(truths, answers, average="macro", zero_division=0)
    assert found.macro_f1 == pytest.approx(macro)
    if len(set(truths)) > 1 and set(answers) <= set(truths):  # else it warns
        assert found.balanced_accuracy == pytest.approx(balanced_accuracy_score(truths, answers))


def test_of_one_class_there_is_no_balanced_accuracy() -> None:
    assert class_metrics([1, 1], [1, 0], 2).balanced_accuracy is None


def test_without_samples_there_is_nothing() -> None:
    found = class_metrics([], [], 3)
    assert found.top1.rate is None
    assert found.macro_f1 is None
    assert found.macro_f1_interval() is None


def test_the_most_frequent_confusions_come_first() -> None:
    found = class_metrics([0, 1, 1, 2, 2, 2], [1, 2, 2, 0, 0, 2], 3)
    assert found.worst(2) == (Confusion(1, 2, 2), Confusion(2, 0, 2))


def test_a_class_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="not in 0 to 2"):
        class_metrics([3], [0], 3)


@given(ANSWERED)
def test_intervals_hold_what_was_measured(pairs: list[tuple[int, int]]) -> None:
    found = class_metrics([truth for truth, _ in pairs], [answer for _, answer in pairs], 5)
    for value, interval in (
        (found.macro_f1, found.macro_f1_interval()),
        (found.balanced_accuracy, found.balanced_interval()),
    ):
        if value is not None:
            assert interval is not None
            assert 0 <= interval[0] <= value + 1e-12
            assert value - 1e-12 <= interval[1] <= 1


def test_few_samples_without_an_error_prove_little() -> None:
    """A resampling of no errors has no errors, and would call this certain."""
    few, many = (
        class_metrics([0, 1] * 3, [0, 1] * 3, 2),
        class_metrics([0, 1] * 300, [0, 1] * 300, 2),
    )
    assert few.macro_f1 == many.macro_f1 == 1
    assert few.macro_f1_interval()[0] < 0.7  # type: ignore[index]
    assert many.macro_f1_interval()[0] > 0.98  # type: ignore[index]


def test_nine_in_ten_intervals_and_more_hold_the_truth() -> None:
    """Of a network that is right in 80 % of cases, at random else; 95 % are meant."""
    rng = random.Random(7)
    right = 0.8 + 0.2 / 4  # the four classes are alike, so this also is F1 of each
    held = 0
    for _ in range(100):
        truths = [rng.randrange(4) for _ in range(120)]
        answers = [truth if rng.random() < 0.8 else rng.randrange(4) for truth in truths]
        low, high = class_metrics(truths, answers, 4).macro_f1_interval()  # type: ignore[misc]
        held += low <= right <= high
    assert held >= 90
