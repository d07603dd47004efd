"""Mistakes between the map and the location: which cell, and which pixels."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from hil.diagnose.hypothesis import Hypothesis, suppose
from hil.diagnose.point import Point
from hil.network.location import Location, cell_location, winning_cell

Cell = tuple[int, int]
"""(row, column), or pixels as (x, y)."""

_PICTURES = ((320, 240), (160, 120), (176, 144), (240, 240), (640, 480), (128, 128), (224, 224),
             (64, 64), (48, 48), (192, 192), (100, 100), (255, 255))  # fmt: skip
"""(width, height) of pictures that a location may be meant for."""


# ---- the cell, from the map that the board sent ------------------------------------


def cells(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """`given`: the map. `observed`: (row, column)."""
    for name, turn in _TURNS.items():
        yield suppose(name, _turned, turn)
    yield suppose("location.minimum", lambda p: winning_cell(-p.given.astype("i8")))
    yield suppose("location.last-maximum", _last_maximum)
    yield suppose("location.magnitude", lambda p: winning_cell(abs(p.given.astype("i8"))))
    yield suppose("location.unsigned", _as_type, "u4")
    for kind, bits in (("i2", "16"), ("u2", "unsigned 16"), ("i1", "8"), ("u1", "unsigned 8")):
        yield suppose("location.truncated", _as_type, kind, bits=bits)
    for name, keep in _PARTS.items():
        yield suppose("location.cells-left-out", _first_within, keep, cells=name)
    yield suppose("location.previous-image", _previous)
    yield suppose("location.previous-image", lambda p: p.case.last_cell)


def other_cells(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """What is looked for when no common mistake fits."""
    for down, right in ((0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, -1), (1, -1), (-1, 1)):
        text = " and ".join(
            f"{abs(n)} {what}" for n, what in ((down, "row"), (right, "column")) if n
        )
        for wraps in (False, True):
            cells = f"{text}{' (wrapping)' if wraps else ''}"
            yield suppose("location.next-cell", _moved, down, right, wraps, cells=cells)
    failing = [point for point in points if point.failing]
    if len(failing) > 2:
        yield Hypothesis("location.constant", lambda p: failing[0].observed)


def pairs(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """Two of the turns, minimum and magnitude at once."""
    turns = [h for h in cells(points) if h.id in _TURNS and h.id != "location.rotated"]
    wrong_peaks = [h for h in cells(points) if h.id in _PEAKS]
    for turn in turns:
        for peak in wrong_peaks:
            both = suppose(turn.id, _turned_peak, peak, _TURNS[turn.id])
            yield dataclasses.replace(both, together=(turn, peak))


# ---- the pixels, from the cell that the board sent ---------------------------------


def pixels(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """`given`: (row, column). `observed`: (x, y)."""
    yield Hypothesis("location.transposed", lambda p: (p.right[1], p.right[0]))
    yield Hypothesis("location.mirrored-x", lambda p: (_width(p) - p.right[0], p.right[1]))
    yield Hypothesis("location.mirrored-x", lambda p: (_width(p) - 1 - p.right[0], p.right[1]))
    yield Hypothesis("location.mirrored-y", lambda p: (p.right[0], _height(p) - p.right[1]))
    yield Hypothesis("location.mirrored-y", lambda p: (p.right[0], _height(p) - 1 - p.right[1]))
    yield Hypothesis(
        "location.rotated", lambda p: (_width(p) - p.right[0], _height(p) - p.right[1])
    )
    yield Hypothesis("location.top-left", lambda p: _corner(p, 0))
    yield Hypothesis("location.bottom-right", lambda p: _corner(p, 1))
    yield Hypothesis("location.cell-index", lambda p: (p.given[1], p.given[0]))
    for size in _PICTURES:
        yield suppose("location.scaled", _scaled, size, size=f"{size[0]}x{size[1]}")
    yield suppose("location.previous-image", _previous_pixels)
    yield suppose("location.previous-image", _last_pixels)


def pixel_pairs(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """x and y swapped, of what another mistake gives."""
    first, *others = pixels(points)
    for other in others:
        if other.id in ("location.rotated", "location.previous-image"):
            continue

        def swapped(p: Point, h: Hypothesis[Point] = other) -> Cell | None:
            found = h.predict(p)
            return None if found is None else (found[1], found[0])

        yield Hypothesis(first.id, swapped, together=(first, other))


def other_pixels(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """A constant offset, or a constant."""
    failing = [point for point in points if point.failing]
    if not failing:
        return
    right, got = failing[0].right, failing[0].observed
    off = (got[0] - right[0], got[1] - right[1])
    yield Hypothesis(
        "location.offset",
        lambda p: (p.right[0] + off[0], p.right[1] + off[1]),
        (("pixels", f"({off[0]:+d}, {off[1]:+d})"),),
    )
    if len(failing) > 2:
        yield Hypothesis("location.constant", lambda p: got)


# ---- helpers -----------------------------------------------------------------------

Turn = Callable[[int, int, int, int], Cell]

_TURNS: dict[str, Turn] = {
    "location.transposed": lambda r, c, h, w: (c, r),
    "location.mirrored-x": lambda r, c, h, w: (r, w - 1 - c),
    "location.mirrored-y": lambda r, c, h, w: (h - 1 - r, c),
    "location.rotated": lambda r, c, h, w: (h - 1 - r, w - 1 - c),
}
_PEAKS = ("location.minimum", "location.magnitude", "location.last-maximum", "location.unsigned",
          "location.truncated", "location.cells-left-out")  # fmt: skip

_PARTS: dict[str, tuple[slice, slice]] = {
    "the first row": (slice(1, None), slice(None)),
    "the last row": (slice(None, -1), slice(None)),
    "the first column": (slice(None), slice(1, None)),
    "the last column": (slice(None), slice(None, -1)),
    "all rows but the first": (slice(None, 1), slice(None)),
    "all columns but the first": (slice(None), slice(None, 1)),
    "the border": (slice(1, -1), slice(1, -1)),
}


def _as_type(p: Point, kind: str) -> Cell | None:
    return winning_cell(p.given.astype(kind))


def _last_maximum(p: Point) -> Cell | None:
    found = winning_cell(p.given[::-1, ::-1])
    rows, columns = p.given.shape
    return None if found is None else (rows - 1 - found[0], columns - 1 - found[1])


def _turn(cell: Cell | None, shape: tuple[int, int], turn: Turn) -> Cell | None:
    return None if cell is None else turn(*cell, *shape)


def _turned(p: Point, turn: Turn) -> Cell | None:
    return _turn(winning_cell(p.given), p.given.shape, turn)


def _turned_peak(p: Point, peak: Hypothesis[Point], turn: Turn) -> Cell | None:
    return _turn(peak.predict(p), p.given.shape, turn)


def _first_within(p: Point, keep: tuple[slice, slice]) -> Cell | None:
    part = np.full(p.given.shape, np.iinfo(np.int64).min)
    part[keep] = p.given[keep]
    return winning_cell(part)


def _moved(p: Point, down: int, right: int, wraps: bool) -> Cell | None:
    rows, columns = p.given.shape
    row, column = p.right[0] + down, p.right[1] + right
    if wraps:
        return row % rows, column % columns
    return min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)


def _previous(p: Point) -> Cell | None:
    """The cell of the image before: of the oracle's map for it."""
    if not p.case.before:
        return None
    return winning_cell(p.world.answer(p.case.before[0]).cam)


def _previous_pixels(p: Point) -> Cell | None:
    if not p.case.before:
        return None
    location = p.world.answer(p.case.before[0]).location
    return (location.x, location.y) if isinstance(location, Location) else None


def _last_pixels(p: Point) -> Cell | None:
    if p.case.last_cell is None:
        return None
    row, column = p.case.last_cell
    found = cell_location(row, column, _grid(p), p.case.facts.input_size)
    return found.x, found.y


def _width(p: Point) -> int:
    return p.case.facts.input_size[1]


def _height(p: Point) -> int:
    return p.case.facts.input_size[0]


def _grid(p: Point) -> tuple[int, int]:
    rows, columns = p.case.expected.cam.shape
    return rows, columns


def _corner(p: Point, further: int) -> Cell:
    rows, columns = _grid(p)
    row, column = p.given
    x, y = (column + further) * _width(p) // columns, (row + further) * _height(p) // rows
    return (x - further, y - further)


def _scaled(p: Point, size: tuple[int, int]) -> Cell:
    row, column = p.given
    found = cell_location(row, column, _grid(p), (size[1], size[0]))
    return found.x, found.y
