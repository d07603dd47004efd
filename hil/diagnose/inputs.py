"""Mistakes between the image that was sent and what the model saw."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from hil.diagnose.case import Image, Point, Sent
from hil.diagnose.hypothesis import Hypothesis, remembered
from hil.diagnose.picture import pictures
from hil.diagnose.seen import Transform, answer_to, saw, shaped, unsigned
from hil.diagnose.upload import bits, chunks, line, shifts
from hil.images import synthetic


def hypotheses(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """`observed`: the features (or the map, or the scores: `given` says which)."""
    if points:
        yield from changes(points[0].case.tensor.size)


def changes(size: int) -> Iterator[Hypothesis[Point]]:
    """What can become of an image of `size` bytes; each has its `transform`."""
    yield from simple()
    yield saw("input.other-image", _before, 1, image="the one before the last")
    yield saw("input.halved", lambda c: unsigned(c) >> 1)
    yield saw("input.halved", lambda c: c.tensor >> 1)
    yield saw("input.halved", lambda c: np.trunc(c.tensor / 2).astype(np.int8))
    yield saw("input.halved", lambda c: (unsigned(c) ^ 0x80) >> 1)
    yield saw("input.seven-bits", lambda c: c.tensor & 0x7F)
    yield from bits()
    yield from line()
    yield from shifts()
    yield from chunks(size)
    yield from pictures()


def simple() -> Iterator[Hypothesis[Point]]:
    """The common ones, of which two at once are tried too."""
    yield saw("input.offset-missing", lambda c: unsigned(c) ^ 0x80)
    yield saw("input.offset-saturated", lambda c: np.maximum(c.tensor.astype("i2") - 128, -128))
    yield saw("input.offset-saturated", lambda c: np.minimum(c.tensor.astype("i2") + 128, 127))
    yield saw("input.inverted", lambda c: ~c.tensor)
    yield saw("input.transposed", lambda c: c.tensor.T)
    yield saw("input.mirrored-x", lambda c: c.tensor[:, ::-1])
    yield saw("input.mirrored-y", lambda c: c.tensor[::-1])
    for quarter in (1, 2, 3):
        yield saw("input.rotated", lambda c, k: np.rot90(c.tensor, -k), quarter,
                  degrees=90 * quarter)  # fmt: skip
    yield remembered(saw("input.previous-image", _before, 0))


def pairs(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """Two common mistakes at once, and a common one with a shift or a driver's."""
    known = [h for h in simple() if h.id != "input.previous-image"]
    others = [*list(shifts())[:12], *line()]
    for number, first in enumerate(known):
        for second in (*known[number + 1 :], *others):
            if first.id != second.id:
                both = saw(first.id, _both, first.transform, second.transform)
                yield dataclasses.replace(both, together=(first, second))


def other_images(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """Any other image of the run, or the synthetic ones, a different one each time."""
    if not points:
        return

    def key_of(observed: Any) -> Any:
        return observed if isinstance(observed, int | tuple) else observed.tobytes()

    donors: dict[Any, str] = {}
    images = [(case.name, case.tensor) for case in points[0].world.cases]
    for name, tensor in (*images, *((photo.name, photo.tensor) for photo in synthetic())):
        donors.setdefault(key_of(answer_to(points[0], tensor)), name)
    used = {donors.get(key_of(p.observed)) for p in points if p.failing}

    def predict(p: Point) -> Any:
        found = donors.get(key_of(p.observed))
        if found is None or not p.failing:
            return None if p.failing else p.right
        return p.observed if found != p.case.name else None

    if None not in used:
        named = sorted(name for name in used if name is not None)
        text = ", ".join(named[:3]) + (" and others" if len(named) > 3 else "")
        if len(named) == 1 and sum(p.failing for p in points) > 2:
            yield Hypothesis("input.constant", predict, {"value": f"those of {text}"})
        else:
            yield Hypothesis("input.other-image", predict, {"image": text})


def constants(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """The same bytes for every image."""
    for value in (0, -128, 127, -1, 1):
        yield saw("input.constant", lambda c, v: np.full_like(c.tensor, v), value,
                  value=f"all {value}")  # fmt: skip


def _before(case: Sent, number: int) -> Any:
    return case.before[number] if len(case.before) > number else None


def _both(case: Sent, one: Transform, two: Transform) -> Any:
    first = one(case)
    return None if first is None else two(Image(shaped(first, case), case.before, case.source))
