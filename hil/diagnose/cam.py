"""Mistakes between the features and the map."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hil.diagnose.case import Point, World
from hil.diagnose.hypothesis import Hypothesis, remembered, suppose, suppose_both
from hil.oracle.cam import integer_cam, normalise


def right_map(world: World, features: NDArray[np.int8]) -> NDArray[np.int32]:
    """The right map of these features."""
    model, index = world.model, world.head.positive_class
    return integer_cam(
        features,
        model.class_weights(index),
        feature_zero_point=model.features.zero_point(),
        weight_zero_point=model.weights.zero_point(index),
    )


@dataclass(frozen=True, eq=False)
class Terms:
    """What a map is summed of: integers as they were read, and the zero points."""

    features: NDArray[np.int64]
    weights: NDArray[np.int64]
    feature_zero: int
    weight_zero: int

    def products(self) -> NDArray[np.int64]:
        return (self.features - self.feature_zero) * (self.weights - self.weight_zero)

    def cam(self) -> Any:
        return (self.features - self.feature_zero) @ (self.weights - self.weight_zero)


@dataclass(frozen=True, eq=False)
class Step:
    """One mistake: in the terms, or in the finished map."""

    id: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    before: Callable[[Terms], Terms] = lambda terms: terms
    after: Callable[[Any], Any] = lambda cam: cam

    def hypothesis(self) -> Hypothesis[Point]:
        return Hypothesis(self.id, lambda p: apply(p, self), self.parameters)


def terms(p: Point) -> Terms:
    """The right terms for the features that the board had."""
    model, index = p.world.model, p.world.head.positive_class
    return Terms(
        p.given.astype("i8"),
        model.class_weights(index).astype("i8"),
        model.features.zero_point(),
        model.weights.zero_point(index),
    )


def apply(p: Point, *steps: Step) -> NDArray[np.int32]:
    found = terms(p)
    for step in steps:
        found = step.before(found)
    cam = found.cam()
    for step in steps:
        cam = step.after(cam)
    made: NDArray[np.int32] = cam.astype("i4")
    return made


def hypotheses(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """`given`: the features. `observed`: the map."""
    for step in steps(points[0].world):
        yield step.hypothesis()
    yield remembered(suppose("cam.previous-image", _previous, image="the one before"))


def pairs(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """Two mistakes at once."""
    for first, second in itertools.combinations(steps(points[0].world), 2):
        if first.id != second.id:
            yield suppose_both(first.hypothesis(), second.hypothesis(), apply, first, second)


def steps(world: World) -> Iterator[Step]:
    """The mistakes without parameters to be found, or with few values."""
    model, index = world.model, world.head.positive_class
    filters = np.frombuffer(model.weights.data, np.int8).astype("i8")
    filters = filters.reshape(model.classes, model.channels)
    for other in range(model.classes):
        if other != index:
            yield _fixed("cam.other-class", {"weights": filters[other]}, index=other)
    yield _terms("cam.unsigned-features", lambda t: {"features": t.features & 0xFF})
    yield _terms("cam.unsigned-weights", lambda t: {"weights": t.weights & 0xFF})
    if model.features.zero_point():
        yield _fixed("cam.feature-zero-point-ignored", {"feature_zero": 0})
        doubled = "cam.feature-zero-point-doubled"
        yield _terms(doubled, lambda t: {"feature_zero": 2 * t.feature_zero})
    everything = filters.reshape(-1)
    by_class = everything.reshape(model.channels, model.classes)[:, index]
    yield _fixed("cam.weights-layout", {"weights": by_class})
    start = index * model.channels
    as_stored = filters.T.reshape(-1)[start : start + model.channels]
    yield _fixed("cam.weights-layout", {"weights": as_stored})
    yield _terms("cam.features-layout", lambda t: {"features": _channels_first(t.features)})
    for off in (1, -1, 2, -2, 4, -4):
        if 0 <= start + off <= everything.size - model.channels:
            shifted = everything[start + off : start + off + model.channels]
        else:
            shifted = np.roll(filters[index], -off)
        yield _fixed("cam.weights-shifted", {"weights": shifted}, steps=f"{off:+d}")
    yield _map("cam.transposed", np.transpose)
    yield _map("cam.mirrored", np.flip, 1, how="left/right")
    yield _map("cam.mirrored", np.flip, 0, how="top/bottom")
    yield _map("cam.mirrored", np.flip, (0, 1), how="both ways")
    for bits in (16, 8, 24):
        yield _map("cam.accumulator", _wrapped, bits, bits=bits)
        yield _map("cam.accumulator", _saturated, bits, bits=f"{bits} (saturating)")
    yield _map("cam.clipped", np.maximum, 0, what="cells")
    yield _terms("cam.clipped", lambda t: {"weights": np.maximum(t.weights, 0)}, what="weights")
    yield _map("cam.negated", np.negative)
    yield _map("cam.sum-not-cleared", lambda cam: cam.reshape(-1).cumsum().reshape(cam.shape))
    yield _map("cam.normalised", lambda cam: normalise(cam).astype(np.int64))
    yield _map("cam.normalised", _normalised)
    for divisor in dict.fromkeys((model.channels, 2, 4, 8, 16, 64, 128, 256, 255, 1000)):
        yield _map("cam.scaled", np.floor_divide, divisor, divisor=divisor)
        yield _map("cam.scaled", _toward_zero, divisor, divisor=divisor)
    bias = _bias(world)
    if bias is not None:
        yield _map("cam.bias", np.add, bias)
    for down, right in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        cells = f"{down:+d} rows, {right:+d} columns"
        yield _map("cam.cell-shifted", np.roll, (down, right), (0, 1), cells=cells)
    for off in (1, -1):
        yield _map("cam.cell-shifted", np.roll, off, cells=f"{off:+d}")


def with_parameters(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """Mistakes whose parameter is read off the first failure."""
    first = next(p for p in points if p.failing)
    t, off = terms(first), first.observed.astype("i8") - first.right.astype("i8")
    for step in itertools.chain(_zero_points(t, off), _channels(t, off, first.observed)):
        yield step.hypothesis()
    yield from _truncated(first.world)
    if off.max() == off.min():
        constant = int(off.flat[0])
        yield _map("cam.offset", np.add, constant, steps=f"{constant:+d}").hypothesis()
    known = {point.case.expected.cam.tobytes() for point in points}
    yield suppose("cam.previous-image", _of_another, known, image="of this run")


def _zero_points(t: Terms, off: NDArray[np.int64]) -> Iterator[Step]:
    total = int((t.weights - t.weight_zero).sum())
    if off.max() == off.min() and total and int(off.flat[0]) % total == 0:
        by = -int(off.flat[0]) // total
        if by and abs(by) <= 512:
            zero = {"feature_zero": t.feature_zero + by}
            yield _fixed("cam.feature-zero-point-wrong", zero, steps=f"{by:+d}")
    sums = (t.features - t.feature_zero).sum(axis=2)
    at = np.flatnonzero(sums)
    if at.size:
        quotient = -int(off.flat[at[0]]) / int(sums.flat[at[0]])
        by = int(quotient)
        if quotient == by and by and np.array_equal(off, -by * sums):
            zero = {"weight_zero": t.weight_zero + by}
            yield _fixed("cam.weight-zero-point-wrong", zero, steps=f"{by:+d}")


def _channels(t: Terms, off: NDArray[np.int64], observed: NDArray[np.int32]) -> Iterator[Step]:
    """Channels that are left out, or taken twice."""
    products = t.products()
    everything = list(range(products.shape[2]))
    for k in everything:
        if np.array_equal(-products[:, :, k], off):
            others = [channel for channel in everything if channel != k]
            yield _terms("cam.channel-missing", _of_channels, others, channel=k)
        if np.array_equal(products[:, :, k], off):
            how = f"channel {k} counts twice"
            yield _terms("cam.channel-stuck", _of_channels, [*everything, k], how=how)
    upto = np.cumsum(products, axis=2)
    end = everything[-1]
    for last in everything:
        ranges = [(0, last)] if np.array_equal(upto[:, :, last], observed) else []
        if last and np.array_equal(upto[:, :, -1] - upto[:, :, last - 1], observed):
            ranges.append((last, end))
        for a, b in ranges:
            yield _terms("cam.channels-cut", _of_channels, everything[a : b + 1], first=a, last=b)
    for stride in (2, 4):
        how = f"every {stride}. channel only"
        yield _terms("cam.channel-stuck", _of_channels, everything[::stride], how=how)


def _truncated(world: World) -> Iterator[Hypothesis[Point]]:
    """Each product scaled to real numbers and cut, as with an integer type for the scale."""
    model, index = world.model, world.head.positive_class
    scale = model.features.scale() * model.weights.scale(index)
    cuts: dict[str, Callable[[Terms], Any]] = {
        "each product": lambda t: np.trunc(t.products() * scale).sum(axis=2),
        "each sum": lambda t: np.trunc(t.cam() * scale),
    }
    for how, cut in cuts.items():
        yield suppose("cam.scale-truncated", _summed, cut, how=how)
    for shift in range(1, 9):
        how = f"shifted right by {shift}"
        yield suppose("cam.scale-truncated", _summed, _right_shifted, shift, how=how)


def _summed(p: Point, cut: Callable[..., Any], *arguments: int) -> Any:
    return cut(terms(p), *arguments).astype("i4")


def _right_shifted(t: Terms, shift: int) -> Any:
    return (t.products() >> shift).sum(axis=2)


def _of_another(p: Point, known: set[bytes]) -> Any:
    """The map of any other image of the run, a different one each time."""
    same_bytes = p.observed.astype("i4").tobytes()
    return p.observed if same_bytes in known - {p.case.expected.cam.tobytes()} else None


def _previous(p: Point) -> Any:
    before = p.previous()
    return None if before is None else before.cam


def _terms(name: str, change: Callable[..., Any], *arguments: Any, **parameters: object) -> Step:
    """A mistake in the terms: `change(terms, *arguments)` gives the fields that are otherwise."""

    def before(t: Terms) -> Terms:
        return dataclasses.replace(t, **change(t, *arguments))

    return Step(name, parameters, before=before)


def _fixed(name: str, fields: Mapping[str, Any], **parameters: object) -> Step:
    """A mistake that replaces terms by others, the same for every image."""
    return _terms(name, lambda t: fields, **parameters)


def _map(name: str, change: Callable[..., Any], *arguments: Any, **parameters: object) -> Step:
    """A mistake in the finished map: `change(map, *arguments)`."""
    return Step(name, parameters, after=lambda cam: change(cam, *arguments))


def _of_channels(t: Terms, channels: list[int]) -> dict[str, Any]:
    """Only these channels are summed."""
    return {"features": t.features[:, :, channels], "weights": t.weights[channels]}


def _channels_first(features: NDArray[np.int64]) -> Any:
    """Features in the order [rows, columns, channels] that are read as [channels, rows, ...]."""
    rows, columns, channels = features.shape
    return np.moveaxis(features.reshape(channels, rows, columns), 0, 2)


def _wrapped(cam: NDArray[np.int64], bits: int) -> Any:
    half = 1 << (bits - 1)
    return ((cam + half) & (2 * half - 1)) - half


def _saturated(cam: NDArray[np.int64], bits: int) -> Any:
    return cam.clip(-(1 << (bits - 1)), (1 << (bits - 1)) - 1)


def _normalised(cam: NDArray[np.int64]) -> Any:
    """In integers: it rounds otherwise than `hil.oracle.cam.normalise`."""
    low, high = int(cam.min()), int(cam.max())
    return np.zeros_like(cam) if low == high else (cam - low) * 255 // (high - low)


def _toward_zero(cam: NDArray[np.int64], divisor: int) -> Any:
    return np.sign(cam) * (np.abs(cam) // divisor)


def _bias(world: World) -> int | None:
    """The classifier's bias of the positive class, if it has one."""
    model = world.model
    for op in model.graph.ops:
        if len(op.inputs) == 3 and op.inputs[1] == model.weights.index and op.inputs[2] >= 0:
            biases = np.frombuffer(model.graph.tensors[op.inputs[2]].data, np.int32)
            if biases.size == model.classes:
                return int(biases[world.head.positive_class]) or None
    return None
