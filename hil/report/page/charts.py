"""Charts as inline SVG. Colours come from the page's style, text is readable without sight."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from hil.judge.figures import Series, series

_WIDTH, _HEIGHT = 320, 116
_TOP, _BASE = 10, 94
_MOST_BARS = 32
_OUTLIER = 3.0
_SPARK_WIDTH, _SPARK_HEIGHT, _SPARK_EDGE = 90, 22, 3


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a stacked bar. `kind` picks its colour: a, b, c, d, free."""

    label: str
    value: float
    text: str
    kind: str


def histogram(
    title: str,
    values: Sequence[float],
    text: Callable[[float], str],
    *,
    other: Sequence[float] = (),
) -> Markup:
    """How often which value was measured, with median and 95th percentile.

    Args:
        title: what was measured.
        values: at least one.
        text: a value in words.
        other: the same of another run, drawn as an outline.
    """
    found = series(values)
    low, high = _range([*values, *other])
    bars = min(_MOST_BARS, max(8, math.ceil(math.sqrt(len(values)))))
    own, others = _counts(values, low, high, bars), _counts(other, low, high, bars)
    beyond = sum(value > high for value in values)
    label = _label(title, found, text)
    lines = [
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(label)}">',
        f'<line class="axis" x1="0" y1="{_BASE}" x2="{_WIDTH}" y2="{_BASE}"/>',
        *_bars(own, low, high, text),
        *([_outline(others)] if other else []),
        *_marks(found, low, high),
        f'<text x="0" y="{_HEIGHT - 8}">{escape(text(low))}</text>',
        f'<text x="{_WIDTH}" y="{_HEIGHT - 8}" text-anchor="end">{escape(text(high))}</text>',
    ]
    if beyond:
        lines.append(
            f'<text class="dim" x="{_WIDTH / 2}" y="{_HEIGHT - 8}" text-anchor="middle">'
            f"{beyond} above</text>"
        )
    return Markup("".join([*lines, "</svg>"]))


def stacked(parts: Sequence[Part]) -> Markup:
    """Parts of a whole as one bar. Decoration: the same is in the table beside it."""
    whole = sum(part.value for part in parts) or 1
    x, lines = 0.0, []
    for part in parts:
        width = 100 * part.value / whole
        lines.append(
            f'<rect class="part-{part.kind}" x="{x:.3f}" width="{width:.3f}" height="10"/>'
        )
        x += width
    return Markup(
        '<svg class="stack" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        + "".join(lines)
        + "</svg>"
    )


def bar(share: float) -> Markup:
    """A bar over `share` (0 to 1) of its place. Decoration: the number stands beside it."""
    width = 100 * min(max(share, 0.0), 1.0)
    return Markup(
        '<svg class="meter" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{width:.2f}" height="10"/></svg>'
    )


def _range(values: Sequence[float]) -> tuple[float, float]:
    """What the axis shows: everything, but for outliers far above the 95th percentile."""
    found = series(values)
    low, high = found.least, found.greatest
    spread = found.p95 - low
    if spread > 0 and high - low > _OUTLIER * spread:
        high = low + _OUTLIER * spread
    if high == low:
        pad = abs(low) * 0.05 or 1.0
        return low - pad, high + pad
    return low, high


def _counts(values: Sequence[float], low: float, high: float, bars: int) -> list[float]:
    """The share of the values in each bar."""
    counts = [0] * bars
    for value in values:
        if value <= high:
            counts[min(int((value - low) / (high - low) * bars), bars - 1)] += 1
    return [count / max(len(values), 1) for count in counts]


def _bars(shares: list[float], low: float, high: float, text: Callable[[float], str]) -> list[str]:
    step, top = _WIDTH / len(shares), max(shares) or 1
    lines = []
    for index, share in enumerate(shares):
        if not share:
            continue
        height = max((_BASE - _TOP) * share / top, 1.5)
        start, end = (low + (high - low) * (index + n) / len(shares) for n in (0, 1))
        lines.append(
            f'<rect class="bar" x="{index * step + 0.5:.2f}" y="{_BASE - height:.2f}" '
            f'width="{step - 1:.2f}" height="{height:.2f}">'
            f"<title>{escape(text(start))} to {escape(text(end))}: {share:.1%}</title></rect>"
        )
    return lines


def _outline(shares: list[float]) -> str:
    step, top = _WIDTH / len(shares), max(shares) or 1
    points = [f"0,{_BASE}"]
    for index, share in enumerate(shares):
        y = _BASE - (_BASE - _TOP) * share / top
        points += [f"{index * step:.2f},{y:.2f}", f"{(index + 1) * step:.2f},{y:.2f}"]
    return f'<polyline class="other" points="{" ".join(points)} {_WIDTH},{_BASE}"/>'


def _marks(found: Series, low: float, high: float) -> list[str]:
    """Lines at median and 95th percentile; the caption says which is which."""
    lines = []
    for kind, value in (("median", found.median), ("p95", found.p95)):
        x = _place(value, low, high)
        lines.append(f'<line class="{kind}" x1="{x:.2f}" y1="2" x2="{x:.2f}" y2="{_BASE}"/>')
    return lines


def _place(value: float, low: float, high: float) -> float:
    return _WIDTH * min(max((value - low) / (high - low), 0.0), 1.0)


def _label(title: str, found: Series, text: Callable[[float], str]) -> str:
    return (
        f"Histogram of {title}: {found.count} values from {text(found.least)} to "
        f"{text(found.greatest)}, median {text(found.median)}, 95th percentile {text(found.p95)}"
    )


def sparkline(values: Sequence[float], steps: Sequence[int], label: str) -> Markup:
    """Values in their order as a line, with a mark before each index of `steps`."""
    low, high = min(values), max(values)
    wide = _SPARK_WIDTH - 2 * _SPARK_EDGE
    tall = _SPARK_HEIGHT - 2 * _SPARK_EDGE

    def x(index: float) -> float:
        return _SPARK_EDGE + wide * index / max(len(values) - 1, 1)

    def y(value: float) -> float:
        share = (value - low) / (high - low) if high > low else 0.5
        return _SPARK_EDGE + tall * (1 - share)

    points = " ".join(f"{x(index):.1f},{y(value):.1f}" for index, value in enumerate(values))
    marks = "".join(
        f'<line class="step" x1="{x(at - 0.5):.1f}" x2="{x(at - 0.5):.1f}" y1="0" '
        f'y2="{_SPARK_HEIGHT}"/>'
        for at in steps
    )
    return Markup(
        f'<svg class="spark" viewBox="0 0 {_SPARK_WIDTH} {_SPARK_HEIGHT}" role="img" '
        f'aria-label="{escape(label)}"><title>{escape(label)}</title>{marks}'
        f'<polyline points="{points}"/>'
        f'<circle cx="{x(len(values) - 1):.1f}" cy="{y(values[-1]):.1f}" r="2.6"/></svg>'
    )
