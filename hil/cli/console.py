"""The console that commands print to."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from hil.command import discard_output
from hil.host_error import host_errors


class _Console(Console):
    """Says that it is the output that cannot be written, whatever was being done."""

    def print(self, *objects: Any, **options: Any) -> None:
        with host_errors("cannot write what there is to say", "standard output"):
            super().print(*objects, **options)

    def out(self, *objects: Any, **options: Any) -> None:
        with host_errors("cannot write what there is to say", "standard output"):
            super().out(*objects, **options)

    def on_broken_pipe(self) -> None:
        """The reader (`| head`) has seen enough: the command goes on, for its exit code."""
        self.quiet = True
        discard_output()


def make_console(**options: Any) -> Console:
    """One that highlights nothing by itself and outlives its reader; `options` as rich's."""
    return _Console(highlight=False, **options)
