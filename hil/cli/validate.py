"""`hil validate`: any network on a board against the oracle, operator by operator."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil.cli.common import open_bench, run_options
from hil.run.options import (
    BOARD_ARGUMENTS,
    DEST,
    RUN_ARGUMENTS,
    SIM_ARGUMENTS,
    add_arguments,
)

if TYPE_CHECKING:
    from rich.console import Console

    from hil.judge.headline import Headline
    from hil.network.contract import Contract
    from hil.run.options import RunOptions
    from hil.run.validation import Measured, TensorSummary, Validation
    from hil.samples.seeded import Sample

_OF_RUN = ("samples", "seed", "tolerances", "facts")


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        f"{DEST}network",
        type=Path,
        metavar="FILE",
        help="a .tflite file, with a .toml of what it does not tell beside it",
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="PATH",
        help="samples of this .npz or .npy file, or of a data set's folder, instead of seeded ones",
    )
    parser.add_argument(
        "--save", type=Path, metavar="NPZ", help="write the samples and the board's outputs"
    )
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a page of all of it")
    parser.add_argument("--json", action="store_true", help="for programs: all of it as JSON")
    add = parser.add_argument
    add_arguments(add, tuple(one for one in RUN_ARGUMENTS if one.name in _OF_RUN))
    board = parser.add_argument_group("board").add_argument
    add_arguments(board, tuple(one for one in BOARD_ARGUMENTS if one.name != "network"))
    add_arguments(parser.add_argument_group("simulated board").add_argument, SIM_ARGUMENTS)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Test-failed exit code where an answer is not the oracle's, as of a test run."""
    from hil.board.artifacts import read_model
    from hil.facts.network import network_facts
    from hil.judge.headline import headline
    from hil.report.files import check_outputs
    from hil.run.validation import validate
    from hil.samples.seeded import save_samples

    options = run_options(arguments)
    assert options.network is not None
    check_outputs(
        (arguments.html, arguments.save, options.facts), (options.network, arguments.data)
    )
    # All that is wrong with it, before a board.
    contract = read_model(options.network, options.declared).contract
    options.check()
    samples = _samples(contract, options, arguments.data)
    if not arguments.json:
        console.print(network_facts(contract.header).text, style="bold", markup=False)
        for note in contract.notes:
            console.print(f"note: {note}", markup=False)
    else:
        console.quiet = True
    with open_bench(options, console) as bench:
        found = validate(bench, samples, lambda measured: _show_table(measured, console))
    if arguments.save is not None:
        save_samples(
            arguments.save,
            contract,
            [one.sample for one in found.measured],
            [one.tensors for one in found.measured],
        )
    head = headline(found.judged, None, found.diagnosis)
    if arguments.html is not None:
        _write_page(arguments.html, found, options)
        if not arguments.json:
            console.print(f"written: {arguments.html}", markup=False)
    if arguments.json:
        console.quiet = False
        console.out(json.dumps(_json(found, head), indent=1))
    else:
        _show(found, head, console)
    return found.exit_code


def _samples(contract: Contract, options: RunOptions, data: Path | None) -> Sequence[Sample]:
    from hil.samples.seeded import read_samples, seeded_samples

    if data is not None:
        return read_samples(data, contract)
    return seeded_samples(contract, seed=options.seed, count=options.samples)


def _write_page(path: Path, found: Validation, options: RunOptions) -> None:
    from hil.facts.stand_in import mark
    from hil.judge.figures import count_text
    from hil.report.files import write_report
    from hil.report.page.download import download
    from hil.report.page.page import render
    from hil.report.page.rich_tables import PlainTable

    columns, rows = _columns(found, mark(found.run.time_base))
    summaries = (*found.operators, *found.outputs)
    tables = []
    for bad, title in ((True, "not the oracle's"), (False, "the oracle's in every sample")):
        some = [
            row
            for row, summary in zip(rows, summaries, strict=True)
            if (summary.differing > 0) is bad
        ]
        if some:
            named = tuple((name, number not in (0, 1)) for number, name in enumerate(columns))
            said = f"{count_text(len(some), 'output')} {title}"
            tables.append(PlainTable(said, named, tuple(map(tuple, some)), bad=bad))
    assert options.network is not None
    text = render(
        found.judged,
        source=options.network.name,
        diagnosis=found.diagnosis,
        facts=None if options.facts is None else download(options.facts),
        tables=tables,
        made_by="validate",
    )
    write_report(path, text)


