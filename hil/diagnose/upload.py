"""Mistakes on the way of the bytes: the line, the upload, the buffer."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hil.diagnose.case import Point, Sent
from hil.diagnose.hypothesis import Hypothesis
from hil.diagnose.outcome import variety
from hil.diagnose.seen import first_op, saw, shaped, unsigned
from hil.facts.packing import unpack_int8
from hil.wire.requests import MAX_PAYLOAD_BYTES as CHUNK

_LF, _CR, _XON, _XOFF, _ZERO = 0x0A, 0x0D, 0x11, 0x13, 0x00
_SHIFTS = (*range(1, 17), 32, 48, 64, 95, 96, 97, 128, 192, 256, 512, 1024)
_ENDS = (1, 2, 3, 4, 8, 16, 32, 64, 96, 128, 192, 256, 512, 1024)
_FILLS = (("0", 0), ("-128", -128), ("the image before", 1), ("the image before the last", 2))
"""(what, value): a constant, or the image so many before."""


def line() -> Iterator[Hypothesis[Point]]:
    """What a terminal driver does to bytes."""
    crlf = bytes([_CR, _LF])
    yield saw("input.cr-inserted", _replaced, _LF, crlf)
    yield saw("input.bytes-translated", _replaced, _CR, bytes([_LF]), how="CR to LF")
    yield saw("input.bytes-translated", _replaced, _LF, bytes([_CR]), how="LF to CR")
    yield saw("input.bytes-translated", _replaced, _CR, crlf, how="CR to CR LF")
    for value in (_CR, _LF, _XON, _XOFF, _ZERO, 0xC0, 0xDB, 0xFF):
        yield saw("input.bytes-removed", _replaced, value, b"", value=f"0x{value:02X}")


def bits() -> Iterator[Hypothesis[Point]]:
    """One bit of every byte, and words in the wrong order."""
    for bit in range(8):
        for how in ("always 0", "always 1", "flipped"):
            if (bit, how) != (7, "flipped"):  # that is an offset of 128
                what = f"every byte ({how})"
                yield saw("input.bit-flipped", _bit, bit, how, bit=bit, what=what)
    for width in (2, 4):
        yield saw("input.bytes-swapped", _words_swapped, width, bits=8 * width)


def shifts() -> Iterator[Hypothesis[Point]]:
    """All bytes too early or too late."""
    for size in _SHIFTS:
        for count in (size, -size):
            yield saw("input.shifted", _rolled, count, count=count, fill="wrapping around")
            for fill, value in _FILLS[:3]:
                text = f"filled with {fill}"
                yield saw("input.shifted", _shifted, count, value, count=count, fill=text)


def chunks(size: int) -> Iterator[Hypothesis[Point]]:
    """Parts that are missing, or in the wrong place, of an image of `size` bytes."""
    starts = range(0, size, CHUNK)
    for fill, value in _FILLS:
        text = f"it holds {fill}"
        for index, start in enumerate(starts):
            place = slice(start, start + CHUNK)
            yield saw("input.chunk-missing", _filled, [place], value, index=index, fill=text)
        text = f"they hold {fill}"
        for lost in (*_ENDS, size // 2, size // 4):
            tail, head = slice(size - lost, size), slice(0, lost)
            yield saw("input.tail-missing", _filled, [tail], value, count=lost, fill=text)
            yield saw("input.head-missing", _filled, [head], value, count=lost, fill=text)
        for off in (1, -1, 2, -2, 4, -4):
            text = f"between them {fill}"
            yield saw("input.chunk-misplaced", _misplaced, off, value, count=off, fill=text)
        ends = [min(start + CHUNK, size) for start in starts]
        for lost in (1, 2, 4):
            text = f"the last {lost} of each hold {fill}"
            places = [slice(end - lost, end) for end in ends]
            yield saw("input.chunk-misplaced", _filled, places, value, count=0, fill=text)
    for first, second in itertools.combinations(range(len(starts)), 2):
        yield saw("input.chunks-swapped", _swapped, first, second, first=first, second=second)


def single_bytes(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """A byte that is lost, inserted or damaged: the place is found by the first operator."""
    damage = _damage(points)
    if damage is None:
        return
    if damage.local:
        for bit in range(8):
            for index in damage.fitting(_flipped, bit):
                what = f"byte {index}"
                yield saw("input.bit-flipped", _flipped, index, bit, bit=bit, what=what)
        return
    for fill in ("repeat", "zero", "wrap"):
        for index in damage.fitting(_dropped, fill):
            yield saw("input.byte-dropped", _dropped, index, fill, index=index)
    for value in (None, 0, 0x0D, 0xFF):
        for index in damage.fitting(_inserted, value):
            yield saw("input.byte-inserted", _inserted, index, value, index=index)


@dataclass(frozen=True, eq=False)
class Damage:
    """Where an image was damaged, by the operator that saw it first.

    Attributes:
        point: a failing one.
        row: the first wrong row of that operator's output.
        observed: this row as the board gave it, int8 [columns, channels].
        places: bytes that it may have come from.
        local: whether little of the output is wrong.
    """

    point: Point
    row: int
    observed: NDArray[np.int8]
    places: range
    local: bool

    def fitting(self, change: Callable[..., Any], argument: object) -> list[int]:
        """The places where a change gives what the operator gave in its first wrong row."""
        case, conv = self.point.case, self.point.world.convolution(0)
        if conv is None:
            return list(self.places)
        images = np.stack([shaped(change(case, k, argument), case) for k in self.places])
        rows = conv.first_rows(images[..., None], self.row)
        fits = (rows == self.observed).all(axis=(1, 2))
        return [place for place, fit in zip(self.places, fits, strict=True) if fit]


def _damage(points: Sequence[Point]) -> Damage | None:
    if not points:
        return None
    world = points[0].world
    captured = {
        record.image: record for record in world.run.divergences if record.op == 0 and record.output
    }
    looked_at = (
        dataclasses.replace(points[0], case=case)
        for case in world.cases
        if case.failing and case.name in captured
    )
    for point in sorted(looked_at, key=variety, reverse=True):
        record = captured[point.case.name]
        right = first_op(point).run(point.case.tensor)[0]
        got = unpack_int8(record.output, right.shape, where=record.image)
        rows = np.flatnonzero((right != got).any(axis=(0, 2, 3)))
        height, width = point.case.tensor.shape
        stride = -(-height // right.shape[1])
        row = int(rows[0])
        top, bottom = max((row - 1) * stride, 0), min((row + 1) * stride + 2, height)
        places = range(top * width, bottom * width)
        return Damage(point, row, got[0, row], places, local=int(rows[-1]) - row <= 2)
    return None


def _replaced(case: Sent, value: int, by: bytes) -> Any:
    """Every byte of one value replaced; cut or filled with zeros to the image's size."""
    data = case.tensor.tobytes()
    changed = data.replace(bytes([value]), by)
    return np.frombuffer(changed.ljust(len(data), b"\0")[: len(data)], np.int8)


