"""`hil judge`: a recorded run against gates and tolerances, without a board."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from hil.cli.common import run_options
from hil.errors import ExitCode, UsageError
from hil.run.options import BASELINE_ARGUMENTS, GATES_ARGUMENT, add_arguments

if TYPE_CHECKING:
    from rich.console import Console

STYLES = {"good": "green", "bad": "bold red", "unsure": "yellow", "plain": "", "head": "bold"}


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", type=Path, help="run file of `pytest --facts`, or its directory")
    add_arguments(parser.add_argument, (GATES_ARGUMENT,))
    parser.add_argument(
        "--tolerances",
        type=Path,
        metavar="FILE",
        help="TOML file of tolerances (default: those that were in force in the run)",
    )
    add_arguments(parser.add_argument_group("baseline").add_argument, BASELINE_ARGUMENTS)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """The exit code that the live run would have had with these gates."""
    from hil.facts.reader import read_run
    from hil.judge.conclusion import Question, conclude, conclusion_lines
    from hil.judge.tolerance import load_tolerances

    options = run_options(arguments)
    if options.gates is None:
        raise UsageError("which gates?", where="hil judge", hint="give them with --gates FILE")
    question = Question(options.gates, options.baseline, options.baseline_dir)
    limits = None if arguments.tolerances is None else load_tolerances(arguments.tolerances)
    found = read_run(arguments.run)
    conclusion = conclude(found, question, limits)
    for line in conclusion_lines(conclusion):
        console.print(line.text, style=STYLES[line.tone], markup=False)
    code = conclusion.exit_code()
    used_wrongly = found.end is not None and found.end.exit_code == ExitCode.USAGE
    return int(ExitCode.USAGE if used_wrongly and code == ExitCode.INFRASTRUCTURE else code)
