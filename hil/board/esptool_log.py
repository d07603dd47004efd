"""Keeps esptool quiet: what it would print is collected instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Advance = Callable[[int, int], None]
"""Called with the bytes sent so far and the bytes of the current file."""


@dataclass
class EsptoolOutput:
    """What esptool said. `writes` counts its progress reports: it makes none when it skips."""

    on_progress: Advance | None = None
    writes: int = 0
    _text: list[str] = field(default_factory=list, init=False)

    @property
    def lines(self) -> list[str]:
        return "".join(self._text).splitlines()

    def say(self, *parts: Any, end: str = "\n") -> None:
        self._text.append(" ".join(str(part) for part in parts) + end)

    def progress(self, done: int, total: int) -> None:
        self.writes += 1
        if self.on_progress is not None:
            self.on_progress(done, total)


@contextmanager
def captured_esptool() -> Iterator[EsptoolOutput]:
    """Redirects esptool's log for the time of the block, and restores what was there."""
    # Importing esptool installs its own logger if there is none, so it comes first.
    import esptool  # noqa: F401  # isort: skip
    from esp_pylib.logger import EspLog, EspLogBase

    output = EsptoolOutput()

    class Collector(EspLogBase):
        def print(self, *args: Any, **kwargs: Any) -> None:
            output.say(*args, end=kwargs.get("end", "\n"))

        def err(self, *args: Any, suggestion: str | None = None) -> None:
            output.say("error:", *args)

        error = err

        def warn(self, *args: Any, suggestion: str | None = None) -> None:
            output.say("warning:", *args)

        warning = warn

        def note(self, *args: Any) -> None:
            output.say("note:", *args)

        def hint(self, *args: Any) -> None:
            output.say("hint:", *args)

        def debug(self, *args: Any) -> None:
            """Not kept: the bytes of every packet."""

        def set_verbosity(self, mode: int | str) -> None:
            """Everything is kept, whatever esptool wants shown."""

        def progress_bar(
            self,
            cur_iter: int,
            total_iters: int,
            prefix: str = "",
            suffix: str = "",
            bar_length: int = 30,
        ) -> None:
            output.progress(cur_iter, total_iters)

    previous = EspLog.instance
    EspLog.instance = Collector()
    try:
        yield output
    finally:
        EspLog.instance = previous
