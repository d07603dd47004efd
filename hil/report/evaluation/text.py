"""Numbers and tables of an evaluation in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table


def percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"


def number(value: float | None) -> str:
    """Of a score from 0 to 1."""
    return "-" if value is None else f"{value:.3f}"


def table(title: str = "", padding: int = 2) -> Table:
    from rich.table import Table

    return Table(
        title=title or None,
        title_justify="left",
        title_style="",
        box=None,
        padding=(0, padding, 0, 0),
    )
