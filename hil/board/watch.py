"""Watches the console while an answer is awaited."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from hil.board.console import BoardEvent, EventKind, classify

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class ConsoleLine:
    """One line of console text and when it arrived (seconds of the host's clock)."""

    text: str
    at_s: float


class ConsoleWatch:
    """Keeps every console line; tells what happened on the board since a mark."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self.lines: list[ConsoleLine] = []
        self._clock = clock
        self._mark = 0

    def add(self, text: str) -> BoardEvent | None:
        """Keeps a line; the event that it reports, if any."""
        self.lines.append(ConsoleLine(text, self._clock()))
        return classify(text)

    def mark(self) -> None:
        """From here on counts what `since_mark` tells."""
        self._mark = len(self.lines)

    @property
    def since_mark(self) -> list[str]:
        return [line.text for line in self.lines[self._mark :]]

    def warnings(self) -> list[BoardEvent]:
        """Events since the mark that do not end a request by themselves."""
        events = (classify(text) for text in self.since_mark)
        return [event for event in events if event and event.kind is EventKind.TASK_WATCHDOG]
