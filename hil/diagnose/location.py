"""Mistakes between the map and the location: which cell, and which pixels."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from hil.diagnose.case import Point
from hil.diagnose.hypothesis import Hypothesis, remembered, suppose, suppose_both
from hil.network.location import Location, cell_location, winning_cell

Cell = tuple[int, int]
"""(row, column), or pixels as (x, y)."""

Turn = Callable[[int, int, int, int], Cell]
"""The place that is taken for (row, column) of a map of (rows, columns)."""

_PICTURES = ((320, 240), (160, 120), (176, 144), (240, 240), (640, 480), (128, 128), (224, 224),
             (64, 64), (48, 48), (192, 192), (100, 100), (255, 255))  # fmt: skip
"""(width, height) of pictures that a location may be meant for."""

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


# ---- the cell, from the map that the board sent ------------------------------------


def cells(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """`given`: the map. `observed`: (row, column)."""
    for name, turn in _TURNS.items():
        yield suppose(name, lambda p, t: _turned(winning_cell(p.given), p, t), turn)
    yield suppose("location.minimum", lambda p: winning_cell(-p.given.astype("i8")))
    yield suppose("location.last-maximum", _last_maximum)
    yield suppose("location.magnitude", lambda p: winning_cell(abs(p.given.astype("i8"))))
    yield suppose("location.unsigned", _as_type, "u4")
    for kind, bits in (("i2", "16"), ("u2", "unsigned 16"), ("i1", "8"), ("u1", "unsigned 8")):
        yield suppose("location.truncated", _as_type, kind, bits=bits)
    for name, keep in _PARTS.items():
        yield suppose("location.cells-left-out", _first_within, keep, cells=name)
    yield remembered(suppose("location.previous-image", _previous))
    yield remembered(suppose("location.previous-image", lambda p: p.case.last_cell))


def other_cells(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """What is looked for when no common mistake fits."""
    for down, right in ((0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, -1), (1, -1), (-1, 1)):
        text = " and ".join(
            f"{abs(n)} {what}" for n, what in ((down, "row"), (right, "column")) if n
        )
        yield suppose("location.next-cell", _moved, down, right, cells=text)
        yield suppose("location.next-cell", _wrapped, down, right, cells=f"{text} (wrapping)")
    yield from _constant(points)


def pairs(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """Two of the turns, minimum and magnitude at once."""
    turns = [h for h in cells(points) if h.id in _TURNS and h.id != "location.rotated"]
    wrong_peaks = [h for h in cells(points) if h.id in _PEAKS]
    for turn, peak in itertools.product(turns, wrong_peaks):
        yield suppose_both(turn, peak, _turned_peak, peak, _TURNS[turn.id])


# ---- the pixels, from the cell that the board sent ---------------------------------


def pixels(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """`given`: (row, column). `observed`: (x, y)."""
    height, width = points[0].case.facts.input_size
    changes: tuple[tuple[str, Callable[[int, int], Cell]], ...] = (
        ("location.transposed", lambda x, y: (y, x)),
        ("location.mirrored-x", lambda x, y: (width - x, y)),
        ("location.mirrored-x", lambda x, y: (width - 1 - x, y)),
        ("location.mirrored-y", lambda x, y: (x, height - y)),
        ("location.mirrored-y", lambda x, y: (x, height - 1 - y)),
        ("location.rotated", lambda x, y: (width - x, height - y)),
    )
    for name, change in changes:
        yield suppose(name, lambda p, change: change(*p.right), change)
    yield suppose("location.top-left", _corner, 0)
    yield suppose("location.bottom-right", _corner, 1)
    yield suppose("location.cell-index", lambda p: p.given[::-1])
    for size in _PICTURES:
        text = f"{size[0]}x{size[1]}"
        yield suppose("location.scaled", lambda p, s: _centre(p, p.given, s[::-1]), size, size=text)
    yield remembered(suppose("location.previous-image", _previous_pixels))
    yield remembered(
        suppose(
            "location.previous-image",
            lambda p: p.case.last_cell and _centre(p, p.case.last_cell, p.case.facts.input_size),
        )
    )


def pixel_pairs(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """x and y swapped, of what another mistake gives."""
    swap, *others = pixels(points)
    for other in others:
        if other.id not in ("location.rotated", "location.previous-image"):
            yield suppose_both(swap, other, lambda p, h: h.predict(p)[::-1], other)


def other_pixels(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    """A constant offset, or a constant."""
    first = next(point for point in points if point.failing)
    off_x, off_y = (got - right for got, right in zip(first.observed, first.right, strict=True))
    yield suppose(
        "location.offset",
        lambda p: (p.right[0] + off_x, p.right[1] + off_y),
        pixels=f"({off_x:+d}, {off_y:+d})",
    )
    yield from _constant(points)


def _constant(points: Sequence[Point]) -> Iterator[Hypothesis[Point]]:
    failing = [point for point in points if point.failing]
    if len(failing) > 2:
        yield suppose("location.constant", lambda p: failing[0].observed)


# ---- helpers -----------------------------------------------------------------------


def _as_type(p: Point, kind: str) -> Cell | None:
    return winning_cell(p.given.astype(kind))


def _last_maximum(p: Point) -> Cell | None:
    return _turned(winning_cell(p.given[::-1, ::-1]), p, _TURNS["location.rotated"])


def _turned(cell: Cell | None, p: Point, turn: Turn) -> Cell | None:
    return None if cell is None else turn(*cell, *p.given.shape)


def _turned_peak(p: Point, peak: Hypothesis[Point], turn: Turn) -> Cell | None:
    return _turned(peak.predict(p), p, turn)


def _first_within(p: Point, keep: tuple[slice, slice]) -> Cell | None:
    part = np.full(p.given.shape, np.iinfo(np.int64).min)
    part[keep] = p.given[keep]
    return winning_cell(part)


def _moved(p: Point, down: int, right: int) -> Cell:
    rows, columns = p.given.shape
    row, column = p.right[0] + down, p.right[1] + right
    return min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)


def _wrapped(p: Point, down: int, right: int) -> Cell:
    rows, columns = p.given.shape
    return (p.right[0] + down) % rows, (p.right[1] + right) % columns


def _previous(p: Point) -> Cell | None:
    """The cell of the image before: of the oracle's map for it."""
    before = p.previous()
    return None if before is None else winning_cell(before.cam)


def _previous_pixels(p: Point) -> Cell | None:
    before = p.previous()
    location = None if before is None else before.location
    return (location.x, location.y) if isinstance(location, Location) else None


def _corner(p: Point, further: int) -> Cell:
    """A corner of the cell: the top left one, or with 1 the bottom right one."""
    (rows, columns), (height, width) = p.case.expected.cam.shape, p.case.facts.input_size
    row, column = p.given
    x, y = (column + further) * width // columns, (row + further) * height // rows
    return (x - further, y - further)


def _centre(p: Point, cell: Cell, size: tuple[int, int]) -> Cell:
    """The cell's centre in pixels of a picture of (height, width)."""
    rows, columns = p.case.expected.cam.shape
    found = cell_location(*cell, (rows, columns), size)
    return found.x, found.y
