"""Mistakes that decide whether there is a location: threshold, class, flat map."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hil.diagnose.hypothesis import Hypothesis, suppose
from hil.diagnose.point import Point
from hil.network.score import passes

LOCATION, BELOW, FLAT = "location", "below threshold", "flat map"


@dataclass(frozen=True, eq=False)
class Given:
    """What the decision is made of: the board's scores and map, and the threshold asked for."""

    scores: tuple[int, ...]
    cam: NDArray[np.int32]
    threshold: int


def decide(given: Given, passed: bool, *, flat_matters: bool = True) -> str:
    if not passed:
        return BELOW
    return FLAT if flat_matters and given.cam.max() == given.cam.min() else LOCATION


def right(point: Point) -> tuple[str, int]:
    """What a right board answers, and the threshold that it reports."""
    given = point.given
    return decide(given, passes(_score(point), given.threshold)), given.threshold


def hypotheses(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """`given`: `Given`. `observed`: (what there is, threshold that the board reports)."""
    yield Hypothesis("decision.threshold-ignored", lambda p: _with(p, True))
    yield Hypothesis(
        "decision.threshold-exclusive",
        lambda p: _with(p, (_score(p) + 128) * 100 > p.given.threshold * 256),
    )
    yield Hypothesis("decision.threshold-raw", lambda p: _with(p, _score(p) >= p.given.threshold))
    for reports in (True, False):
        yield suppose("decision.threshold-fixed", _fixed, reports)
    yield Hypothesis(
        "decision.unsigned-score",
        lambda p: _with(p, ((_score(p) & 0xFF) + 128) * 100 >= p.given.threshold * 256),
    )
    yield Hypothesis(
        "decision.unsigned-score",
        lambda p: _with(p, (_score(p) & 0xFF) * 100 >= p.given.threshold * 256),
    )
    yield Hypothesis("decision.flat-map", _no_flat)
    yield Hypothesis("decision.never", lambda p: _with(p, False))
    for scale in (255, 128, 127, 100):
        yield suppose("decision.scale", _scaled, scale, scale=scale)
    classes = len(points[0].case.scores) if points else 0
    for index in range(classes):
        if index != points[0].case.facts.positive_class:
            yield suppose("decision.other-class", _of_class, index, index=index)


def other(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """Another threshold: one for all, or off by some percent."""
    for percent in (*range(1, 11), *range(-10, 0)):
        yield suppose("decision.threshold-offset", _offset, percent, percent=f"{percent:+d}")
    for percent in range(101):
        for reported in (False, True):
            yield suppose("decision.threshold-other", _at, percent, reported, percent=percent)


def _score(p: Point) -> int:
    return int(p.given.scores[p.case.facts.positive_class])


def _with(p: Point, passed: bool) -> tuple[str, int]:
    return decide(p.given, passed), p.given.threshold


def _scaled(p: Point, scale: int) -> tuple[str, int]:
    return _with(p, (_score(p) + 128) * 100 >= p.given.threshold * scale)


def _of_class(p: Point, index: int) -> tuple[str, int]:
    return _with(p, passes(p.given.scores[index], p.given.threshold))


def _offset(p: Point, percent: int) -> tuple[str, int]:
    return _with(p, passes(_score(p), p.given.threshold + percent))


def _at(p: Point, percent: int, reported: bool) -> tuple[str, int]:
    reports = percent if reported else p.given.threshold
    return decide(p.given, passes(_score(p), percent)), reports


def _fixed(p: Point, reports: bool) -> tuple[str, int]:
    own = p.world.oracle.threshold
    return decide(p.given, passes(_score(p), own)), own if reports else p.given.threshold


def _no_flat(p: Point) -> tuple[str, int]:
    passed = passes(_score(p), p.given.threshold)
    return decide(p.given, passed, flat_matters=False), p.given.threshold
