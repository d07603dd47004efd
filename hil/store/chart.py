"""Trends: sparklines for a list, a chart for one metric in text without colours, or as a PNG."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from hil.judge.baseline.text import value_text
from hil.store.series import Series

_ROWS = 9
_WIDTH, _HEIGHT = 1000, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 150, 30, 60, 50
_WHITE, _BLACK, _GREY = (255, 255, 255), (40, 40, 40), (200, 200, 200)
_LINE, _STEP = (160, 90, 30), (40, 40, 210)  # blue, green, red


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


def chart(series: Series, width: int, using: Glyphs = UNICODE) -> list[str]:
    """Points per run, the levels between steps, a dotted line at each step.

    Args:
        width: of the whole, with the labels of the axis.
    """
    values = series.values
    low, high = min(values), max(values)
    height = 1 if low == high else _ROWS
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


def trend_png(series: Series) -> bytes:
    """The series as a line with its steps marked."""
    import cv2
    import numpy as np

    image = np.full((_HEIGHT, _WIDTH, 3), _WHITE, dtype=np.uint8)
    values = series.values
    low, high = min(values), max(values)
    span = (high - low) or 1.0

    def at(index: float, value: float) -> tuple[int, int]:
        x = _LEFT + (_WIDTH - _LEFT - _RIGHT) * (index + 0.5) / len(values)
        share = (value - low) / span if high > low else 0.5
        return round(x), round(_HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * share)

    def write(text: str, x: int, y: int, size: float = 0.5) -> None:
        face = cv2.FONT_HERSHEY_SIMPLEX
        cv2.putText(image, text, (x, y), face, size, _BLACK, 1, cv2.LINE_AA)

    for value in {low, (low + high) / 2, high}:
        y = at(0, value)[1]
        cv2.line(image, (_LEFT, y), (_WIDTH - _RIGHT, y), _GREY, 1)
        write(value_text(value, series.metric), 10, y + 5)
    for step in series.steps:
        x = at(step.index - 0.5, low)[0]
        cv2.line(image, (x, _TOP - 10), (x, _HEIGHT - _BOTTOM), _STEP, 1, cv2.LINE_AA)
        relative = step.relative
        write("step" if relative is None else f"{100 * relative:+.2f} %", x + 4, _TOP)
    points = [at(index, value) for index, value in enumerate(values)]
    cv2.polylines(image, [np.array(points, dtype=np.int32)], False, _LINE, 1, cv2.LINE_AA)
    for point in points:
        cv2.circle(image, point, 3, _LINE, -1, cv2.LINE_AA)
    write(f"{series.metric}   {series.board}", 10, 25, 0.6)
    write(series.runs[0].started[:10], _LEFT, _HEIGHT - 15)
    write(series.runs[-1].started[:10], _WIDTH - _RIGHT - 95, _HEIGHT - 15)
    done, data = cv2.imencode(".png", image)
    assert done  # uint8 pixels can always be encoded
    return data.tobytes()


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
