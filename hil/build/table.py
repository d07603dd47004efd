"""Sizes and budget as plain text, for a terminal and for the log of a build."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hil.build.usage import Line, Share, Usage

_SHOWN = 8


def size_lines(usage: Usage, *, objects: bool = False) -> list[str]:
    """What takes the space: archives, or with `objects` our own object files."""
    shares = usage.objects if objects else usage.archives
    shown, rest = shares[:_SHOWN], shares[_SHOWN:]
    if objects:
        shown, rest = shares, ()
    rows = [_row(share) for share in shown]
    if rest:
        rows.append(_row(_sum(f"{len(rest)} others", rest)))
    rows.append(_row(_sum("together", shares)))
    return _align([["object" if objects else "archive", "in the app", "in RAM"], *rows])


def budget_lines(lines: Iterable[Line]) -> list[str]:
    """The budget with what is used, what is left, and what is over it."""
    rows = [["memory budget", "used", "limit", "left", ""]]
    for line in lines:
        used = "not measured" if line.used_bytes is None else f"{line.used_bytes:,} B"
        if line.limit_bytes is None:
            rows.append([line.name, used, "none", "", ""])
            continue
        if line.used_bytes is None:
            rows.append([line.name, used, f"{line.limit_bytes:,} B", "", "NOT PROVEN"])
            continue
        left = line.limit_bytes - line.used_bytes
        mark = "" if line.met else "TOO LARGE"
        rows.append([line.name, used, f"{line.limit_bytes:,} B", f"{left:+,} B", mark])
    return _align(rows)


def _row(share: Share) -> list[str]:
    return [share.name, f"{share.app_bytes:,} B", f"{share.ram_bytes:,} B"]


def _sum(name: str, shares: Sequence[Share]) -> Share:
    return Share(name, sum(s.app_bytes for s in shares), sum(s.ram_bytes for s in shares))


def _align(rows: Sequence[Sequence[str]]) -> list[str]:
    """The first column to the left, the others to the right, two blanks between."""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return lines
