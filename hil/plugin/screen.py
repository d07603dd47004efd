"""Progress on the screen of a pytest run, past the capture of the test that waits for it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def progress(config: pytest.Config) -> Callable[[str], None]:
    """Says on a line of its own what takes time; nothing with -q, or without a terminal plugin."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    capture = config.pluginmanager.get_plugin("capturemanager")

    def say(text: str) -> None:
        if reporter is None or config.get_verbosity() < 0:
            return
        from hil.report.screen import say as write

        screen = config.get_terminal_writer()
        with nullcontext() if capture is None else capture.global_and_fixture_disabled():
            reporter.ensure_newline()  # also forgets which file's dots are being written
            if screen.width_of_current_line:
                screen.line()
            write(reporter, f"camhil: {text}")
            reporter.flush()

    return say
