"""`hil infer`: one photograph through a board, with heatmap and location drawn over it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from hil.cli.common import add_board_arguments, open_bench, run_options
from hil.errors import ExitCode, NotAskedError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from hil.board import Board
    from hil.run.measurement import Measurement


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("photo", type=Path, help="PNG or JPEG")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="where to draw the answer (PNG)"
    )
    parser.add_argument(
        "--exact-size",
        action="store_true",
        help="refuse a photograph of another size instead of cutting and shrinking it",
    )
    add_board_arguments(parser)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Test-failed exit code when the board's answer is not the oracle's."""
    from hil.images import load
    from hil.judge.verdict import Status

    _check_name(arguments.output)
    photo = load(arguments.photo, resize=not arguments.exact_size)
    with open_bench(run_options(arguments), console) as bench:
        for note in photo.notes:
            console.print(f"{photo.name}: {note}", markup=False)
        try:
            measurement = bench.measure(photo)
        except NotAskedError as error:
            raise UsageError(
                f"there is no map to draw: {error.message}",
                where=str(arguments.photo),
                hint="hil validate compares any network with the oracle",
            ) from error
        meaning = _times_mean(bench.ready_board())
    show(measurement, console)
    if meaning:
        console.print(meaning, markup=False)
    if arguments.output is not None:
        _draw(measurement, arguments.output)
        console.print(f"drawn: {arguments.output}", markup=False)
    failed = any(verdict.status is Status.FAILED for verdict in measurement.verdicts)
    return ExitCode.TEST_FAILED if failed else ExitCode.PASSED


def _times_mean(board: Board) -> str:
    """What stood in for a chip, and whose its times are; empty for a chip."""
    from hil.facts.stand_in import note, stand_in

    kind = stand_in(board.identity.target, board.time_base)
    return f"{kind}: these times are {note(board.time_base)}" if kind else ""


def show(measurement: Measurement, console: Console) -> None:
    """Prints the answer, and each check against the oracle."""
    from rich.markup import escape

    from hil.cli.console import print_facts
    from hil.judge.verdict import Status
    from hil.network.score import percent_text
    from hil.report.changes import place

    facts, times = measurement.facts, measurement.inference.times
    score = percent_text(facts.device.scores[facts.positive_class])
    console.print(
        f"[bold]score {score}[/], threshold {facts.threshold} %, location {place(facts.device)}"
    )
    console.print(
        f"upload {times.upload_us:,} us, invoke {times.invoke_us:,} us, CAM {times.cam_us:,} us, "
        f"round trip {measurement.inference.round_trip_s * 1e3:.1f} ms"
    )
    marks = {
        Status.PASSED: "[green]equal[/]",
        Status.FAILED: "[bold red]FAILED[/]",
        Status.NOT_RUN: "[yellow]not run[/]",
    }
    print_facts(
        console, [(v.check, marks[v.status], escape(v.explanation)) for v in measurement.verdicts]
    )


def _check_name(output: Path | None) -> None:
    if output is not None and output.suffix.lower() not in ("", ".png"):
        raise UsageError(
            f"the answer is drawn as a PNG, which {output.suffix} is not",
            where=str(output),
            hint="give -o a name that ends in .png",
        )


def _draw(measurement: Measurement, path: Path) -> None:
    from hil.base.host_error import host_errors
    from hil.base.whole_file import write_whole
    from hil.report.draw import overlay, png
    from hil.report.html import picture_of

    with host_errors("cannot write the picture", path):
        write_whole(path, png(overlay(picture_of(measurement), scale=5)))
