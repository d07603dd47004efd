"""The console that commands print to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from hil.base.columns import breaks
from hil.base.command import discard_output
from hil.base.host_error import host_errors


class _Console(Console):
    """Breaks lines between words where a person looks at a terminal; for everybody else, as
    pipes and logs, a text is as long as it is, since paths and commands are copied from it.

    Says that it is the output that cannot be written, whatever was being done.
    """

    def print(self, *objects: Any, **options: Any) -> None:
        if all(isinstance(each, str | Text) for each in objects):
            options.setdefault("soft_wrap", True)
            if self.is_terminal:
                markup = options.get("markup") is not False
                objects = tuple(self._broken(each, markup) for each in objects)
        with host_errors("cannot write what there is to say", "standard output"):
            super().print(*objects, **options)

    def _broken(self, said: str | Text, markup: bool) -> Text:
        if isinstance(said, str):
            said = Text.from_markup(said, emoji=False) if markup else Text(said)
        lines = [broken(line, self.width) for line in said.split("\n", allow_blank=True)]
        return Text("\n").join(lines)

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
    console: Console,
    rows: Iterable[Sequence[str]],
    *,
    right: Collection[int] = (),
    below: Mapping[int, str] | None = None,
) -> None:
    """Rows of rich's markup in columns, which are as wide as they have to be: nothing is cut.

    `right`: numbers of the columns that are in line at their right. `below`: what else is said,
    by the number of the row, set in as the second column.
    """
    lines = [[Text.from_markup(cell, emoji=False) for cell in row] for row in rows]
    widths = [max(cell.cell_len for cell in column) for column in zip(*lines, strict=True)]
    hang = sum(width + 2 for width in widths[:-1])
    indent = " " * (widths[0] + 2)
    for number, line in enumerate(lines):
        for column, (cell, width) in enumerate(zip(line, widths, strict=True)):
            if column in right:
                cell.pad_left(width - cell.cell_len)
            elif column < len(line) - 1:
                cell.pad_right(width - cell.cell_len)
        text = Text("  ").join(line)
        console.print(broken(text, console.width, hang) if console.is_terminal else text)
        for more in (below or {}).get(number, "").splitlines():
            console.print(f"{indent}{more}")


def broken(line: Text, width: int, hang: int = 0) -> Text:
    """A line with breaks between words, as of `hil.base.columns.breaks`."""
    offsets, hang = breaks(line.plain, width, hang)
    if not offsets:
        return line
    first, *more = line.divide(offsets)
    for part in (first, *more):
        part.rstrip()
    return Text(f"\n{' ' * hang}").join([first, *more])


def make_console(**options: Any) -> Console:
    """One that adds nothing to a text and outlives its reader; `options` as rich's."""
    return _Console(highlight=False, emoji=False, **options)
