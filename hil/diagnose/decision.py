"""Mistakes that decide whether there is a location: threshold, class, flat map."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hil.diagnose.case import Point
from hil.diagnose.hypothesis import Hypothesis, suppose
from hil.network.score import passes

LOCATION, BELOW, FLAT = "location", "below threshold", "flat map"


@dataclass(frozen=True, eq=False)
class Given:
    """What the decision is made of: the board's scores and map, and the threshold asked for."""

    scores: tuple[int, ...]
    positive_class: int
    cam: NDArray[np.int32]
    threshold: int


Rule = Callable[[int, int], bool]
"""Whether a score passes, of (int8 score, threshold in percent)."""


def answer(given: Given, rule: Rule = passes) -> tuple[str, int]:
    """What a board with this rule answers, and the threshold that it reports."""
    kind = BELOW
    if rule(given.scores[given.positive_class], given.threshold):
        kind = FLAT if given.cam.max() == given.cam.min() else LOCATION
    return kind, given.threshold


def hypotheses(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """`given`: `Given`. `observed`: (what there is, threshold that the board reports)."""
    yield suppose("decision.threshold-ignored", _rule, lambda s, percent: True)
    yield suppose(
        "decision.threshold-exclusive", _rule, lambda s, percent: (s + 128) * 100 > percent * 256
    )
    yield suppose("decision.threshold-raw", _rule, lambda s, percent: s >= percent)
    own = points[0].world.head.threshold
    yield suppose("decision.threshold-fixed", _at, own, True)
    yield suppose("decision.threshold-fixed", _at, own, False)
    for offset in (128, 0):
        yield suppose("decision.unsigned-score", _unsigned, offset)
    yield suppose("decision.flat-map", _no_flat)
    yield suppose("decision.never", _rule, lambda s, percent: False)
    for scale in (255, 128, 127, 100):
        yield suppose("decision.scale", _scaled, scale, scale=scale)
    case = points[0].case
    for index in range(len(case.scores)):
        if index != case.facts.positive_class:
            yield suppose("decision.other-class", _of_class, index, index=index)


def other(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """Another threshold: one for all, or off by some percent."""
    for percent in (*range(1, 11), *range(-10, 0)):
        yield suppose("decision.threshold-offset", _offset, percent, percent=f"{percent:+d}")
    for percent in range(101):
        for reported in (False, True):
            yield suppose("decision.threshold-other", _at, percent, reported, percent=percent)


def _rule(p: Point, rule: Rule) -> tuple[str, int]:
    return answer(p.given, rule)


def _unsigned(p: Point, offset: int) -> tuple[str, int]:
    return _rule(p, lambda s, percent: ((s & 0xFF) + offset) * 100 >= percent * 256)


def _scaled(p: Point, scale: int) -> tuple[str, int]:
    return _rule(p, lambda s, percent: (s + 128) * 100 >= percent * scale)


def _of_class(p: Point, index: int) -> tuple[str, int]:
    return _rule(p, lambda _, percent: passes(p.given.scores[index], percent))


def _offset(p: Point, off: int) -> tuple[str, int]:
    return _rule(p, lambda s, percent: passes(s, percent + off))


def _at(p: Point, percent: int, reported: bool) -> tuple[str, int]:
    """Another threshold is applied, and reported or not."""
    kind, asked = _rule(p, lambda s, _: passes(s, percent))
    return kind, percent if reported else asked


def _no_flat(p: Point) -> tuple[str, int]:
    kind, asked = answer(p.given)
    return LOCATION if kind == FLAT else kind, asked