def _bit(case: Sent, bit: int, how: str) -> Any:
    pixels, mask = unsigned(case), 1 << bit
    if how == "always 1":
        return pixels | mask
    return pixels ^ mask if how == "flipped" else pixels & (0xFF ^ mask)


def _words_swapped(case: Sent, width: int) -> Any:
    flat = case.tensor.reshape(-1)
    return None if flat.size % width else flat.reshape(-1, width)[:, ::-1]


def _rolled(case: Sent, count: int) -> Any:
    return np.roll(case.tensor.reshape(-1), count)


def _shifted(case: Sent, count: int, value: int) -> Any:
    filling = _fill(case, value)
    flat = case.tensor.reshape(-1)
    if filling is None or abs(count) >= flat.size:
        return None
    found = filling.copy()
    if count > 0:
        found[count:] = flat[:-count]
    else:
        found[:count] = flat[-count:]
    return found


def _fill(case: Sent, value: int) -> Any:
    """A whole image of the filling: 0, -128, or 1 and 2 for the images before."""
    if value > 0:
        return case.before[value - 1].reshape(-1) if len(case.before) >= value else None
    return case.tensor.reshape(-1) * 0 + value


def _filled(case: Sent, places: Sequence[slice], value: int) -> Any:
    """Some places hold the filling instead."""
    filling = _fill(case, value)
    if filling is None:
        return None
    flat = case.tensor.reshape(-1).copy()
    for place in places:
        flat[place] = filling[place]
    return flat


def _misplaced(case: Sent, off: int, value: int) -> Any:
    """Every chunk but the first lies `off` bytes from its place times its number."""
    filling = _fill(case, value)
    if filling is None:
        return None
    flat, found = case.tensor.reshape(-1), filling.copy()
    for number, start in enumerate(range(0, flat.size, CHUNK)):
        part = flat[start : start + CHUNK]
        to = start + off * number
        end = min(to + part.size, flat.size)
        if to >= 0:
            found[to:end] = part[: end - to]
    return found


def _swapped(case: Sent, first: int, second: int) -> Any:
    flat = case.tensor.reshape(-1)
    found = flat.copy()
    a, b = (slice(number * CHUNK, (number + 1) * CHUNK) for number in (first, second))
    if flat[a].size != flat[b].size:
        return None
    found[a], found[b] = flat[b], flat[a]
    return found


def _dropped(case: Sent, index: int, fill: str) -> Any:
    flat = case.tensor.reshape(-1)
    last = {"repeat": flat[-1], "wrap": flat[index], "zero": 0}[fill]
    return np.concatenate([flat[:index], flat[index + 1 :], [last]]).astype(np.int8)


def _inserted(case: Sent, index: int, value: int | None) -> Any:
    flat = case.tensor.reshape(-1)
    new = flat[index] if value is None else np.uint8(value).astype(np.int8)
    return np.concatenate([flat[:index], [new], flat[index:-1]]).astype(np.int8)


def _flipped(case: Sent, index: int, bit: int) -> Any:
    flat = unsigned(case).reshape(-1).copy()
    flat[index] ^= 1 << bit
    return flat
