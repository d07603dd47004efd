"""Tables of text for a terminal of 80 columns. Nothing in them is ever cut or wrapped."""

from __future__ import annotations

from collections.abc import Sequence

WIDTH = 80
_GAP = "  "


def aligned(rows: Sequence[Sequence[str]], *, last_left: bool = False) -> list[tuple[str, ...]]:
    """The lines of each row: first cells to the left, the others to the right.

    A first cell that would make its row wider than `WIDTH` has a line of its own.

    Args:
        rows: equally many cells each; the header may be the first.
        last_left: the last column is a word, not a number.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rest = sum(widths[1:]) + len(_GAP) * (len(widths) - 1)
    first = max((len(row[0]) for row in rows if len(row[0]) + rest <= WIDTH), default=0)
    lines: list[tuple[str, ...]] = []
    for name, *cells in rows:
        padded = [cell.rjust(size) for cell, size in zip(cells, widths[1:], strict=True)]
        if last_left and cells:
            padded[-1] = cells[-1]
        if len(name) > first:
            lines.append((name, _GAP.join([" " * first, *padded])))
        else:
            lines.append((_GAP.join([name.ljust(first), *padded]),))
    return lines
