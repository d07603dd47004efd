"""Which class was answered, of any number of them: confusions, top-1, F1 of each class and of all.

The macro F1 is the unweighted mean of F1 = 2 TP / (2 TP + FP + FN) over the classes that occur
in truth or answers, as scikit-learn's `f1_score(average="macro", zero_division=0)` counts them;
the balanced accuracy is the mean recall over the classes that occur in truth.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hil.judge.metrics.hits import Hits
from hil.judge.stats.shares import wilson_interval


class Confusion(NamedTuple):
    """`samples` of class `truth` that were answered with class `answer`."""

    truth: int
    answer: int
    samples: int


@dataclass(frozen=True, slots=True)
class ClassRates:
    """One class: `right` of `samples` that are of it, and of `answers` that name it."""

    samples: int
    answers: int
    right: int

    @property
    def occurs(self) -> bool:
        return self.samples > 0 or self.answers > 0

    @property
    def precision(self) -> Hits:
        return Hits(self.right, self.answers)

    @property
    def recall(self) -> Hits:
        return Hits(self.right, self.samples)

    @property
    def overlap(self) -> Hits:
        """TP of TP + FP + FN (Jaccard): unlike F1 a share of trials; F1 = 2 J / (1 + J)."""
        return Hits(self.right, self.samples + self.answers - self.right)

    @property
    def f1(self) -> float | None:
        """0 to 1; None for a class that does not occur."""
        return 2 * self.right / (self.samples + self.answers) if self.occurs else None


@dataclass(frozen=True, slots=True)
class ClassMetrics:
    """`confusion[truth][answer]`: numbers of samples. The properties are shares, 0 to 1."""

    confusion: tuple[tuple[int, ...], ...]

    @property
    def classes(self) -> tuple[ClassRates, ...]:
        answers = [sum(column) for column in zip(*self.confusion, strict=True)]
        return tuple(
            ClassRates(sum(row), answers[index], row[index])
            for index, row in enumerate(self.confusion)
        )

    @property
    def samples(self) -> int:
        return sum(map(sum, self.confusion))

    @property
    def top1(self) -> Hits:
        """Right answers of all."""
        return Hits(sum(row[index] for index, row in enumerate(self.confusion)), self.samples)

    @property
    def majority(self) -> Hits:
        """Always the class that most samples are of: a baseline."""
        return Hits(max(map(sum, self.confusion), default=0), self.samples)

    @property
    def macro_f1(self) -> float | None:
        """None without samples."""
        return _mean([rates.f1 for rates in self.classes if rates.f1 is not None])

    @property
    def balanced_accuracy(self) -> float | None:
        """Mean recall of the classes in truth; None if fewer than two are there."""
        recalls = [r.recall.rate for r in self.classes if r.recall.rate is not None]
        return _mean(recalls) if len(recalls) > 1 else None

    def macro_f1_interval(self, confidence: float = 0.95) -> tuple[float, float] | None:
        """What the macro F1 is compatible with; None without samples.

        For each class Wilson's interval of TP of TP + FP + FN, which F1 is a function of
        (D. J. Hand, P. Christen, N. Kirielle, "F*: an interpretable transformation of the
        F-measure", Machine Learning 110, 2021), squared and added as Newcombe does. A wrong
        answer counts in two classes, so the variance of their sum is up to twice the sum of
        variances, which is taken. Unlike a bootstrap it stays open for few samples without
        any error.
        """
        ends = [_f1_interval(rates, confidence) for rates in self.classes if rates.occurs]
        found = self.macro_f1
        if found is None:
            return None
        below = math.sqrt(2) * math.hypot(*(f1 - low for f1, low, _ in ends)) / len(ends)
        above = math.sqrt(2) * math.hypot(*(high - f1 for f1, _, high in ends)) / len(ends)
        return max(found - below, 0.0), min(found + above, 1.0)

    def balanced_interval(self, confidence: float = 0.95) -> tuple[float, float] | None:
        """The same of the balanced accuracy, whose classes share no sample."""
        found = self.balanced_accuracy
        if found is None:
            return None
        rows = [r.recall for r in self.classes if r.samples]
        ends = [(r.hits / r.trials, *wilson_interval(r.hits, r.trials, confidence)) for r in rows]
        below = math.hypot(*(rate - low for rate, low, _ in ends)) / len(ends)
        above = math.hypot(*(high - rate for rate, _, high in ends)) / len(ends)
        return found - below, found + above

    def worst(self, most: int) -> tuple[Confusion, ...]:
        """The confusions that happen most often, most frequent first."""
        wrong = [
            Confusion(truth, answer, count)
            for truth, row in enumerate(self.confusion)
            for answer, count in enumerate(row)
            if count and truth != answer
        ]
        return tuple(sorted(wrong, key=lambda each: (-each.samples, *each[:2]))[:most])


def class_metrics(truths: Sequence[int], answers: Sequence[int], classes: int) -> ClassMetrics:
    """Counts answers.

    Args:
        truths: the class of each sample, 0 to `classes` - 1.
        answers: the class that was answered to each.
        classes: their number.
    """
    import numpy as np

    if len(truths) != len(answers):
        raise ValueError(f"{len(truths)} truths, but {len(answers)} answers")
    both = np.asarray([truths, answers], np.int64).reshape(2, -1)
    if both.size and not (both.min() >= 0 and both.max() < classes):
        raise ValueError(f"a class is not in 0 to {classes - 1}")
    cells = np.bincount(both[0] * classes + both[1], minlength=classes * classes)
    return ClassMetrics(tuple(map(tuple, cells.reshape(classes, classes).tolist())))


def _f1_interval(rates: ClassRates, confidence: float) -> tuple[float, float, float]:
    """F1, and its interval."""
    share = rates.overlap
    ends = wilson_interval(share.hits, share.trials, confidence)
    low, high = (2 * end / (1 + end) for end in ends)
    assert rates.f1 is not None
    return rates.f1, low, high


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None
