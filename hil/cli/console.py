"""The console that commands print to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from rich.console import Console

from hil.command import discard_output
from hil.host_error import host_errors


class _Console(Console):
    """Wraps no text, which people copy paths and commands from; tables fit the terminal.

    Says that it is the output that cannot be written, whatever was being done.
    """

    def print(self, *objects: Any, **options: Any) -> None:
        if all(isinstance(each, str) for each in objects):
            options.setdefault("soft_wrap", True)
        with host_errors("cannot write what there is to say", "standard output"):
            super().print(*objects, **options)

    def out(self, *objects: Any, **options: Any) -> None:
        with host_errors("cannot write what there is to say", "standard output"):
            super().out(*objects, **options)

    def on_broken_pipe(self) -> None:
        """The reader (`| head`) has seen enough: the command goes on, for its exit code."""
        self.quiet = True
        discard_output()


def dimly(console: Console) -> Callable[[str], None]:
    """Prints a text as something that only tells how it goes."""
    return lambda text: console.print(text, style="dim", markup=False)


def print_facts(console: Console, rows: Iterable[Sequence[str]]) -> None:
    """Rows of rich's markup in columns; the last is as long as it is, and not wrapped."""
    from rich.text import Text

    lines = [[Text.from_markup(cell) for cell in row] for row in rows]
    widths = [max(cell.cell_len for cell in column) for column in zip(*lines, strict=True)]
    for line in lines:
        for cell, width in zip(line[:-1], widths, strict=False):
            cell.pad_right(width - cell.cell_len)
        console.print(Text("  ").join(line), soft_wrap=True)


def make_console(**options: Any) -> Console:
    """One that adds nothing to a text and outlives its reader; `options` as rich's."""
    return _Console(highlight=False, emoji=False, **options)