def _show_table(found: Measured, console: Console) -> None:
    from hil.base.columns import aligned
    from hil.facts.stand_in import mark
    from hil.judge.figures import count_text, duration_text, series

    many = count_text(len(found.samples), "sample")
    clock = mark(found.time_base)
    console.print(f"\nboard against oracle, {many}", style="bold", markup=False)
    columns, rows = _columns(found, clock)
    lines = aligned([columns, *rows])
    for text in lines[0]:
        console.print(text, style="bold", markup=False)
    for texts, summary in zip(lines[1:], (*found.operators, *found.outputs), strict=True):
        for text in map(str.rstrip, texts):
            console.print(text, style="bold red" if summary.differing else None, markup=False)
        if summary.first:
            console.print(f"    {summary.first}", style="red", markup=False)
    if not found.operators:
        console.print("This board does not trace: operators were not compared.", markup=False)
    times = series([one.inference.times.invoke_us for one in found.samples])
    whose = f", {clock}" if clock else ""
    console.print(
        f"inference: median {duration_text(times.median)}, p95 {duration_text(times.p95)}{whose}",
        markup=False,
    )


def _show(found: Validation, head: Headline, console: Console) -> None:
    from hil.facts.stand_in import note
    from hil.report.page.details import opinion_text

    meaning = note(found.run.time_base)
    if meaning:
        console.print(f"times: {meaning}", markup=False)
    console.print(f"second opinion: {opinion_text(found.run.opinion)}", markup=False)
    if found.diagnosis is not None and not found.diagnosis.empty:
        from hil.diagnose.show import lines as diagnosis_lines

        console.print()
        for line in diagnosis_lines(found.diagnosis):
            console.print(line.text, style="bold" if line.strong else None, markup=False)
    for remark in head.remarks:
        console.print(f"note: {remark}", markup=False)
    tone = {"good": "bold green", "bad": "bold red", "open": "bold yellow"}[head.outcome.tone]
    console.print(f"\n{head.said}: {'; '.join(head.reasons)}", style=tone, markup=False)
    if found.run.variety is not None and found.run.variety.constant_outputs:
        from hil.facts.sameness import REMEDY

        console.print(f"hint: {REMEDY}", markup=False)


def _columns(found: Measured | Validation, clock: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows; a column in which nobody says anything is left out."""
    names = ["operator", "shape", "LSB", "MACs", "weights", f"{clock} us".strip(), "cycles"]
    rows = [list(_row(summary)) for summary in (*found.operators, *found.outputs)]
    kept = [n for n in range(len(names)) if n < 3 or any(row[n] for row in rows)]
    return [names[n] for n in kept], [[row[n] for n in kept] for row in rows]


def _row(summary: TensorSummary) -> Iterator[str]:
    yield summary.place
    yield "x".join(map(str, summary.shape)) or "scalar"
    yield "differs" if summary.max_lsb is None else str(summary.max_lsb)
    yield f"{summary.macs:,}" if summary.macs else ""
    yield f"{summary.weight_bytes:,}" if summary.weight_bytes else ""
    yield "" if summary.us is None else f"{summary.us:,.0f}"
    yield "" if summary.cycles is None else f"{summary.cycles:,.0f}"


def _json(found: Validation, head: Headline) -> dict[str, Any]:
    import dataclasses

    from hil.facts.codec import to_json

    board, opinion = found.run.board, found.run.opinion
    return {
        "verdict": head.outcome.value,
        "where": head.where,
        "reasons": list(head.reasons),
        "remarks": list(head.remarks),
        "exit_code": int(found.exit_code),
        "board": None if board is None else to_json(board),
        "operators": [dataclasses.asdict(one) for one in found.operators],
        "outputs": [dataclasses.asdict(one) for one in found.outputs],
        "samples": [
            {"status": one.status.value, **to_json(one.record)} for one in found.judged.samples
        ],
        "opinion": None if opinion is None else to_json(opinion),
        "findings": []
        if found.diagnosis is None
        else [to_json(finding) for finding in found.diagnosis.findings],
    }
