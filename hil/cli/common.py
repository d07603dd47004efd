"""What the commands that talk to a board share."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hil.run.options import BOARD_ARGUMENTS, SIM_ARGUMENTS, RunOptions, add_arguments
from hil.run.settings import read_settings

if TYPE_CHECKING:
    from rich.console import Console

    from hil.run.testbench import Bench


def add_board_arguments(parser: argparse.ArgumentParser) -> None:
    """The board's options, the same as for pytest."""
    add_arguments(parser.add_argument_group("board").add_argument, BOARD_ARGUMENTS)
    add_arguments(parser.add_argument_group("simulated board").add_argument, SIM_ARGUMENTS)


def run_options(arguments: argparse.Namespace) -> RunOptions:
    """The command line, over the project's settings.

    Raises UsageError for a setting or a number that cannot be used.
    """
    options = RunOptions.from_values(vars(arguments), read_settings(Path.cwd()))
    options.check_numbers()
    return options


@contextmanager
def open_bench(options: RunOptions, console: Console) -> Iterator[Bench]:
    """A bench whose progress is shown; closed afterwards, also after Ctrl-C."""
    from hil.cli.console import dimly
    from hil.run.testbench import Bench

    bench = Bench(options)
    bench.progress = dimly(console)
    try:
        yield bench
    finally:
        bench.close()
