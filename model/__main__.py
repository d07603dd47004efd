"""`python -m model`: assembles the commands of `model.commands`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from hil.base.command import Parser, run_command
from model.commands import (
    build,
    build_vww,
    c_array,
    check,
    evaluate,
    export,
    sim_firmware,
    sort,
    teach,
    train,
    use,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMMANDS = (
    build_vww,
    teach,
    sort,
    train,
    export,
    evaluate,
    build,
    check,
    use,
    c_array,
    sim_firmware,
)
"""In the order of the help."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one subcommand; returns the process's exit code."""
    options = _parser().parse_args(arguments)
    return run_command(
        lambda: int(options.run(options)),
        lambda error: print(f"error: {error}", file=sys.stderr),
    )


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m model",
        description="The model of the firmware: data, build, check, replace it.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in _COMMANDS:
        command.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
