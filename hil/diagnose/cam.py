"""Mistakes between the features and the map."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hil.diagnose.hypothesis import Hypothesis, suppose
from hil.diagnose.point import Point

if TYPE_CHECKING:
    from hil.diagnose.case import World


@dataclass(frozen=True, eq=False)
class Terms:
    """What a map is summed of: integers as they were read, and the zero points."""

    features: NDArray[np.int64]
    weights: NDArray[np.int64]
    feature_zero: int
    weight_zero: int

    def cam(self) -> NDArray[np.int64]:
        total: NDArray[np.int64] = (self.features - self.feature_zero) @ (
            self.weights - self.weight_zero
        )
        return total


Before = Callable[[Terms], Terms]
After = Callable[["NDArray[np.int64]"], Any]


@dataclass(frozen=True, eq=False)
class Step:
    """One mistake: in the terms, or in the finished map."""

    id: str
    before: Before | None = None
    after: After | None = None
    parameters: tuple[tuple[str, object], ...] = ()

    def hypothesis(self) -> Hypothesis[Point]:
        return Hypothesis(self.id, lambda p: apply(p, (self,)), self.parameters)


def terms(p: Point) -> Terms:
    """The right terms for the features that the board had."""
    model, index = p.world.oracle.model, p.world.oracle.positive_class
    return Terms(
        p.given.astype("i8"),
        model.class_weights(index).astype("i8"),
        model.features.zero_point(),
        model.weights.zero_point(index),
    )


def apply(p: Point, steps: Sequence[Step]) -> NDArray[Any] | None:
    found = terms(p)
    for step in steps:
        if step.before is not None:
            found = step.before(found)
    cam: Any = found.cam()
    for step in steps:
        if step.after is not None and cam is not None:
            cam = step.after(cam)
    return None if cam is None else cam.astype("i4")


def hypotheses(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """`given`: the features. `observed`: the map."""
    if points:
        for step in steps(points[0].world):
            yield step.hypothesis()
        yield Hypothesis("cam.previous-image", _previous, (("image", "the one before"),))


def pairs(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """Two mistakes at once."""
    if not points:
        return
    known = list(steps(points[0].world))
    for number, first in enumerate(known):
        for second in known[number + 1 :]:
            if first.id != second.id:
                both = suppose(first.id, apply, (first, second))
                together = (first.hypothesis(), second.hypothesis())
                yield dataclasses.replace(both, together=together)


def steps(world: World) -> Iterator[Step]:
    """The mistakes without parameters to be found, or with few values."""
    model, index = world.oracle.model, world.oracle.positive_class
    zero = model.features.zero_point()
    filters = np.frombuffer(model.weights.data, np.int8).astype("i8")
    filters = filters.reshape(model.classes, model.channels)
    for other in range(model.classes):
        if other != index:
            yield _changes("cam.other-class", weights=filters[other], index=other)
    yield Step("cam.unsigned-features", lambda t: _changed(t, features=t.features & 0xFF))
    yield Step("cam.unsigned-weights", lambda t: _changed(t, weights=t.weights & 0xFF))
    if zero:
        yield Step("cam.feature-zero-point-ignored", lambda t: _changed(t, feature_zero=0))
        yield Step(
            "cam.feature-zero-point-doubled",
            lambda t: _changed(t, feature_zero=2 * t.feature_zero),
        )
    flat = filters.T.reshape(-1)[: filters.size]
    by_class = filters.reshape(-1).reshape(model.channels, model.classes)[:, index]
    yield Step("cam.weights-layout", lambda t: _changed(t, weights=by_class))
    as_stored = flat[index * model.channels : (index + 1) * model.channels]
    yield Step("cam.weights-layout", lambda t: _changed(t, weights=as_stored))
    yield Step(
        "cam.features-layout",
        lambda t: _changed(
            t,
            features=np.moveaxis(
                t.features.reshape(t.features.shape[2], *t.features.shape[:2]), 0, 2
            ),
        ),
    )
    everything = filters.reshape(-1)
    for steps_off in (1, -1, 2, -2, 4, -4):
        start = index * model.channels + steps_off
        if start >= 0 and start + model.channels <= everything.size:
            shifted = everything[start : start + model.channels]
        else:
            shifted = np.roll(filters[index], -steps_off)
        yield _changes("cam.weights-shifted", weights=shifted, steps=f"{steps_off:+d}")
    yield Step("cam.transposed", after=lambda cam: cam.T)
    yield Step("cam.mirrored", after=lambda cam: cam[:, ::-1], parameters=(("how", "left/right"),))
    yield Step("cam.mirrored", after=lambda cam: cam[::-1], parameters=(("how", "top/bottom"),))
    yield Step(
        "cam.mirrored", after=lambda cam: cam[::-1, ::-1], parameters=(("how", "both ways"),)
    )
    for bits in (16, 8, 24):
        yield _then("cam.accumulator", _wrapped, bits, bits=bits)
        yield _then("cam.accumulator", _saturated, bits, bits=f"{bits} (saturating)")
    yield Step("cam.clipped", after=lambda c: np.maximum(c, 0), parameters=(("what", "cells"),))
    yield Step(
        "cam.clipped",
        lambda t: _changed(t, weights=np.maximum(t.weights, 0)),
        parameters=(("what", "weights"),),
    )
    yield Step("cam.negated", after=lambda cam: -cam)
    yield Step("cam.sum-not-cleared", after=lambda cam: cam.reshape(-1).cumsum().reshape(cam.shape))
    for normalise in _normalisations():
        yield Step("cam.normalised", after=normalise)
    for divisor in _divisors(world):
        yield _then("cam.scaled", np.floor_divide, divisor, divisor=divisor)
        yield _then("cam.scaled", _toward_zero, divisor, divisor=divisor)
    bias = _bias(world)
    if bias is not None:
        yield Step("cam.bias", after=lambda cam: cam + bias)
    for down, right in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        cells = f"{down:+d} rows, {right:+d} columns"
        yield _then("cam.cell-shifted", np.roll, (down, right), (0, 1), cells=cells)
    for off in (1, -1):
        yield _then("cam.cell-shifted", np.roll, off, cells=f"{off:+d}")


def with_parameters(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """Mistakes whose parameter is read off the first failure."""
    first = next((p for p in points if p.failing and p.observed is not None), None)
    if first is None or first.observed.shape != first.right.shape:
        return
    t = terms(first)
    off = first.observed.astype("i8") - first.right.astype("i8")
    yield from _zero_points(t, off)
    products = (t.features - t.feature_zero) * (t.weights - t.weight_zero)
    channels = products.shape[2]
    for k in range(channels):
        if np.array_equal(-products[:, :, k], off):
            yield _channel_missing(k)
        if np.array_equal(products[:, :, k], off):
            yield _recount(f"channel {k} counts twice", [*range(channels), k])
    upto = np.cumsum(products, axis=2)
    for last in range(channels):
        if np.array_equal(upto[:, :, last], first.observed):
            yield _channels(0, last)
        if last and np.array_equal(upto[:, :, -1] - upto[:, :, last - 1], first.observed):
            yield _channels(last, channels - 1)
    for stride in (2, 4):
        yield _recount(f"every {stride}. channel only", list(range(0, channels, stride)))
    yield from _truncated(first.world)
    if off.max() == off.min():
        constant = int(off.flat[0])
        yield Step(
            "cam.offset",
            after=lambda cam: cam + constant,
            parameters=(("steps", f"{constant:+d}"),),
        ).hypothesis()
    yield from _other_images(points)


def _zero_points(t: Terms, off: NDArray[np.int64]) -> Iterator[Hypothesis[Point]]:
    total = int((t.weights - t.weight_zero).sum())
    if off.max() == off.min() and total and int(off.flat[0]) % total == 0:
        steps_off = -int(off.flat[0]) // total
        if steps_off and abs(steps_off) <= 512:
            zero = t.feature_zero + steps_off
            yield _changes(
                "cam.feature-zero-point-wrong", feature_zero=zero, steps=f"{steps_off:+d}"
            ).hypothesis()
    sums = (t.features - t.feature_zero).sum(axis=2)
    at = np.flatnonzero(sums)
    if at.size:
        quotient = -int(off.flat[at[0]]) / int(sums.flat[at[0]])
        if quotient == int(quotient) and quotient and np.array_equal(off, -int(quotient) * sums):
            zero = t.weight_zero + int(quotient)
            yield _changes(
                "cam.weight-zero-point-wrong", weight_zero=zero, steps=f"{int(quotient):+d}"
            ).hypothesis()


def _channel_missing(k: int) -> Hypothesis[Point]:
    def without(t: Terms) -> Terms:
        weights = t.weights.copy()
        weights[k] = t.weight_zero
        return _changed(t, weights=weights)

    return Step("cam.channel-missing", without, None, (("channel", k),)).hypothesis()


def _channels(first: int, last: int) -> Hypothesis[Point]:
    def part(t: Terms) -> Terms:
        weights = t.weights[first : last + 1]
        return _changed(t, features=t.features[:, :, first : last + 1], weights=weights)

    return Step("cam.channels-cut", part, None, (("first", first), ("last", last))).hypothesis()


def _recount(how: str, channels: list[int]) -> Hypothesis[Point]:
    def part(t: Terms) -> Terms:
        return _changed(t, features=t.features[:, :, channels], weights=t.weights[channels])

    return Step("cam.channel-stuck", part, None, (("how", how),)).hypothesis()


def _truncated(world: World) -> Iterator[Hypothesis[Point]]:
    """Each product scaled to real numbers and cut, as with an integer type for the scale."""
    model, index = world.oracle.model, world.oracle.positive_class
    scale = model.features.scale() * model.weights.scale(index)

    def by_product(p: Point) -> NDArray[np.int32]:
        t = terms(p)
        products = (t.features - t.feature_zero) * (t.weights - t.weight_zero)
        cam: NDArray[np.int32] = np.trunc(products * scale).sum(axis=2).astype("i4")
        return cam

    def by_sum(p: Point) -> NDArray[np.int32]:
        cam: NDArray[np.int32] = np.trunc(terms(p).cam() * scale).astype("i4")
        return cam

    for how, predict in (("each product", by_product), ("each sum", by_sum)):
        yield Hypothesis("cam.scale-truncated", predict, (("how", how),))
    for shift in (1, 2, 3, 4, 5, 6, 7, 8):
        yield suppose("cam.scale-truncated", _right_shifted, shift, how=f"shifted right by {shift}")


def _right_shifted(p: Point, shift: int) -> NDArray[np.int32]:
    t = terms(p)
    products = (t.features - t.feature_zero) * (t.weights - t.weight_zero)
    cam: NDArray[np.int32] = (products >> shift).sum(axis=2).astype("i4")
    return cam


def _other_images(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """The map of any other image of the run, a different one each time."""
    names: dict[bytes, str] = {}
    for point in points:
        names.setdefault(point.case.expected.cam.tobytes(), point.case.name)

    def predict(p: Point) -> Any:
        if p.observed is None:
            return None
        same_bytes = p.observed.astype("i4").tobytes()
        own = p.case.expected.cam.tobytes()
        return p.observed if same_bytes in names and same_bytes != own else None

    yield Hypothesis("cam.previous-image", predict, (("image", "of this run"),))


def _previous(p: Point) -> Any:
    return p.world.answer(p.case.before[0]).cam if p.case.before else None


_FIELDS = tuple(field.name for field in dataclasses.fields(Terms))


def _changes(name: str, **values: Any) -> Step:
    """A mistake that replaces fields of the terms; the other values are its parameters."""
    changes = {key: value for key, value in values.items() if key in _FIELDS}
    parameters = tuple((key, value) for key, value in values.items() if key not in _FIELDS)
    return Step(name, lambda t: dataclasses.replace(t, **changes), None, parameters)


def _then(name: str, change: Callable[..., Any], *arguments: Any, **parameters: object) -> Step:
    """A mistake in the finished map: `change(map, *arguments)`."""
    after: After = lambda cam: change(cam, *arguments)  # noqa: E731
    return Step(name, None, after, tuple(parameters.items()))


def _wrapped(cam: NDArray[np.int64], bits: int) -> Any:
    half = 1 << (bits - 1)
    return ((cam + half) & (2 * half - 1)) - half


def _saturated(cam: NDArray[np.int64], bits: int) -> Any:
    return cam.clip(-(1 << (bits - 1)), (1 << (bits - 1)) - 1)


def _changed(t: Terms, **changes: Any) -> Terms:
    return dataclasses.replace(t, **changes)


def _normalisations() -> tuple[After, ...]:
    from hil.oracle.cam import normalise

    def rounded(cam: NDArray[np.int64]) -> Any:
        low, high = int(cam.min()), int(cam.max())
        return np.zeros_like(cam) if low == high else (cam - low) * 255 // (high - low)

    return lambda cam: normalise(cam).astype(np.int64), rounded


def _divisors(world: World) -> tuple[int, ...]:
    return tuple(dict.fromkeys((world.oracle.model.channels, 2, 4, 8, 16, 64, 128, 256, 255, 1000)))


def _toward_zero(cam: NDArray[np.int64], divisor: int) -> Any:
    return np.sign(cam) * (np.abs(cam) // divisor)


def _bias(world: World) -> int | None:
    """The classifier's bias of the positive class, if it has one."""
    model = world.oracle.model
    for op in model.graph.ops:
        if len(op.inputs) == 3 and op.inputs[1] == model.weights.index and op.inputs[2] >= 0:
            data = model.graph.tensors[op.inputs[2]].data
            biases = np.frombuffer(data, np.int32)
            if biases.size == model.classes:
                return int(biases[world.oracle.positive_class]) or None
    return None
