"""The progress of an evaluation in the terminal: rate, time left, link errors."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_LINK_EVERY = 32  # samples
_SHARES = 10  # lines, where there is no terminal


class ProgressBar:
    """A `hil.run.evaluation.run.Progress`; a context manager.

    Attributes:
        done, total, kept: samples; `kept` of them were taken over.
        seconds: since the first sample was waited for.
    """

    def __init__(self, console: Console, link_errors: Callable[[], int | None]) -> None:
        """`link_errors`: how many there were so far; None where there is no link."""
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self.done = self.total = self.kept = 0
        self._console = console
        self._link_errors = link_errors
        self._started = time.monotonic()
        self._bar = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[link]}"),
            console=console,
            refresh_per_second=4,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("", rate="", link="", start=False)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started

    @property
    def rate(self) -> float:
        """Images per second of this run."""
        return (self.done - self.kept) / max(self.seconds, 1e-9)

    def begin(self, total: int, kept: int) -> None:
        self.total, self.done, self.kept = total, kept, kept
        self._started = time.monotonic()
        if kept:
            self._console.print(f"{kept:,} of {total:,} samples are taken over.")
        self._bar.start_task(self._task)
        self._bar.update(self._task, total=total, completed=kept)

    def step(self) -> None:
        self.done += 1
        if self._console.is_terminal:
            self._bar.advance(self._task)
            if self.done % _LINK_EVERY == 0 or self.done == self.total:
                self._bar.update(self._task, rate=f"{self.rate:.1f} samples/s", link=self._link())
        elif self.done * _SHARES // self.total > (self.done - 1) * _SHARES // self.total:
            self._console.print(
                f"{self.done:,} of {self.total:,} samples, {self.rate:.1f} samples/s {self._link()}"
            )

    def _link(self) -> str:
        errors = self._link_errors()
        return "" if errors is None else f"{errors} link errors"

    def __enter__(self) -> ProgressBar:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()
