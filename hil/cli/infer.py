"""`hil infer`: one sample through a board; with a class activation map, drawn over the picture."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from hil.cli.common import add_board_arguments, open_bench, run_options
from hil.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from hil.board import Board
    from hil.network.contract import Contract
    from hil.run.measurement import Measurement, SampleMeasurement
    from hil.run.testbench import Bench
    from hil.samples.seeded import Sample

_MOST = 5
"""Classes or values that are shown."""


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sample", type=Path, help="a picture, or a .npy, .npz or .bin file")
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
    from hil.judge.verdict import Status
    from hil.run.measurement import Measurement

    _check(arguments)
    with open_bench(run_options(arguments), console) as bench:
        contract = bench.oracle.contract
        measured: Measurement | SampleMeasurement
        if contract.head is not None and contract.image is not None:
            measured = _on_picture(bench, arguments, console)
            show(measured, console)
        elif arguments.output is not None:
            raise UsageError(
                f"there is no map to draw: {'; '.join(contract.notes)}",
                where=contract.where,
                hint="leave out -o: the answer is printed",
            )
        else:
            measured = bench.measure_sample(_sample(arguments, contract, console))
            _show_values(measured, contract, console)
        meaning = _times_mean(bench.ready_board())
    _show_verdicts(measured, console)
    if meaning:
        console.print(meaning, markup=False)
    if arguments.output is not None and isinstance(measured, Measurement):
        _draw(measured, arguments.output)
        console.print(f"drawn: {arguments.output}", markup=False)
    failed = any(verdict.status is Status.FAILED for verdict in measured.verdicts)
    return ExitCode.TEST_FAILED if failed else ExitCode.PASSED


def _on_picture(bench: Bench, arguments: argparse.Namespace, console: Console) -> Measurement:
    from hil.images import load

    image = bench.oracle.contract.image
    assert image is not None
    photo = load(
        arguments.sample,
        resize=not arguments.exact_size,
        size=image.size,
        channels=image.channels,
    )
    for note in photo.notes:
        console.print(f"{photo.name}: {note}", markup=False)
    return bench.measure(photo)


def _sample(arguments: argparse.Namespace, contract: Contract, console: Console) -> Sample:
    from hil.samples.labels import Entry
    from hil.samples.load import load_sample
    from hil.samples.seeded import GIVEN, Sample

    path: Path = arguments.sample
    loaded = load_sample(path.parent, Entry(1, path.name, None, ()), contract)
    if loaded.data is None:
        raise UsageError(
            loaded.problem.removeprefix(f"{path.name}: "),
            where=str(path),
            hint="give a sample that fits the network's inputs, which hil check lists",
        )
    for note in loaded.notes:
        console.print(f"{path.stem}: {note}", markup=False)
    if loaded.clamped:
        text = (
            f"{path.stem}: {loaded.clamped:,} values beyond the input's range, which were clamped"
        )
        console.print(text, markup=False)
    return Sample(path.stem, GIVEN, loaded.data)


def _times_mean(board: Board) -> str:
    """What stood in for a chip, and whose its times are; empty for a chip."""
    from hil.facts.stand_in import note, stand_in

    kind = stand_in(board.identity.target, board.time_base)
    return f"{kind}: these times are {note(board.time_base)}" if kind else ""


def _show_values(measured: SampleMeasurement, contract: Contract, console: Console) -> None:
    """What the answer says, by the task of the network."""
    from hil.run.evaluation.answers import value_type, values_of

    task, kind = contract.task, value_type(contract)
    output = measured.tensors[task.output].tobytes()
    reals = kind.reals(values_of(contract, measured.sample.data, output))
    if task.classes:
        percents = task.percents(reals)
        best = sorted(range(task.classes), key=lambda index: -percents[index])[:_MOST]
        text = ", ".join(f"{task.name_of(index)} {percents[index]:.1f} %" for index in best)
        console.print(f"classes: {text}", style="bold", markup=False)
    elif task.kind == "reconstruction":
        console.print(f"mean squared error: {reals[0]:.6g}", style="bold", markup=False)
    else:
        for index, tensor in enumerate(measured.tensors):
            flat = tensor.reshape(-1)
            more = f" and {len(flat) - _MOST} more" if len(flat) > _MOST else ""
            shown = ", ".join(map(str, flat[:_MOST].tolist()))
            name = contract.header.outputs[index].name
            console.print(f"output {index} {name}: {shown}{more}", style="bold", markup=False)
    _show_times(measured, console)


def show(measurement: Measurement, console: Console) -> None:
    """Prints score, location and times."""
    from hil.network.score import percent_text
    from hil.report.changes import place

    facts = measurement.facts
    score = percent_text(facts.device.scores[facts.positive_class])
    console.print(
        f"[bold]score {score}[/], threshold {facts.threshold} %, location {place(facts.device)}"
    )
    _show_times(measurement, console)


def _show_times(measured: Measurement | SampleMeasurement, console: Console) -> None:
    times = measured.inference.times
    cam = f"CAM {times.cam_us:,} us, " if times.cam_us else ""
    console.print(
        f"upload {times.upload_us:,} us, invoke {times.invoke_us:,} us, {cam}"
        f"round trip {measured.inference.round_trip_s * 1e3:.1f} ms"
    )


def _show_verdicts(measured: Measurement | SampleMeasurement, console: Console) -> None:
    """Each check against the oracle."""
    from rich.markup import escape

    from hil.cli.console import print_facts
    from hil.judge.verdict import Status

    marks = {
        Status.PASSED: "[green]equal[/]",
        Status.FAILED: "[bold red]FAILED[/]",
        Status.NOT_RUN: "[yellow]not run[/]",
    }
    print_facts(
        console, [(v.check, marks[v.status], escape(v.explanation)) for v in measured.verdicts]
    )


def _check(arguments: argparse.Namespace) -> None:
    """Refuses what cannot be, before anything is opened."""
    output, sample = arguments.output, arguments.sample
    if not sample.is_file():
        raise UsageError(
            "no such file",
            where=str(sample),
            hint="give a picture, or a sample of the network, that is there",
        )
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
