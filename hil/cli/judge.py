"""`hil judge`: a recorded run against gates and tolerances, without a board."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from hil.options import BASELINE_ARGUMENTS, RunOptions, add_arguments

if TYPE_CHECKING:
    from rich.console import Console

STYLES = {"good": "green", "bad": "bold red", "unsure": "yellow", "plain": "", "head": "bold"}


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", type=Path, help="run file of `pytest --facts`, or its directory")
    parser.add_argument(
        "--gates", type=Path, required=True, metavar="FILE", help="TOML file of limits"
    )
    parser.add_argument(
        "--tolerances",
        type=Path,
        metavar="FILE",
        help="TOML file of tolerances (default: those that were in force in the run)",
    )
    add_arguments(parser.add_argument_group("baseline").add_argument, BASELINE_ARGUMENTS)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """The exit code that the live run would have had with these gates."""
    from hil.judge.tolerance import load_tolerances
    from hil.record.reader import read_run
    from hil.report.conclusion import Question, conclude, conclusion_lines

    options = RunOptions.from_values(vars(arguments))
    question = Question(arguments.gates, options.baseline, options.baseline_dir)
    limits = None if arguments.tolerances is None else load_tolerances(arguments.tolerances)
    conclusion = conclude(read_run(arguments.run), question, limits)
    for line in conclusion_lines(conclusion):
        console.print(line.text, style=STYLES[line.tone], markup=False)
    return int(conclusion.exit_code())
