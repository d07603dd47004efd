"""What a data set holds, in words and a table for the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hil.samples.labels import Entry
from model.dataset.build import Built
from model.dataset.split import SPLITS
from model.dataset.tables import SKIPPED

if TYPE_CHECKING:
    from rich.console import Console


def show(built: Built, out: Path, console: Console) -> None:
    """Prints pictures by source and split, what was left out, notes and warnings."""
    from rich.table import Table

    counts = Counter((e.source, e.split, e.shows_person()) for e in built.entries)
    sources = sorted({entry.source for entry in built.entries})
    splits = _splits(built.entries)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("person / no person")
    for name in (*splits, "all"):
        table.add_column(name, justify="right")
    for label, group in [*((name, [name]) for name in sources), ("all", sources)]:
        if label == "all" and len(sources) == 1:
            continue
        cells = [_cell(counts, group, [split]) for split in splits]
        table.add_row(label, *cells, _cell(counts, group, splits))
    console.print(table)
    console.print()
    done = f"{built.made:,} pictures made, {built.kept:,} were there"
    if built.removed:
        done += f", {built.removed:,} removed that the input no longer has"
    lines = [done]
    kinds = Counter(one.kind for one in built.skipped)
    if kinds:
        named = ", ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items()))
        lines.append(f"left out, listed in {out / SKIPPED}: {named}")
    lines += [f"note: {note}" for note in built.notes]
    lines += [f"warning: {warning}" for warning in warnings(built.entries)]
    for line in lines:
        console.print(line, markup=False)


def warnings(entries: Sequence[Entry]) -> Iterator[str]:
    """Splits that training, choosing or reporting would need and that lack a class."""
    there = {(entry.split, entry.person) for entry in entries}
    for split in SPLITS:
        missing = [
            name
            for person, name in ((True, "a person"), (False, "no person"))
            if (split, person) not in there
        ]
        if missing:
            yield f"{split} has no picture with {' and none with '.join(missing)}: add pictures"


def _splits(entries: Sequence[Entry]) -> list[str]:
    there = {entry.split for entry in entries}
    return [*(s for s in SPLITS if s in there), *sorted(there - set(SPLITS))]


def _cell(
    counts: Counter[tuple[str, str, bool]], sources: Sequence[str], splits: Sequence[str]
) -> str:
    persons, others = (
        sum(counts[source, split, person] for source in sources for split in splits)
        for person in (True, False)
    )
    return f"{persons:,} / {others:,}"
