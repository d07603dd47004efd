"""`python -m model evaluate`: a .keras or .tflite on a labelled data set."""

from __future__ import annotations

import argparse
import dataclasses
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil.errors import ExitCode, UsageError
from hil.images import FITS

if TYPE_CHECKING:
    from rich.console import Console

    from hil.judge.evaluation.against import Change
    from hil.judge.evaluation.selection import Selection
    from hil.run.evaluation.run import Plan
    from model.evaluation import Evaluated


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "evaluate", help="a .keras or .tflite on a labelled data set; float against int8"
    )
    add = parser.add_argument
    add("model", type=Path, help=".keras, or .tflite on LiteRT's reference kernels")
    add("--data", type=Path, required=True, metavar="DIR", help="with labels.csv or manifest.toml")
    add("--against", type=Path, metavar="MODEL", help="evaluate this one too, and compare")
    add("--split", metavar="NAME", help="report on this split, or all (default: test, else all)")
    add("--validation", metavar="NAME", help="choose levels on this split (default: val)")
    add("--source", action="append", default=[], metavar="NAME", help="only these sources")
    add(
        "--fit",
        choices=FITS,
        default=FITS[0],
        help="cut pictures of another shape to their centre, or squash them whole (default: crop)",
    )
    add(
        "--threshold-percent",
        type=int,
        metavar="N",
        help="a score passes from here on (default: of the .toml beside the model, else 50)",
    )
    add("--json", type=Path, metavar="FILE", help="write everything that was found")
    add("--gates", type=Path, metavar="FILE", help="limits; ends with SHIP or not")
    add("--jobs", type=int, metavar="N", help="processes or threads (default: one a core)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """The exit code is that of the gates, if there are any."""
    from hil.judge.evaluation.gates import Known
    from hil.judge.evaluation.selection import select
    from hil.judge.gates.load import load_gates
    from hil.report.evaluation.report import as_json, write_json
    from hil.run.evaluation.run import Plan
    from hil.samples.data import read_data

    if options.jobs is not None and options.jobs < 1:
        raise UsageError(f"--jobs is {options.jobs}", hint="give 1 or more")
    from hil.cli.console import make_console

    console = make_console()
    gates = None if options.gates is None else load_gates(options.gates)
    data = read_data(options.data, needed=("person",))
    chosen = select(
        data, split=options.split, validation=options.validation, sources=options.source
    )
    for note in data.notes:
        console.print(f"note: {note}", markup=False)
    jobs = options.jobs or len(os.sched_getaffinity(0))
    plan = Plan(data, chosen.entries, jobs, fit=options.fit)
    own, seconds = _evaluated(options.model, plan, chosen, options, console)
    change, compared = None, None
    if options.against is not None:
        other, _ = _evaluated(options.against, plan, chosen, options, console)
        change, compared = _compared(own, other, chosen, console)
    verdict = None
    if gates is not None:
        from hil.cli.evaluate import judge_and_print

        known = Known(tflite=own.tflite, change=change)
        verdict = judge_and_print(own.found, own.answers, gates, known, console)
    if options.json is not None:
        report = as_json(own.found, own.answers, seconds, verdict, change)
        if compared is not None:
            report["against"] = {**(report["against"] or {}), **compared}
        write_json(report, options.json)
        console.print(f"written: {options.json}", markup=False)
    if verdict is None:
        return ExitCode.PASSED
    from hil.judge.gates.run import exit_code

    return int(exit_code(verdict))


def _evaluated(
    path: Path,
    plan: Plan,
    chosen: Selection,
    options: argparse.Namespace,
    console: Console,
) -> tuple[Evaluated, float]:
    """The model's answers, which are shown."""
    from hil.report.evaluation.bar import ProgressBar
    from hil.report.evaluation.tables import show
    from model.evaluation import decision, evaluate_model

    how = decision(path, options.threshold_percent)
    text = f"{path}: class {how.positive_class} from {how.threshold_percent} % on ({how.note})"
    console.print(text, markup=False, soft_wrap=True)
    with ProgressBar(console, lambda: None) as bar:
        done = evaluate_model(path, plan, chosen, how=how, progress=bar)
    show(done.found, console)
    console.print(f"\n{bar.done:,} samples in {bar.seconds:.1f} s, {bar.rate:.1f} samples/s\n")
    return done, bar.seconds


def _compared(
    own: Evaluated, other: Evaluated, chosen: Selection, console: Console
) -> tuple[Change | None, dict[str, Any]]:
    """Prints how far the two are from each other; also as data."""
    from hil.judge.evaluation.against import change_between
    from model.difference import difference, difference_lines

    change = change_between(own.found, other.found, other.path.name)
    if change is not None:
        console.print(change.text, markup=False, soft_wrap=True)
    files = [entry.file for entry in chosen.entries if entry.file in chosen.reported]
    found = difference(other.answers, own.answers, files)
    for line in difference_lines(found):
        console.print(line, markup=False, soft_wrap=True)
    return change, {"scores": dataclasses.asdict(found)}
