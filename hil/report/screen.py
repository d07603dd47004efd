"""Lines on the screen of a pytest run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hil.base.columns import fitted

if TYPE_CHECKING:
    import pytest


def say(reporter: pytest.TerminalReporter, text: str, **markup: bool) -> None:
    """Writes a text, broken between words to fit where a person looks at a terminal; in a log a
    line is as long as it is."""
    if reporter.isatty:
        text = fitted(text, reporter._tw.fullwidth)
    for line in text.split("\n"):
        reporter.write_line(line, **markup)
