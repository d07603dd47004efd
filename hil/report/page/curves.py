"""Charts of an evaluation as inline SVG: ROC curve, reliability, confusions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from hil.judge.metrics.calibration import Calibration
from hil.judge.stats.shares import wilson_interval

_SIDE, _LEFT, _TOP, _BELOW = 200, 34, 8, 34
_TICKS = (0.0, 0.5, 1.0)
MOST_CLASSES = 20
"""Of a matrix that still can be read."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of a curve that is marked: where a threshold lies."""

    x: float
    y: float
    label: str


def roc_chart(
    points: Sequence[tuple[float, float]], auc: float | None, marks: Sequence[Mark]
) -> Markup:
    """The ROC curve with the diagonal of chance.

    Args:
        points: (false alarm rate, recall), from (0, 0) to (1, 1).
        auc: the area below it.
        marks: thresholds on it.
    """
    area = "" if auc is None else f", area below it {auc:.3f}"
    said = "".join(
        f"; {mark.label}: recall {mark.y:.1%} at {mark.x:.1%} false alarms" for mark in marks
    )
    line = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points)
    under = f"{line} {_x(1):.1f},{_y(0):.1f} {_x(0):.1f},{_y(0):.1f}"
    shapes = [
        f'<polygon class="area" points="{under}"/>',
        f'<polyline class="curve" points="{line}"/>',
    ]
    for number, mark in enumerate(marks):
        kind = "own" if number == 0 else "chosen"
        shapes.append(
            f'<circle class="mark {kind}" cx="{_x(mark.x):.1f}" cy="{_y(mark.y):.1f}" r="4.5">'
            f"<title>{escape(mark.label)}</title></circle>"
        )
    return _square(f"ROC curve{area}{said}", "false alarm rate", "recall", shapes)


def reliability_chart(found: Calibration) -> Markup:
    """How often samples with a score are positive, with 95 % intervals and the diagonal of truth.

    Below it a bar for how many samples each place is made of.
    """
    most = max((place.images for place in found.bins), default=0) or 1
    shapes, said = [], []
    for place in found.bins:
        if not place.images or place.mean_score is None or place.share is None:
            continue
        x, y = place.mean_score / 100, place.share / 100
        low, high = wilson_interval(place.positives, place.images)
        words = (
            f"scores of {place.low:g} to {place.high:g} %: {place.share:.1f} % of "
            f"{place.images:,} positive"
        )
        said.append(words)
        width = _SIDE * (place.high - place.low) / 100
        height = 26 * place.images / most
        shapes.append(
            f"<g><title>{escape(words)}</title>"
            f'<rect class="count" x="{_x(place.low / 100) + 0.5:.1f}" y="{_y(0) - height:.1f}" '
            f'width="{width - 1:.1f}" height="{height:.1f}"/>'
            f'<line class="interval" x1="{_x(x):.1f}" x2="{_x(x):.1f}" y1="{_y(low):.1f}" '
            f'y2="{_y(high):.1f}"/>'
            f'<circle class="mark own" cx="{_x(x):.1f}" cy="{_y(y):.1f}" r="4"/></g>'
        )
    return _square(f"Reliability: {'; '.join(said)}", "score", "positive", shapes)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Which class was answered to which. `rows`: (class, samples, cells).

    A cell is (number, share of its row in percent, whether it is right).
    """

    names: tuple[str, ...]
    rows: tuple[tuple[str, int, tuple[tuple[int, int, bool], ...]], ...]


def matrix(names: Sequence[str], counts: Sequence[Sequence[int]]) -> Matrix:
    """A confusion matrix. `counts[truth][answer]`: numbers of samples."""
    rows = []
    for truth, row in enumerate(counts):
        whole = sum(row)
        cells = tuple(
            (count, round(100 * count / whole) if whole else 0, truth == answer)
            for answer, count in enumerate(row)
        )
        rows.append((names[truth], whole, cells))
    return Matrix(tuple(names), tuple(rows))


def _x(share: float) -> float:
    return _LEFT + _SIDE * share


def _y(share: float) -> float:
    return _TOP + _SIDE * (1 - share)


def _square(label: str, x_name: str, y_name: str, shapes: Sequence[str]) -> Markup:
    """Two shares against each other, with the diagonal."""
    ticks = []
    for tick in _TICKS:
        ticks += [
            f'<line class="grid-line" x1="{_x(0)}" x2="{_x(1)}" y1="{_y(tick)}" y2="{_y(tick)}"/>',
            f'<text x="{_x(0) - 4}" y="{_y(tick) + 4}" text-anchor="end">{tick:.0%}</text>',
            f'<text x="{_x(tick)}" y="{_y(0) + 14}" text-anchor="middle">{tick:.0%}</text>',
        ]
    names = (
        f'<text x="{_x(0.5)}" y="{_y(0) + 28}" text-anchor="middle">{escape(x_name)}</text>'
        f'<text x="{_x(0) + 4}" y="{_y(1) + 11}">{escape(y_name)}</text>'
    )
    width, height = _LEFT + _SIDE + 18, _TOP + _SIDE + _BELOW
    return Markup(
        f'<svg class="square" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(label)}">{"".join(ticks)}'
        f'<line class="diagonal" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>'
        f"{''.join(shapes)}{names}</svg>"
    )
