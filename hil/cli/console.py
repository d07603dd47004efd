"""The console that commands print to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from rich.console import Console

from hil.base.command import discard_output
from hil.base.host_error import host_errors


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


def print_facts(
    console: Console, rows: Iterable[Sequence[str]], *, right: Collection[int] = ()
) -> None:
    """Rows of rich's markup in columns, which are as wide as they have to be: nothing is cut.

    `right`: numbers of the columns that are in line at their right.
    """
    from rich.text import Text

    lines = [[Text.from_markup(cell, emoji=False) for cell in row] for row in rows]
    widths = [max(cell.cell_len for cell in column) for column in zip(*lines, strict=True)]
    for line in lines:
        for column, (cell, width) in enumerate(zip(line, widths, strict=True)):
            if column in right:
                cell.pad_left(width - cell.cell_len)
            elif column < len(line) - 1:
                cell.pad_right(width - cell.cell_len)
        console.print(Text("  ").join(line), soft_wrap=True)


def make_console(**options: Any) -> Console:
    """One that adds nothing to a text and outlives its reader; `options` as rich's."""
    return _Console(highlight=False, emoji=False, **options)
