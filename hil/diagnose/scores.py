"""Mistakes between the features and the scores."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hil.diagnose.hypothesis import Hypothesis, suppose
from hil.diagnose.point import Point
from hil.diagnose.submodel import Edit, ModelParts, Part, parts_of

if TYPE_CHECKING:
    from hil.diagnose.case import World

Scores = tuple[int, ...]
Change = Callable[[Scores], Scores]

_BETAS = (0.5, 2.0, 0.25, 4.0, 0.1, 10.0, 8.0, 0.125, 16.0, 0.0625, 3.0, 1.5, 0.75)


def parts(world: World) -> ModelParts:
    return parts_of(world.model)


def tail(world: World) -> Part:
    """The operators behind the features, as a model of its own."""
    made: Part = world.kept("tail", lambda: _tail(world))
    return made


def tail_scores(world: World, features: Any) -> Scores:
    """The right scores for these features."""
    return _ints(tail(world).run(features)[0])


def hypotheses(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """`given`: the features. `right`, `observed`: the scores."""
    for name, parameters, change in _changes():
        yield suppose(name, _changed, change, **parameters)
    yield Hypothesis("score.softmax-missing", _logits)
    yield Hypothesis("score.previous-image", _previous, (("image", "the one before"),))


def pairs(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """Two mistakes at once."""
    known = list(_changes())
    yield from _with_offset(points)
    for number, (id_a, parameters, first) in enumerate(known):
        for id_b, parameters_b, second in known[number + 1 :]:
            if id_a != id_b:
                both = suppose(id_a, _changed, first, second)
                one = suppose(id_a, _changed, first, **parameters)
                other = suppose(id_b, _changed, second, **parameters_b)
                yield dataclasses.replace(both, together=(one, other))


def _with_offset(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """A change and an offset, read off the failures; int8 saturates."""
    failing = [point for point in points if point.failing]
    for name, parameters, change in _changes():
        steps = _steps(failing, change)
        if steps is None:
            continue
        both = suppose(name, _offset, change, steps)
        one = suppose(name, _changed, change, **parameters)
        other = suppose("score.offset", _offset, None, steps, steps=f"{steps:+d}")
        yield dataclasses.replace(both, together=(one, other))


def _steps(failing: Sequence[Point], change: Change) -> int | None:
    """By how much all scores are off after a change; None if not by the same, or by nothing."""
    offs = {
        got - was
        for point in failing
        for was, got in zip(change(point.right), point.observed, strict=True)
        if -128 < got < 127  # at the ends int8 saturates
    }
    return offs.pop() or None if len(offs) == 1 else None


def with_parameters(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """What is read off the first failure, and other betas."""
    failing = [point for point in points if point.failing]
    if not failing:
        return
    first = failing[0]
    steps = _steps(failing, lambda scores: scores)
    if steps is not None:
        yield suppose("score.offset", _offset, None, steps, steps=f"{steps:+d}")
        yield suppose("score.offset", _wrapping, steps, steps=f"{steps:+d} (wrapping)")
    top = max(max(p.observed) for p in points)
    low = min(min(p.observed) for p in points)
    yield suppose("score.saturated", _cut, low, 127, limit=low)
    yield suppose("score.saturated", _cut, -128, top, limit=top)
    if len(failing) > 2:
        constant = first.observed
        yield Hypothesis("score.constant", lambda p: constant)
    right = _beta(first.world)
    if right is not None:
        for factor in _BETAS:
            beta = right * factor
            texts = {"beta": f"{beta:g}", "right": f"{right:g}"}
            yield suppose("score.softmax-beta", _with_beta, beta, **texts)
    known = {p.case.expected.scores.tobytes() for p in points}

    def other_image(p: Point) -> Scores | None:
        found = np.array(p.observed, np.int8).tobytes() in known and p.observed != p.right
        return p.observed if found else None

    yield Hypothesis("score.previous-image", other_image, (("image", "of this run"),))


def _changes() -> Iterator[tuple[str, dict[str, object], Change]]:
    yield "score.classes-swapped", {}, lambda s: s[::-1]
    yield "score.unsigned", {}, lambda s: tuple(_wrap(v + 128) for v in s)
    yield "score.unsigned", {}, lambda s: tuple(min(v & 0xFF, 127) for v in s)
    yield "score.unsigned", {}, lambda s: tuple(min(v + 128, 127) for v in s)
    yield "score.unsigned", {}, lambda s: tuple((v & 0xFF) >> 1 for v in s)
    yield "score.percent", {}, lambda s: tuple((v + 128) * 100 // 256 for v in s)
    yield "score.percent", {}, lambda s: tuple(((v + 128) * 200 + 256) // 512 for v in s)


def _changed(p: Point, *changes: Change) -> Scores:
    found: Scores = p.right
    for change in changes:
        found = change(found)
    return found


def _offset(p: Point, change: Change | None, steps: int) -> Scores:
    return tuple(_clip(s + steps) for s in (p.right if change is None else change(p.right)))


def _wrapping(p: Point, steps: int) -> Scores:
    return tuple(_wrap(s + steps) for s in p.right)


def _cut(p: Point, low: int, top: int) -> Scores:
    return tuple(max(low, min(s, top)) for s in p.right)


def _tail(world: World, edit: Edit | None = None) -> Part:
    model = world.oracle.model
    producer = model.graph.producer(model.features.index)
    assert producer is not None
    last = model.graph.producer(model.score.index)
    assert last is not None
    return parts(world).part(producer.index + 1, last.index, edit=edit)


def _logits(p: Point) -> Scores | None:
    """What SOFTMAX was given, cut to as many scores."""
    part = p.world.kept("logits", lambda: _logits_part(p.world))
    if part is None:
        return None
    found = _ints(part.run(p.given)[0].reshape(-1))
    return found if len(found) == len(p.right) else None


def _logits_part(world: World) -> Part | None:
    model = world.oracle.model
    softmax = model.graph.producer(model.score.index)
    producer = model.graph.producer(model.features.index)
    if softmax is None or softmax.name != "SOFTMAX" or producer is None:
        return None
    return parts(world).part(producer.index + 1, softmax.index - 1)


def _beta(world: World) -> float | None:
    softmax = world.oracle.model.graph.producer(world.oracle.model.score.index)
    if softmax is None or softmax.name != "SOFTMAX":
        return None
    return float(parts(world).ops[softmax.index].builtinOptions.beta)


def _with_beta(p: Point, beta: float) -> Scores:
    softmax = p.world.oracle.model.graph.producer(p.world.oracle.model.score.index)
    assert softmax is not None

    def edit(model: Any) -> None:
        model.subgraphs[0].operators[softmax.index].builtinOptions.beta = beta

    part = p.world.kept(f"beta {beta}", lambda: _tail(p.world, edit))
    return _ints(part.run(p.given)[0])


def _previous(p: Point) -> Scores | None:
    return _ints(p.world.answer(p.case.before[0]).scores) if p.case.before else None


def _ints(array: Any) -> Scores:
    return tuple(int(v) for v in array.reshape(-1))


def _wrap(value: int) -> int:
    return (value + 128) % 256 - 128


def _clip(value: int) -> int:
    return max(-128, min(127, value))
