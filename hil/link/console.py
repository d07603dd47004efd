"""The board's console output, line by line, with the time of arrival."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class ConsoleLine:
    """One line without its end; `at_s` is the channel's clock when its end arrived."""

    text: str
    at_s: float


class Console:
    """Joins console text into lines."""

    def __init__(self, on_line: Callable[[ConsoleLine], None] | None = None) -> None:
        self.lines: list[ConsoleLine] = []
        self.on_line = on_line
        self._partial = ""  # the line that has not ended yet

    def add(self, text: str, now: float) -> None:
        *lines, self._partial = (self._partial + text).split("\n")
        for line in lines:
            entry = ConsoleLine(line.rstrip("\r"), now)
            self.lines.append(entry)
            if self.on_line is not None:
                self.on_line(entry)

    def texts(self) -> list[str]:
        """Every line so far, the unfinished one included."""
        texts = [line.text for line in self.lines]
        return [*texts, self._partial] if self._partial else texts
