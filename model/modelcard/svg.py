"""A little SVG: pictures of axes, lines and cells that need no library and no fonts of their own.

Colours are those of Okabe and Ito, which colour-blind readers can tell apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

BLUE, ORANGE, GREEN, PURPLE, RED = "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00"
GRAY = "#8a8a8a"
_INK, _GRID, _PAPER = "#222222", "#dddddd", "#ffffff"
_FONT = "font-family='Helvetica, Arial, sans-serif'"


@dataclass(frozen=True, slots=True)
class Line:
    """Points joined in order; `dots` draws them, `dashed` breaks the line."""

    points: Sequence[tuple[float, float]]
    colour: str
    name: str = ""
    dashed: bool = False
    dots: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """One point with a text beside it."""

    x: float
    y: float
    text: str
    colour: str = _INK


@dataclass(frozen=True, slots=True)
class Axis:
    """From `low` to `high`, with a text and a number of equal steps."""

    text: str
    low: float = 0.0
    high: float = 1.0
    steps: int = 5

    def at(self, value: float) -> float:
        """0 at the low end, 1 at the high end."""
        span = self.high - self.low
        return (value - self.low) / span if span else 0.0

    def ticks(self) -> list[float]:
        return [self.low + (self.high - self.low) * n / self.steps for n in range(self.steps + 1)]


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines over two axes."""

    title: str
    x: Axis
    y: Axis
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...] = ()
    width: int = 440
    height: int = 360


def document(parts: Iterable[str], width: int, height: int, title: str) -> str:
    """A whole SVG file."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-label="{escape(title)}">\n'
        f'<rect width="{width}" height="{height}" fill="{_PAPER}"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def charts(drawn: Sequence[Chart]) -> str:
    """Charts side by side, as one file."""
    parts, left = [], 0
    for chart in drawn:
        parts.append(f'<g transform="translate({left} 0)">{_chart(chart)}</g>')
        left += chart.width
    title = "; ".join(chart.title for chart in drawn)
    return document(parts, left, max(chart.height for chart in drawn), title)


def text(
    x: float, y: float, said: str, *, size: int = 12, anchor: str = "middle", fill: str = _INK
) -> str:
    """A line of text; `y` is its base line."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" {_FONT} text-anchor="{anchor}" '
        f'fill="{fill}">{escape(said)}</text>'
    )


def cell(
    x: float, y: float, width: float, height: float, share: float, lines: Sequence[str]
) -> str:
    """A rectangle, darker the larger `share` (0 to 1) is, with lines of text in its middle."""
    fill = "#" + "".join(
        f"{round(255 + (int(BLUE[i : i + 2], 16) - 255) * min(share, 1.0)):02x}" for i in (1, 3, 5)
    )
    ink = "#ffffff" if share > 0.7 else _INK
    rows = [
        text(x + width / 2, y + height / 2 + 5 + 17 * (n - (len(lines) - 1) / 2), line, size=13 if
             n else 15, fill=ink)
        for n, line in enumerate(lines)
    ]  # fmt: skip
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}" '
        f'stroke="{_GRID}"/>' + "".join(rows)
    )


def _chart(chart: Chart) -> str:
    left, top, right, bottom = 58, 34, chart.width - 16, chart.height - 48
    if any(line.name for line in chart.lines):
        bottom -= 18 * _legend_rows(chart)

    def place(x: float, y: float) -> tuple[float, float]:
        return left + (right - left) * chart.x.at(x), bottom - (bottom - top) * chart.y.at(y)

    parts = [text((left + right) / 2, 20, chart.title, size=14)]
    for value in chart.x.ticks():
        x, _ = place(value, chart.y.low)
        parts.append(_rule(x, top, x, bottom))
        parts.append(text(x, bottom + 16, f"{value:g}", size=11))
    for value in chart.y.ticks():
        _, y = place(chart.x.low, value)
        parts.append(_rule(left, y, right, y))
        parts.append(text(left - 6, y + 4, f"{value:.4g}", size=11, anchor="end"))
    parts.append(text((left + right) / 2, bottom + 34, chart.x.text))
    parts.append(
        f'<g transform="translate(14 {(top + bottom) / 2:.1f}) rotate(-90)">'
        f"{text(0, 0, chart.y.text)}</g>"
    )
    for line in chart.lines:
        points = [place(*point) for point in line.points]
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dash = ' stroke-dasharray="5 4"' if line.dashed else ""
        parts.append(
            f'<polyline points="{joined}" fill="none" stroke="{line.colour}" '
            f'stroke-width="2"{dash}/>'
        )
        if line.dots:
            parts += [_dot(x, y, line.colour) for x, y in points]
    for mark in chart.marks:
        x, y = place(mark.x, mark.y)
        parts.append(_dot(x, y, mark.colour))
        parts.append(text(x + 8, y + 14, mark.text, size=11, anchor="start"))
    parts += _legend(chart, left, bottom + 54, right - left)
    return "".join(parts)


_LEGEND_COLUMNS = 2


def _legend_rows(chart: Chart) -> int:
    named = sum(bool(line.name) for line in chart.lines)
    return -(-named // _LEGEND_COLUMNS)


def _legend(chart: Chart, left: float, top: float, width: float) -> list[str]:
    parts = []
    for n, line in enumerate(line for line in chart.lines if line.name):
        x = left + (n % _LEGEND_COLUMNS) * width / _LEGEND_COLUMNS
        y = top + n // _LEGEND_COLUMNS * 18
        dash = ' stroke-dasharray="5 4"' if line.dashed else ""
        parts.append(
            f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{x + 22:.1f}" y2="{y:.1f}" '
            f'stroke="{line.colour}" stroke-width="2"{dash}/>'
        )
        parts.append(text(x + 28, y + 4, line.name, size=11, anchor="start"))
    return parts


def _rule(x0: float, y0: float, x1: float, y1: float) -> str:
    return f'<line x1="{x0:.1f}" y1="{y0:.1f}" x2="{x1:.1f}" y2="{y1:.1f}" stroke="{_GRID}"/>'


def _dot(x: float, y: float, colour: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
