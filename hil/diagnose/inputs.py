"""Mistakes between the image that was sent and what the model saw."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from hil.diagnose.case import Case
from hil.diagnose.hypothesis import Hypothesis
from hil.diagnose.picture import picture_hypotheses
from hil.diagnose.point import Point

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.diagnose.submodel import Part

Transform = Callable[[Case], Any]
"""The tensor that the model saw, int8 [height, width]; None if it cannot be told."""

_LF, _CR, _XON, _XOFF, _ZERO = 0x0A, 0x0D, 0x11, 0x13, 0x00
_SHIFTS = (*range(1, 17), 32, 48, 64, 95, 96, 97, 128, 192, 256, 512, 1024)


def saw(name: str, transform: Transform, **parameters: object) -> Hypothesis[Point]:
    """The hypothesis that the model saw `transform(case)` and did everything right."""

    def predict(p: Point) -> Any:
        tensor = transform(p.case)
        return None if tensor is None else answer_to(p, tensor)

    return Hypothesis(name, predict, tuple(parameters.items()), transform=transform)


def answer_to(p: Point, tensor: NDArray[np.int8]) -> Any:
    """What the board gives for another tensor, of the kind that was observed (`p.given`)."""

    tensor = shaped(tensor, p.case)
    if p.given == "first operator":
        return zlib.crc32(first_op(p).run(tensor)[0].tobytes())
    answer = p.world.answer(tensor)
    if p.given == "features":
        return answer.features
    return answer.cam if p.given == "cam" else tuple(int(s) for s in answer.scores)


def shaped(tensor: Any, case: Case) -> NDArray[np.int8]:
    """A transformed tensor as the interpreter takes it."""
    import numpy as np

    array = np.asarray(tensor)
    if array.dtype == np.uint8:
        array = array.view(np.int8)
    return np.ascontiguousarray(array, np.int8).reshape(case.tensor.shape)


def first_op(p: Point) -> Part:
    from hil.diagnose.scores import parts

    part: Part = p.world.kept("first operator", lambda: parts(p.world).part(0, 0))
    return part


def hypotheses(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """`observed`: the features (or the map, or the scores: `given` says which)."""
    import numpy as np

    yield from simple()
    yield saw("input.other-image", lambda c: c.before[1] if len(c.before) > 1 else None,
              image="the one before the last")  # fmt: skip
    yield saw("input.halved", lambda c: (c.tensor.view(np.uint8) >> 1).view(np.int8))
    yield saw("input.halved", lambda c: c.tensor >> 1)
    yield saw("input.halved", lambda c: ((c.tensor.view(np.uint8) ^ 0x80) >> 1).astype(np.uint8))
    yield saw("input.seven-bits", lambda c: c.tensor & 0x7F)
    for bit in range(8):
        mask = np.uint8(1 << bit)
        yield _bits(f"every byte (always 0), bit {bit}", bit, lambda u, m=mask: u & ~m)
        yield _bits(f"every byte (always 1), bit {bit}", bit, lambda u, m=mask: u | m)
        if bit < 7:
            yield _bits(f"every byte (flipped), bit {bit}", bit, lambda u, m=mask: u ^ m)
    for bits in (16, 32):
        yield saw("input.bytes-swapped", lambda c, n=bits // 8: _words_swapped(c, n), bits=bits)
    yield from _line()
    yield from _shifts()
    yield from _chunks(points)
    yield from picture_hypotheses(saw)


def simple() -> Iterator[Hypothesis[Point]]:
    """The common ones, of which two at once are tried too."""
    import numpy as np

    yield saw("input.offset-missing", lambda c: _unsigned(c.tensor) ^ 0x80)
    yield saw("input.offset-saturated", lambda c: np.maximum(c.tensor.astype("i2") - 128, -128))
    yield saw("input.offset-saturated", lambda c: np.minimum(c.tensor.astype("i2") + 128, 127))
    yield saw("input.inverted", lambda c: ~c.tensor)
    yield saw("input.transposed", lambda c: c.tensor.T)
    yield saw("input.mirrored-x", lambda c: c.tensor[:, ::-1])
    yield saw("input.mirrored-y", lambda c: c.tensor[::-1])
    for quarter in (1, 2, 3):
        yield saw(
            "input.rotated", lambda c, q=quarter: np.rot90(c.tensor, -q), degrees=90 * quarter
        )
    yield saw("input.previous-image", lambda c: c.before[0] if c.before else None)


def pairs(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """Two common mistakes at once, and a common one with a shift."""

    def both(c: Case, one: Transform, two: Transform) -> Any:
        return two(dataclasses.replace(c, tensor=shaped(one(c), c)))

    known = [h for h in simple() if h.id != "input.previous-image"]
    shifts = [h for h in _shifts() if h.id == "input.shifted"][:12]
    line = list(_line())
    for number, first in enumerate(known):
        for second in (*known[number + 1 :], *shifts, *line):
            one, two = first.transform, second.transform
            if first.id == second.id or one is None or two is None:
                continue

            def predict(p: Point, one: Transform = one, two: Transform = two) -> Any:
                return answer_to(p, both(p.case, one, two))

            def transform(c: Case, one: Transform = one, two: Transform = two) -> Any:
                return both(c, one, two)

            yield Hypothesis(
                first.id, predict, first.parameters, (first, second), transform=transform
            )


def other_images(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """Any other image of the run, or the synthetic ones, a different one each time."""
    from hil.images import synthetic

    if not points:
        return
    world = points[0].world
    donors: dict[Any, str] = {}
    pictures = [(c.name, c.tensor) for c in world.cases] + [(s.name, s.tensor) for s in synthetic()]
    for name, tensor in pictures:
        answer = world.answer(tensor)
        values = {"features": answer.features, "cam": answer.cam}.get(points[0].given)
        key = tuple(map(int, answer.scores)) if values is None else values.tobytes()
        if points[0].given == "first operator":
            key = zlib.crc32(first_op(points[0]).run(tensor)[0].tobytes())
        donors.setdefault(key, name)

    def key_of(observed: Any) -> Any:
        return observed.tobytes() if hasattr(observed, "tobytes") else observed

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
            yield Hypothesis("input.constant", predict, (("value", f"those of {text}"),))
        else:
            yield Hypothesis("input.other-image", predict, (("image", text),))


def constants(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    import numpy as np

    for value in (0, -128, 127, -1, 1):
        yield saw(
            "input.constant", lambda c, v=value: np.full_like(c.tensor, v), value=f"all {value}"
        )


def single_bytes(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """A byte that is lost, inserted or damaged: the place is found by the first operator."""
    place = _damage(points)
    if place is None:
        return
    first, last, local = place
    for index in range(first, last):
        if local:
            for bit in range(8):
                yield saw("input.bit-flipped", lambda c, k=index, b=bit: _flipped(c, k, b), bit=bit,
                          what=f"byte {index}")  # fmt: skip
            continue
        for fill in ("repeat", "zero", "wrap"):
            yield saw("input.byte-dropped", lambda c, k=index, f=fill: _dropped(c, k, f),
                      index=index)  # fmt: skip
        for value in (None, 0, 0x0D, 0xFF):
            yield saw("input.byte-inserted", lambda c, k=index, v=value: _inserted(c, k, v),
                      index=index)  # fmt: skip


def _damage(points: Sequence[Point]) -> tuple[int, int, bool] | None:
    """(first, last + 1, small): where the image was damaged, by the operator that saw it first."""
    import numpy as np

    from hil.diagnose.packing import unpack_int8

    failing = {p.case.name: p for p in points if p.failing}
    for record in points[0].world.run.divergences if points else ():
        point = failing.get(record.image)
        if record.op != 0 or not record.output or point is None:
            continue
        right = first_op(point).run(point.case.tensor)[0]
        got = unpack_int8(record.output, right.shape, where=record.image)
        rows = np.flatnonzero((right != got).any(axis=(0, 2, 3)))
        height, width = point.case.tensor.shape
        stride = -(-height // right.shape[1])
        top = max((int(rows[0]) - 1) * stride, 0)
        bottom = min((int(rows[0]) + 1) * stride + 2, height)
        return top * width, bottom * width, int(rows[-1] - rows[0]) <= 2
    return None


# ---- families ----------------------------------------------------------------------


def _bits(what: str, bit: int, change: Callable[[Any], Any]) -> Hypothesis[Point]:
    return saw(
        "input.bit-flipped",
        lambda c: change(_unsigned(c.tensor)),
        bit=bit,
        what=what.partition(",")[0],
    )


def _line() -> Iterator[Hypothesis[Point]]:
    """What a terminal driver does to bytes."""
    yield saw("input.cr-inserted", lambda c: _stuffed(c, _LF, bytes([_CR, _LF])))
    yield saw("input.bytes-translated", lambda c: _replaced(c, _CR, _LF), how="CR to LF")
    yield saw("input.bytes-translated", lambda c: _replaced(c, _LF, _CR), how="LF to CR")
    yield saw("input.bytes-translated", lambda c: _stuffed(c, _CR, bytes([_CR, _LF])),
              how="CR to CR LF")  # fmt: skip
    for value in (_CR, _LF, _XON, _XOFF, _ZERO, 0xC0, 0xDB, 0xFF):
        yield saw("input.bytes-removed", lambda c, v=value: _stuffed(c, v, b""),
                  value=f"0x{value:02X}")  # fmt: skip


def _shifts() -> Iterator[Hypothesis[Point]]:
    import numpy as np

    for count in (n for size in _SHIFTS for n in (size, -size)):
        yield saw("input.shifted", lambda c, n=count: np.roll(c.tensor.reshape(-1), n),
                  count=count, fill="wrapping around")  # fmt: skip
        for fill, value in (("0", 0), ("-128", -128), ("the image before", None)):
            yield saw("input.shifted", lambda c, n=count, v=value: _shifted(c, n, v), count=count,
                      fill=f"filled with {fill}")  # fmt: skip


def _chunks(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    from hil.wire.requests import MAX_PAYLOAD_BYTES as CHUNK

    if not points:
        return
    size = points[0].case.tensor.size
    count = -(-size // CHUNK)
    fills: tuple[tuple[str, Any], ...] = (("0", 0), ("-128", -128), ("the image before", 1),
                                          ("the image before the last", 2))  # fmt: skip
    for fill, value in fills:
        text = f"it holds {fill}"
        for index in range(count):
            place = slice(index * CHUNK, (index + 1) * CHUNK)
            yield saw("input.chunk-missing", lambda c, s=place, v=value: _filled(c, s, v),
                      index=index, fill=text)  # fmt: skip
        for lost in (1, 2, 3, 4, 8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, size // 2, size // 4):
            tail, head = slice(size - lost, size), slice(0, lost)
            yield saw("input.tail-missing", lambda c, s=tail, v=value: _filled(c, s, v),
                      count=lost, fill=text)  # fmt: skip
            yield saw("input.head-missing", lambda c, s=head, v=value: _filled(c, s, v),
                      count=lost, fill=text)  # fmt: skip
        for off in (1, -1, 2, -2, 4, -4):
            yield saw("input.chunk-misplaced", lambda c, o=off, v=value: _misplaced(c, o, v, CHUNK),
                      count=off, fill=text)  # fmt: skip
        # The end of every chunk is lost: a length that is one too short, and the like.
        for lost in (1, 2, 4):
            yield saw("input.chunk-misplaced", lambda c, n=lost, v=value: _ends(c, n, v, CHUNK),
                      count=f"0, but the last {lost} of each are lost, so they are 0",
                      fill=text)  # fmt: skip
    for first in range(count):
        for second in range(first + 1, count):
            yield saw("input.chunks-swapped", lambda c, a=first, b=second: _swapped(c, a, b, CHUNK),
                      first=first, second=second)  # fmt: skip


# ---- helpers -----------------------------------------------------------------------


def _unsigned(tensor: NDArray[np.int8]) -> NDArray[np.uint8]:
    import numpy as np

    return np.ascontiguousarray(tensor).view(np.uint8)


def _stuffed(case: Case, value: int, by: bytes) -> Any:
    """Every byte of one value replaced; cut or filled with zeros to the image's size."""
    import numpy as np

    data = case.tensor.tobytes()
    changed = data.replace(bytes([value]), by)
    if by == bytes([_CR, _LF]) and value == _LF:
        changed = data.replace(b"\n", b"\r\n")
    return np.frombuffer(changed.ljust(len(data), b"\0")[: len(data)], np.int8)


