"""The `hil` command: build firmware, look at a board, evaluate it, and judge what was recorded.

Each subcommand is a module with `add(parser)` and `run(arguments, console)`;
it is imported only when it is called for, and leaves deciding to the rooms below.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hil import __version__
from hil.base.command import Parser, run_command
from hil.errors import HilError

if TYPE_CHECKING:
    from rich.console import Console

COMMANDS = {
    "new": "a project of one's own, whose tests pass on the simulated board at once",
    "doctor": "check this machine: packages, compiler, ports, permissions",
    "info": "what a board says of itself: firmware, model, tensors, memory",
    "check": "a network: what it takes and gives, and whether a chip can run it",
    "pack": "a network for the model partition: its contract and the .tflite",
    "build": "firmware for a chip, or for the simulated board; sizes and memory budget",
    "flash": "write firmware and model to a board",
    "validate": "any network on a board against the oracle, operator by operator",
    "layers": "a float network beside its int8 form: where accuracy is lost, and in which operator",
    "infer": "one photograph through a board, with heatmap and location drawn over it",
    "capture": "frames of the board's own camera, as a data set to be labelled",
    "live": "a local web page: what a board's camera sees and what it answers, at this moment",
    "label": "a local web page: labels for the pictures of a folder, by keys",
    "evaluate": "a labelled data set through a board: accuracy, localization, agreement",
    "judge": "a recorded run against gates and tolerances, without a board",
    "diagnose": "a recorded run: which bug explains its failures, and where to look",
    "compare": "two recorded runs: what became better, worse, or cannot be compared",
    "report": "a recorded run as one HTML page or as Markdown",
    "history": "runs over time: trends, and where they step",
}


def _parser(only: str | None) -> argparse.ArgumentParser:
    parser = Parser(
        prog="hil",
        description="Hardware-in-the-loop tests for neural networks on ESP32 boards.",
        epilog="Tests: pytest --pyargs hil.suite --board SPEC",
    )
    parser.add_argument("--version", action="version", version=f"camhil {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, summary in COMMANDS.items():
        sub = commands.add_parser(name, help=summary, description=summary)
        if name == only:
            importlib.import_module(f"hil.cli.{name}").add(sub)
    return parser


def command_parser(name: str) -> argparse.ArgumentParser:
    """The parser of one subcommand, for the pages that are made of it."""
    sub = argparse.ArgumentParser(prog=f"hil {name}", description=COMMANDS[name], add_help=False)
    importlib.import_module(f"hil.cli.{name}").add(sub)
    return sub


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point. Returns one of `hil.errors.ExitCode`."""
    words = list(sys.argv[1:] if argv is None else argv)
    chosen = next((word for word in words if word in COMMANDS), None)
    arguments = _parser(chosen).parse_args(words)

    from hil.cli.console import make_console

    command = importlib.import_module(f"hil.cli.{arguments.command}")
    return run_command(
        lambda: int(command.run(arguments, make_console())),
        lambda error: show_error(error, make_console(stderr=True)),
    )


def show_error(error: HilError, console: Console) -> None:
    """Prints what happened, where, and what to do."""
    from rich.markup import escape

    place = f" [dim]({escape(error.where)})[/dim]" if error.where else ""
    console.print(
        f"[bold red]{error.kind} error:[/] {escape(error.message)}{place}", soft_wrap=True
    )
    console.print(f"[bold]hint:[/] {escape(error.hint)}", soft_wrap=True)
