"""Thresholds chosen on scores of validation images. Pure.

The device holds a threshold in whole percent, and a score passes when
(q + 128) * 100 >= threshold * 256: only whole percents are chosen from, and counted as
the device counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import SupportsFloat

from hil.errors import UsageError
from hil.judge.metrics.hits import Hits
from hil.judge.metrics.scores import Decisions, best_threshold, threshold_curve

FALSE_ALARM_RATE = 0.05
"""What a usable detector may raise at most, of images without a person."""

ARTICLE_PERCENT = 90
"""The threshold of the article that the project comes from: few false alarms, many misses."""


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A threshold, and what it does on the images that it was chosen or counted on."""

    threshold_percent: int
    recall: Hits
    false_alarms: Hits


def lowest_threshold(
    percents: Sequence[SupportsFloat],
    persons: Sequence[bool],
    false_alarm_rate: float = FALSE_ALARM_RATE,
) -> OperatingPoint:
    """The lowest threshold whose false alarm rate is not above a limit: the highest recall.

    Args:
        percents: score of the positive class of each validation image, 0 to 100.
        persons: whether each shows a person.
        false_alarm_rate: the limit, 0 to 1.

    Raises:
        UsageError: a class is absent, or images without a person pass even at 100 %.
    """
    for point in _points(percents, persons):
        rate = point.false_alarms.rate
        if rate is not None and rate <= false_alarm_rate:
            return point
    raise UsageError(
        f"no threshold keeps false alarms at {100 * false_alarm_rate:g} % or below",
        where="operating point",
        hint="the scores are saturated: is the model trained?",
    )


def most_balanced_threshold(
    percents: Sequence[SupportsFloat], persons: Sequence[bool]
) -> OperatingPoint:
    """The threshold around which balanced accuracy is highest.

    See `hil.judge.metrics.scores.best_threshold`.

    Args as of `lowest_threshold`.

    Raises:
        UsageError: a class is absent.
    """
    best = best_threshold(threshold_curve(percents, persons))
    if best is None:
        raise _one_class()
    return _point(best)


def operating_point(
    percents: Sequence[SupportsFloat], persons: Sequence[bool], threshold_percent: int
) -> OperatingPoint:
    """What a given threshold does. Raises as `lowest_threshold`, or for one outside 0 to 100."""
    if not 0 <= threshold_percent <= 100:
        raise UsageError(f"threshold of {threshold_percent} percent", hint="give 0 to 100")
    return _points(percents, persons)[threshold_percent]


def _points(
    percents: Sequence[SupportsFloat], persons: Sequence[bool]
) -> tuple[OperatingPoint, ...]:
    """Of 0 to 100 percent."""
    if all(persons) or not any(persons):
        raise _one_class()
    return tuple(_point(decisions) for decisions in threshold_curve(percents, persons))


def _point(decisions: Decisions) -> OperatingPoint:
    return OperatingPoint(int(decisions.threshold), decisions.recall, decisions.false_alarms)


def _one_class() -> UsageError:
    return UsageError(
        "no threshold can be chosen: the validation images show one class only",
        where="operating point",
        hint="give images with and without a person the split 'val'",
    )