def _replaced(case: Case, value: int, by: int) -> Any:
    import numpy as np

    return np.frombuffer(case.tensor.tobytes().replace(bytes([value]), bytes([by])), np.int8)


def _words_swapped(case: Case, width: int) -> Any:
    flat = case.tensor.reshape(-1)
    return None if flat.size % width else flat.reshape(-1, width)[:, ::-1]


def _shifted(case: Case, count: int, value: int | None) -> Any:
    flat = case.tensor.reshape(-1)
    if value is None:
        if not case.before:
            return None
        found = case.before[0].reshape(-1).copy()
    else:
        found = flat * 0 + value
    if abs(count) >= flat.size:
        return None
    if count > 0:
        found[count:] = flat[:-count]
    else:
        found[:count] = flat[-count:]
    return found


def _fill(case: Case, value: int) -> Any:
    """A whole image of the filling: 0, -128, or 1 and 2 for the images before."""
    if value > 0:
        return case.before[value - 1].reshape(-1) if len(case.before) >= value else None
    return case.tensor.reshape(-1) * 0 + value


def _filled(case: Case, place: slice, value: int) -> Any:
    filling = _fill(case, value)
    if filling is None:
        return None
    flat = case.tensor.reshape(-1).copy()
    flat[place] = filling[place]
    return flat


