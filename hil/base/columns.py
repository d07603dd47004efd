"""Text for a terminal: tables for 80 columns, and lines that are too long for it.

Nothing is ever cut, and no word is broken in two.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

WIDTH = 80
_GAP = "  "
_MOST_HANGING = 0.5
_NAMED = re.compile(r" *\S+(?: \S+)* {2,}(?=\S)")
"""What a line begins with that goes on behind a gap, as the name of a fact does."""


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


def breaks(line: str, width: int, hang: int = 0) -> tuple[list[int], int]:
    """Where a line is broken for a terminal, and how far what follows is set in.

    Args:
        hang: columns; without, as what stands behind the line's first gap. Where there is none,
            or it leaves little room, two more than the line itself.

    Returns:
        offsets at which a new line begins, and columns ahead of each. A word that is wider than
        the terminal stays whole.
    """
    if not hang:
        named = _NAMED.match(line)
        hang = named.end() if named else 0
    if not 0 < hang <= width * _MOST_HANGING:
        hang = len(line) - len(line.lstrip(" ")) + 2
    offsets: list[int] = []
    start, room = 0, width
    for word in re.finditer(r"\S+", line):
        if (
            word.end() - start > room
            and word.start() > start
            and line[start : word.start()].strip()
        ):
            offsets.append(word.start())
            start, room = word.start(), width - hang
    return offsets, hang


def fitted(text: str, width: int) -> str:
    """A text whose lines are broken between words, so that they fit a terminal."""
    lines: list[str] = []
    for line in text.split("\n"):
        offsets, hang = breaks(line, width)
        ends = [*offsets, len(line)]
        for number, (start, end) in enumerate(zip([0, *offsets], ends, strict=True)):
            lines.append(" " * hang * (number > 0) + line[start:end].rstrip(" "))
    return "\n".join(lines)
