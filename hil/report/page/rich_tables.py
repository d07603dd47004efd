"""Tables that the terminal shows too (rich), as rows of plain text for a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table


@dataclass(frozen=True, slots=True)
class PlainTable:
    """`columns`: (name, holds numbers); `rows`: cells of each; `title`, `notes`: around it.

    `bad`: what is in it is not as it should be.
    """

    title: str
    columns: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    bad: bool = False


def plain(markup: RenderableType) -> str:
    """Rich markup as text."""
    from rich.text import Text

    return Text.from_markup(str(markup)).plain.strip()


def plain_table(part: RenderableType) -> PlainTable:
    """A table, or a group of one with lines before and after it."""
    from rich.console import Group
    from rich.table import Table

    pieces = part.renderables if isinstance(part, Group) else [part]
    made = next(piece for piece in pieces if isinstance(piece, Table))
    at = pieces.index(made)
    before, after = ([plain(piece) for piece in some] for some in (pieces[:at], pieces[at + 1 :]))
    title = " ".join([*before, plain(made.title) if made.title else ""]).strip()
    columns = tuple((plain(each.header), each.justify == "right") for each in made.columns)
    rows = tuple(_rows(made))
    # A column of which nothing is said, such as one of bars, is none.
    kept = [n for n, (name, _) in enumerate(columns) if name or any(row[n] for row in rows)]
    return PlainTable(
        title=title,
        columns=tuple(columns[n] for n in kept),
        rows=tuple(tuple(row[n] for n in kept) for row in rows),
        notes=tuple(after),
    )


def _rows(made: Table) -> Iterator[tuple[str, ...]]:
    for row in zip(*(column.cells for column in made.columns), strict=True):
        yield tuple(plain(cell) for cell in row)
