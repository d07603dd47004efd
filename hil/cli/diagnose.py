"""`hil diagnose RUN`: names the bug in a recorded run, without a board."""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

from hil.errors import ExitCode

if TYPE_CHECKING:
    from rich.console import Console


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "run", metavar="RUN", type=Path, help="what `pytest --facts FILE` wrote, or its directory"
    )
    parser.add_argument("--json", action="store_true", help="as JSON instead of text")
    parser.add_argument(
        "--all", action="store_true", help="show the first difference of every image looked at"
    )


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Prints the diagnosis. The exit code is 0 for a healthy run, 1 for one that is not."""
    from hil.diagnose import diagnose
    from hil.diagnose.show import divergence_lines, lines
    from hil.facts.reader import read_run

    diagnosis = diagnose(read_run(arguments.run))
    if arguments.json:
        console.out(json.dumps(dataclasses.asdict(diagnosis)))
        return ExitCode.PASSED if diagnosis.empty else ExitCode.TEST_FAILED
    if diagnosis.empty:
        console.print("nothing to explain: no test failed, and no answer is wrong")
        return ExitCode.PASSED
    shown = list(lines(diagnosis))
    if arguments.all:
        for record in diagnosis.divergences[1:]:
            shown += divergence_lines(record)
    for line in shown:
        console.print(line.text, style="bold" if line.strong else None, markup=False)
    tested = f"{diagnosis.tested} hypotheses tested in {diagnosis.seconds:.1f} s"
    console.print(tested, style="dim")
    return ExitCode.TEST_FAILED
