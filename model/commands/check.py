"""`python -m model check`: `hil check`, of the committed model where none is named."""

from __future__ import annotations

import argparse

from model.files import MODEL


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    from hil.cli import check

    parser = commands.add_parser("check", help="say what a model is and if a chip can run it")
    check.add(parser, MODEL)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Prints what there is to say; returns the exit code."""
    from hil.cli import check
    from hil.cli.console import make_console

    return check.run(options, make_console())
