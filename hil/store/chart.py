"""Trends as text: sparklines for a list, a chart for one metric. Pure, no colours."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from hil.judge.baseline.text import value_text
from hil.store.series import Series


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters to draw with."""

    levels: str
    point: str
    level: str
    step: str
    axis: str
    mark: str


UNICODE = Glyphs(levels="▁▂▃▄▅▆▇█", point="●", level="─", step="┊", axis="│", mark="▲")
ASCII = Glyphs(levels="_.-:=+*#", point="o", level="-", step=":", axis="|", mark="^")


def glyphs(encoding: str) -> Glyphs:
    """What a terminal of this encoding can show."""
    return UNICODE if encoding.lower().replace("-", "").startswith("utf") else ASCII


def sparkline(values: Sequence[float], width: int, using: Glyphs = UNICODE) -> str:
    """One character a column; older values share columns where there are too many."""
    columns = _columns(values, width)
    low, high = min(columns), max(columns)
    if low == high:
        return using.levels[len(using.levels) // 2 - 1] * len(columns)
    top = len(using.levels) - 1
    return "".join(using.levels[round((v - low) / (high - low) * top)] for v in columns)


def chart(series: Series, width: int, height: int = 9, using: Glyphs = UNICODE) -> list[str]:
    """Points per run, the levels between steps, a dotted line at each step.

    Args:
        width: of the whole, with the labels of the axis.
        height: rows of the plot.
    """
    values = series.values
    low, high = min(values), max(values)
    if low == high:
        height = 1
    labels = _labels(low, high, height, series.metric)
    margin = max(map(len, labels))
    columns = _columns(values, max(10, (width - margin - 3)))
    # Few runs are spread out.
    gap = max(1, min(4, (width - margin - 3) // len(columns)))
    grid = [[" "] * (gap * len(columns)) for _ in range(height)]

    def row(value: float) -> int:
        return 0 if low == high else round((high - value) / (high - low) * (height - 1))

    def column(index: int) -> int:
        return gap * (index * len(columns) // len(values))

    edges = [0, *(step.index for step in series.steps), len(values)]
    for start, end in pairwise(edges):
        level = row(statistics.median(values[start:end]))
        stop = gap * len(columns) if end == len(values) else column(end)
        for x in range(column(start), stop):
            grid[level][x] = using.level
    places = [column(step.index) for step in series.steps]
    for place in places:
        for line in grid:
            line[place] = using.step
    for place, value in enumerate(columns):
        grid[row(value)][gap * place] = using.point
    lines = [
        f"{label:>{margin}} {using.axis}{''.join(line)}".rstrip()
        for label, line in zip(labels, grid, strict=True)
    ]
    marks = [using.mark if x in places else " " for x in range(gap * len(columns))]
    if places:
        lines.append(" " * (margin + 2) + "".join(marks).rstrip())
    return [*lines, " " * (margin + 2) + _dates(series, gap * len(columns))]


def _columns(values: Sequence[float], width: int) -> list[float]:
    """At most `width` values: medians of neighbours where there are more."""
    count = min(width, len(values))
    edges = [place * len(values) // count for place in range(count + 1)]
    return [statistics.median(values[start:end]) for start, end in pairwise(edges)]


def _labels(low: float, high: float, height: int, metric: str) -> list[str]:
    labels = [""] * height
    for place in {0, height // 2, height - 1}:
        at = high if height == 1 else high - (high - low) * place / (height - 1)
        labels[place] = value_text(at, metric)
    return labels


def _dates(series: Series, width: int) -> str:
    first, last = series.runs[0].started[:10], series.runs[-1].started[:10]
    if first == last:
        return first
    return f"{first}{last:>{max(len(last) + 1, width - len(first))}}"
