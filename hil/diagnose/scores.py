"""Mistakes between the features and the scores."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from hil.diagnose.case import Point, World, ints
from hil.diagnose.hypothesis import SCORE_BITS, Hypothesis, remembered, suppose, suppose_both
from hil.oracle.submodel import Edit, Part

Scores = tuple[int, ...]
Change = Callable[[Scores], Scores]

_BETAS = (0.5, 2.0, 0.25, 4.0, 0.1, 10.0, 8.0, 0.125, 16.0, 0.0625, 3.0, 1.5, 0.75)


def tail_scores(world: World, features: Any) -> Scores:
    """The right scores for these features."""
    return _scores_of(world, features, "tail", None)


def hypotheses(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """`given`: the features. `right`, `observed`: the scores."""
    for hypothesis, _ in _changes():
        yield hypothesis
    yield suppose("score.softmax-missing", _logits)
    yield remembered(suppose("score.previous-image", _previous, image="the one before"))


def pairs(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """Two mistakes at once."""
    failing = [point for point in points if point.failing]
    for one, change in _changes():
        steps = _steps(failing, change)
        if steps is not None:
            yield suppose_both(one, _off_by(steps), _offset, change, steps)
    for (one, first), (other, second) in itertools.combinations(_changes(), 2):
        if one.id != other.id:
            yield suppose_both(one, other, _changed, first, second)


def with_parameters(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """What is read off the failures, and other betas."""
    yield from (dataclasses.replace(h, freedom=bits) for h, bits in _read_off(points))
    world = points[0].world
    softmax = world.graph.producer(world.model.score.index)
    if softmax is not None and softmax.name == "SOFTMAX":
        right = float(world.parts.ops[softmax.index].builtinOptions.beta)
        for beta in (right * factor for factor in _BETAS):
            texts = {"beta": f"{beta:g}", "right": f"{right:g}"}
            yield suppose("score.softmax-beta", _with_beta, softmax.index, beta, **texts)


def _read_off(points: Sequence[Point]) -> Iterator[tuple[Hypothesis[Point], float]]:
    """(hypothesis, bits of what was read off)."""
    failing = [point for point in points if point.failing]
    steps = _steps(failing, _unchanged)
    if steps is not None:
        yield _off_by(steps), SCORE_BITS
        wrapping = f"{steps:+d} (wrapping)"
        yield suppose("score.offset", _wrapping, steps, steps=wrapping), SCORE_BITS
    top = max(max(p.observed) for p in points)
    low = min(min(p.observed) for p in points)
    yield suppose("score.saturated", _cut, low, 127, limit=low), SCORE_BITS
    yield suppose("score.saturated", _cut, -128, top, limit=top), SCORE_BITS
    if len(failing) > 2:
        yield suppose("score.constant", lambda p: failing[0].observed), SCORE_BITS
    known = {ints(p.case.expected.scores) for p in points}
    of_this_run = suppose(
        "score.previous-image",
        lambda p: p.observed if p.observed in known and p.observed != p.right else None,
        image="of this run",
    )
    yield of_this_run, len(failing) * min(math.log2(len(known)), SCORE_BITS)


def _changes() -> Iterator[tuple[Hypothesis[Point], Change]]:
    """Mistakes in the finished scores."""
    changes: tuple[tuple[str, Change], ...] = (
        ("score.classes-swapped", lambda s: s[::-1]),
        ("score.unsigned", lambda s: tuple(_wrap(v + 128) for v in s)),
        ("score.unsigned", lambda s: tuple(min(v & 0xFF, 127) for v in s)),
        ("score.unsigned", lambda s: tuple(min(v + 128, 127) for v in s)),
        ("score.unsigned", lambda s: tuple((v & 0xFF) >> 1 for v in s)),
        ("score.percent", lambda s: tuple((v + 128) * 100 // 256 for v in s)),
        ("score.percent", lambda s: tuple(((v + 128) * 200 + 256) // 512 for v in s)),
    )
    for name, change in changes:
        yield suppose(name, _changed, change), change


def _steps(failing: Sequence[Point], change: Change) -> int | None:
    """By how much all scores are off after a change; None if not by the same, or by nothing."""
    offs = {
        got - was
        for point in failing
        for was, got in zip(change(point.right), point.observed, strict=True)
        if -128 < got < 127  # at the ends int8 saturates
    }
    return offs.pop() or None if len(offs) == 1 else None


def _off_by(steps: int) -> Hypothesis[Point]:
    return suppose("score.offset", _offset, _unchanged, steps, steps=f"{steps:+d}")


def _unchanged(scores: Scores) -> Scores:
    return scores


def _changed(p: Point, *changes: Change) -> Scores:
    found: Scores = p.right
    for change in changes:
        found = change(found)
    return found


def _offset(p: Point, change: Change, steps: int) -> Scores:
    return tuple(max(-128, min(127, s + steps)) for s in change(p.right))


def _wrapping(p: Point, steps: int) -> Scores:
    return tuple(_wrap(s + steps) for s in p.right)


def _wrap(value: int) -> int:
    return (value + 128) % 256 - 128


def _cut(p: Point, low: int, top: int) -> Scores:
    return tuple(max(low, min(s, top)) for s in p.right)


def _logits(p: Point) -> Scores | None:
    """What SOFTMAX was given, cut to as many scores."""
    softmax = p.world.graph.producer(p.world.model.score.index)
    if softmax is None or softmax.name != "SOFTMAX":
        return None
    first, last = p.world.feature_op + 1, softmax.index - 1
    part: Part = p.world.kept("logits", lambda: p.world.parts.part(first, last))
    found = ints(part.run(p.given)[0])
    return found if len(found) == len(p.right) else None


def _with_beta(p: Point, softmax: int, beta: float) -> Scores:
    def edit(model: Any) -> None:
        model.subgraphs[0].operators[softmax].builtinOptions.beta = beta

    return _scores_of(p.world, p.given, f"beta {beta}", edit)


def _scores_of(world: World, features: Any, name: str, edit: Edit | None) -> Scores:
    """What the operators behind the features make of them, as a model of its own."""

    def cut() -> Part:
        last = world.graph.producer(world.model.score.index)
        assert last is not None
        return world.parts.part(world.feature_op + 1, last.index, edit=edit)

    part: Part = world.kept(name, cut)
    return ints(part.run(features)[0])


def _previous(p: Point) -> Scores | None:
    before = p.previous()
    return None if before is None else ints(before.scores)
