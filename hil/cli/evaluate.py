"""`hil evaluate`: a labelled data set through a board, or through the oracle alone."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hil.cli.common import add_board_arguments, open_bench, run_options
from hil.errors import ExitCode, UsageError
from hil.images import FITS
from hil.run.options import DEST, GATES_ARGUMENT, RunOptions, add_arguments

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from rich.console import Console

    from hil.board.artifacts import ExpectedModel
    from hil.facts.evaluation import Answers
    from hil.judge.evaluation.gates import BoardState, Known
    from hil.judge.evaluation.quality import Evaluation
    from hil.judge.evaluation.selection import Selection
    from hil.judge.gates.model import Gates, GatesVerdict
    from hil.link.stats import LinkStats
    from hil.report.evaluation.bar import ProgressBar
    from hil.run.evaluation.run import Plan

ORACLE = "oracle"


def add(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--data", type=Path, required=True, metavar="DIR", help="with labels.csv or manifest.toml")
    add("--split", metavar="NAME", help="report on this split, or all (default: test, else all)")
    add(
        "--validation",
        metavar="NAME",
        help="choose thresholds and the map's level on this split (default: val, else a fifth)",
    )
    add("--source", action="append", default=[], metavar="NAME", help="only these sources")
    add(
        "--fit",
        choices=FITS,
        default=FITS[0],
        help="cut pictures of another shape to their centre, or squash them whole (default: crop)",
    )
    add("--resume", type=Path, metavar="FILE", help="keep results in this file, and go on with it")
    add("--json", type=Path, metavar="FILE", help="write everything that was found")
    add("--html", type=Path, metavar="FILE", help="write a page with charts and the worst samples")
    add("--jobs", type=int, metavar="N", help="oracle processes (default: 1 beside a board)")
    add(
        "--model",
        type=Path,
        metavar="FILE",
        help="with --board oracle: a .tflite file, as --network",
    )
    add(
        "--against",
        type=Path,
        metavar="FILE",
        help="a --json file of the same samples, such as the float network's, to compare with",
    )
    add("--tolerances", dest=DEST + "tolerances", type=Path, metavar="FILE", help="TOML file")
    add_arguments(add, (GATES_ARGUMENT,))
    add_board_arguments(parser)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Test-failed exit code where the board's answers are not the oracle's; else the gates'."""
    from hil.judge.evaluation.against import change_against, read_other
    from hil.judge.evaluation.evaluation import evaluate
    from hil.judge.evaluation.gates import Known
    from hil.judge.evaluation.selection import select
    from hil.judge.gates.load import load_gates
    from hil.judge.tolerance import load_tolerances
    from hil.report.evaluation.tables import show
    from hil.report.files import check_outputs
    from hil.run.evaluation.run import Plan
    from hil.samples.classes import check_labels
    from hil.samples.data import read_data

    options = run_options(arguments)
    _check(arguments, options)
    check_outputs(
        (arguments.json, arguments.html, arguments.resume), (arguments.against, options.network)
    )
    # A project's settings name the gates of its tests: other figures than these.
    given: Path | None = getattr(arguments, DEST + "gates")
    gates = None if given is None else load_gates(given)
    tolerances = load_tolerances(options.tolerances)
    other = None if arguments.against is None else read_other(arguments.against)
    data = read_data(arguments.data)
    chosen = select(
        data, split=arguments.split, validation=arguments.validation, sources=arguments.source
    )
    for note in data.notes:
        console.print(f"note: {note}", markup=False)
    alone = options.board == ORACLE
    jobs = arguments.jobs or (len(os.sched_getaffinity(0)) if alone else 1)
    plan = Plan(data, chosen.entries, jobs, arguments.resume, arguments.fit)
    if alone:
        model = _model(arguments.model, options)
        check_labels(data, plan.entries, model.contract.task)
        done = _on_oracle(model, plan, console)
    else:
        done = _on_board(options, plan, console, with_state=gates is not None)
    found = evaluate(done.answers, chosen, tolerances)
    show(found, console)
    console.print(f"\n{done.summary}")
    change = None if other is None else change_against(other, found, done.answers)
    if change is not None:
        console.print(change.text, markup=False)
    verdict = None
    if gates is not None:
        known = Known(done.model.tflite, done.state, change)
        verdict = judge_and_print(found, done.answers, gates, known, console)
    if arguments.json is not None:
        from hil.report.evaluation.report import as_json, write_json

        report = as_json(found, done.answers, done.seconds, verdict, change)
        write_json(report, arguments.json)
        console.print(f"written: {arguments.json}", markup=False)
    if arguments.html is not None:
        _write_page(arguments.html, done, found, plan, chosen, verdict)
        console.print(f"written: {arguments.html}", markup=False)
    if verdict is not None:
        from hil.judge.gates.run import exit_code

        return int(exit_code(verdict))
    failed = found.agreement is not None and found.agreement.failed
    return int(ExitCode.TEST_FAILED if failed else ExitCode.PASSED)


@dataclass(frozen=True)
class _Done:
    """Answers of a model, how they came, and what gates may ask of the board."""

    answers: Answers
    model: ExpectedModel
    seconds: float
    summary: str
    state: BoardState | None = None