def _misplaced(case: Case, off: int, value: int, chunk: int) -> Any:
    """Every chunk but the first lies `off` bytes from its place times its number."""
    filling = _fill(case, value)
    if filling is None:
        return None
    flat, found = case.tensor.reshape(-1), filling.copy()
    for number, start in enumerate(range(0, flat.size, chunk)):
        part = flat[start : start + chunk]
        to = start + off * number
        end = min(to + part.size, flat.size)
        if to >= 0:
            found[to:end] = part[: end - to]
    return found


def _ends(case: Case, lost: int, value: int, chunk: int) -> Any:
    filling = _fill(case, value)
    if filling is None:
        return None
    flat = case.tensor.reshape(-1).copy()
    for start in range(0, flat.size, chunk):
        end = min(start + chunk, flat.size)
        flat[end - lost : end] = filling[end - lost : end]
    return flat


def _swapped(case: Case, first: int, second: int, chunk: int) -> Any:
    flat = case.tensor.reshape(-1)
    found = flat.copy()
    a, b = slice(first * chunk, (first + 1) * chunk), slice(second * chunk, (second + 1) * chunk)
    if flat[a].size != flat[b].size:
        return None
    found[a], found[b] = flat[b], flat[a]
    return found


def _dropped(case: Case, index: int, fill: str) -> Any:
    import numpy as np

    flat = case.tensor.reshape(-1)
    last = {"repeat": flat[-1], "wrap": flat[index], "zero": 0}[fill]
    return np.concatenate([flat[:index], flat[index + 1 :], [last]]).astype(np.int8)


def _inserted(case: Case, index: int, value: int | None) -> Any:
    import numpy as np

    flat = case.tensor.reshape(-1)
    new = flat[index] if value is None else np.uint8(value).astype(np.int8)
    return np.concatenate([flat[:index], [new], flat[index:-1]]).astype(np.int8)


def _flipped(case: Case, index: int, bit: int) -> Any:
    flat = _unsigned(case.tensor).reshape(-1).copy()
    flat[index] ^= 1 << bit
    return flat
