"""Small maps as inline SVG: one square for each cell, stronger where the value is higher."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from hil.network.location import Location
from hil.report.page.palette import colour

_CELL = 20
_FAINTEST = 0.14
_STRONG = 0.74  # above it light text has the better contrast on a light page, below it dark


def difference_grid(cells: Sequence[Sequence[int]], *, label: str, unit: str) -> Markup:
    """Differences by place: empty where there is none, the number in each other cell.

    Args:
        cells: zero or more each, rows of one length.
        label: what it shows, for those who cannot see it.
        unit: of the values.
    """
    top = max((max(row) for row in cells), default=0) or 1
    squares = [
        _square(row, column, value / top, f"{value:,} {unit}", _short(value))
        for row, line in enumerate(cells)
        for column, value in enumerate(line)
    ]
    return _svg(cells, "difference-grid", label, squares)


def location_grid(
    cells: Sequence[Sequence[int]],
    size: tuple[int, int],
    board: Location,
    oracle: Location,
    *,
    label: str,
) -> Markup:
    """A map with the board's location (cross) and the right one (circle) on it.

    Args:
        cells: the map.
        size: (height, width) of the picture that it lies over, in pixels.
        board: by its pixels, which may lie elsewhere than in its cell.
        oracle: the right one.
        label: what it shows, for those who cannot see it.
    """
    values = [value for row in cells for value in row]
    low, span = min(values), (max(values) - min(values)) or 1
    squares = [
        _square(row, column, 1.0, f"{value:,}", "", fill=colour((value - low) / span))
        for row, line in enumerate(cells)
        for column, value in enumerate(line)
    ]
    marks = []
    for name, at in (("oracle", oracle), ("board", board)):
        x = at.x * len(cells[0]) / size[1] - 0.5
        y = at.y * len(cells) / size[0] - 0.5
        marks.append(
            f'<use href="#mark-{name}-plain" x="{x * _CELL:.1f}" y="{y * _CELL:.1f}" '
            f'width="{_CELL}" height="{_CELL}"/>'
        )
    return _svg(cells, "map-grid", label, squares + marks)


def _svg(cells: Sequence[Sequence[int]], kind: str, label: str, elements: Sequence[str]) -> Markup:
    width, height = len(cells[0]) * _CELL, len(cells) * _CELL
    return Markup(
        f'<svg class="cells {kind}" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(label)}">{"".join(elements)}</svg>'
    )


def _square(row: int, column: int, share: float, title: str, text: str, *, fill: str = "") -> str:
    """`share`: 0 to 1, how strong. `fill`: a colour of its own, instead of the style's."""
    x, y = column * _CELL, row * _CELL
    own = f' fill="{fill}"' if fill else ""
    opacity = _FAINTEST + (1 - _FAINTEST) * share if share else 0
    found = (
        f"<g><title>row {row}, column {column}: {escape(title)}</title>"
        f'<rect class="ground" x="{x + 0.5}" y="{y + 0.5}" width="{_CELL - 1}" '
        f'height="{_CELL - 1}" rx="2"/>'
    )
    if opacity:
        found += (
            f'<rect class="heat" x="{x + 0.5}" y="{y + 0.5}" width="{_CELL - 1}" '
            f'height="{_CELL - 1}" rx="2" fill-opacity="{opacity:.2f}"{own}/>'
        )
    if share and text:
        tone = "strong" if opacity > _STRONG else "weak"
        size = 8.5 if len(text) < 4 else 6.5
        found += (
            f'<text class="{tone}" x="{x + _CELL / 2}" y="{y + _CELL / 2 + size * 0.36:.1f}" '
            f'font-size="{size}">{text}</text>'
        )
    return found + "</g>"


def _short(value: int) -> str:
    """At most five characters: 999, 9999, 12k, 1.2M."""
    if value < 10_000:
        return str(value)
    return f"{value / 1e3:.0f}k" if value < 999_500 else f"{value / 1e6:.1f}M"