def _on_oracle(model: ExpectedModel, plan: Plan, console: Console) -> _Done:
    from hil.report.evaluation.bar import ProgressBar
    from hil.run.evaluation.run import run_on_oracle

    with ProgressBar(console, lambda: None) as bar, _interruptible(bar, plan, console):
        answers = run_on_oracle(model, plan, bar)
    return _Done(answers, model, bar.seconds, _summary(bar, f"{plan.jobs} processes"))


def _on_board(options: RunOptions, plan: Plan, console: Console, *, with_state: bool) -> _Done:
    from hil.board.artifacts import read_model
    from hil.report.evaluation.bar import ProgressBar
    from hil.run.evaluation.run import run_on_board
    from hil.run.summing_up import board_state
    from hil.samples.classes import check_labels

    def check(model: ExpectedModel) -> None:
        check_labels(plan.data, plan.entries, model.contract.task)

    if options.network is not None:  # known before a board is touched
        check(read_model(options.network, options.declared))
    with open_bench(options, console) as bench:
        bench.ready_board()  # says what it does before the bar is there
        if options.network is None:
            check(bench.needed_model)

        def errors() -> int:
            board = bench.open_board
            return 0 if board is None else link_errors(board.link_stats)

        with ProgressBar(console, errors) as bar, _interruptible(bar, plan, console):
            answers = run_on_board(bench, plan, bar)
            seconds = bar.seconds
        state = board_state(bench, answers) if with_state else None
        used = bench.needed_model
    assert answers.link is not None
    trouble = f"{link_errors(answers.link)} link errors"
    if answers.recoveries:
        trouble += f", the board was lost and came back {answers.recoveries} times"
    return _Done(answers, used, seconds, _summary(bar, trouble), state)


def _write_page(
    path: Path,
    done: _Done,
    found: Evaluation,
    plan: Plan,
    chosen: Selection,
    verdict: GatesVerdict | None,
) -> None:
    from hil.report.files import write_report
    from hil.report.page.evaluation import render
    from hil.samples.load import read_picture

    image = done.model.contract.header.image
    entries = {entry.file: entry for entry in plan.entries}

    def picture(file: str) -> NDArray[np.uint8] | None:
        """None where the sample is none, or where its file is another one by now."""
        result = done.answers.results[file]
        if image is None or result.size is None:
            return None
        size, channels = image.size, image.channels
        seen = read_picture(plan.data.folder, entries[file], size, plan.fit, channels)
        return seen.pixels if seen.file_crc == result.file_crc else None

    write_report(
        path,
        render(found, done.answers, chosen, verdict=verdict, summary=done.summary, picture=picture),
    )


def link_errors(stats: LinkStats) -> int:
    """Damaged frames on both ways, and requests that were never answered; late is no error."""
    return stats.damaged + stats.damaged_at_board + stats.unanswered


def _summary(bar: ProgressBar, remark: str) -> str:
    fresh = bar.done - bar.kept
    if not fresh:
        return f"nothing was left to run; {remark}"
    return f"{fresh:,} samples in {bar.seconds:.1f} s, {bar.rate:.1f} samples/s; {remark}"


@contextmanager
def _interruptible(bar: ProgressBar, plan: Plan, console: Console) -> Iterator[None]:
    """After Ctrl-C: says what is kept, and how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        text = f"{bar.done:,} of {bar.total:,} samples are done"
        if plan.resume is None:
            text += "; with --resume FILE they would be kept"
        else:
            text += f" and kept in {plan.resume}: the same command goes on"
        console.print(text, markup=False)
        raise


def judge_and_print(
    found: Evaluation, answers: Answers, gates: Gates, known: Known, console: Console
) -> GatesVerdict:
    """The verdict, which also is printed."""
    from hil.cli.judge import STYLES
    from hil.judge.evaluation.gates import judge_evaluation
    from hil.judge.gates.text import verdict_lines

    verdict = judge_evaluation(found, answers, gates, known)
    console.print()
    for line in verdict_lines(verdict):
        console.print(line.text, style=STYLES[line.tone], markup=False)
    return verdict


def _check(arguments: argparse.Namespace, options: RunOptions) -> None:
    """Refuses what cannot be, before anything is opened."""
    if arguments.jobs is not None and arguments.jobs < 1:
        raise UsageError(f"--jobs is {arguments.jobs}", hint="give 1 or more")
    if options.board != ORACLE:
        if arguments.model is not None:
            raise UsageError(
                "--model is for --board oracle",
                where=str(arguments.model),
                hint="a board runs what it is flashed with: give --firmware DIR",
            )
        options.check()
    elif arguments.model is not None:
        for other in ("firmware", "network"):
            if getattr(arguments, DEST + other) is not None:
                raise UsageError(
                    f"--model and --{other} both name a model", hint="give one of them"
                )


def _model(file: Path | None, options: RunOptions) -> ExpectedModel:
    """The model for the oracle alone: a file's, a build's, or the one that comes with camhil."""
    from hil.base.resources import OWN_NETWORK, find
    from hil.board.artifacts import read_expected, read_model

    if file is not None:
        own = options.network is not None and file.resolve() == options.network.resolve()
        return read_model(file, options.declared if own else None)
    if options.network is not None:
        return read_model(options.network, options.declared)
    if options.firmware is not None:
        return read_expected(options.firmware).model
    return read_model(find(OWN_NETWORK))
