"""`hil layers`: a float network beside its int8 form, and what a board makes of that."""

from __future__ import annotations

import argparse
import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from hil.cli.common import open_bench, run_options
from hil.errors import UsageError
from hil.run.options import BOARD_ARGUMENTS, DEST, RUN_ARGUMENTS, SIM_ARGUMENTS, add_arguments

if TYPE_CHECKING:
    from rich.console import Console

    from hil.judge.layers import LayersVerdict
    from hil.network.contract import Contract
    from hil.run.layers import Measured
    from hil.run.options import RunOptions
    from hil.run.testbench import Bench
    from hil.samples.pairs import PairedSamples

_OF_RUN = ("samples", "seed", "tolerances", "facts")
_STDOUT = "-"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("floats", type=Path, metavar="FLOAT", help="the float .tflite file")
    parser.add_argument(
        f"{DEST}network",
        type=Path,
        metavar="INT8",
        help="the int8 one that was made of it, with a .toml of what it does not tell beside it",
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="PATH",
        help="samples of this .npz or .npy file, in the type of either network, with an array of "
        "labels if it has one; or a folder with labels.csv (default: seeded noise)",
    )
    parser.add_argument(
        "--min-sqnr", type=_decibels, metavar="DB", help="the least SQNR of each output"
    )
    parser.add_argument(
        "--max-flips",
        type=_share,
        metavar="SHARE",
        help="the largest share of decisions, 0 to 1, in which the int8 network may differ",
    )
    parser.add_argument("--json", metavar="FILE", help="all of it as JSON; - for standard output")
    parser.add_argument("--html", type=Path, metavar="FILE", help="a page with a plot")
    add = parser.add_argument
    add_arguments(add, tuple(one for one in RUN_ARGUMENTS if one.name in _OF_RUN))
    board = parser.add_argument_group("board", "without --board the host alone").add_argument
    add_arguments(board, tuple(one for one in BOARD_ARGUMENTS if one.name != "network"))
    add_arguments(parser.add_argument_group("simulated board").add_argument, SIM_ARGUMENTS)


def _decibels(text: str) -> float:
    return _number(text, -400.0, 400.0)


def _share(text: str) -> float:
    return _number(text, 0.0, 1.0)


def _number(text: str, least: float, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        raise argparse.ArgumentTypeError(f"{text} is no number from {least:g} to {most:g}")
    return value


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Test-failed exit code where the board or the host's kernels are wrong; else the limits'.

    Loss in quantization alone is information.
    """
    from hil.base.text_file import read_bytes
    from hil.board.artifacts import read_model
    from hil.judge.layers import LayerLimits, judge_layers
    from hil.judge.tolerance import load_tolerances
    from hil.network.contract import read_contract
    from hil.report.files import check_outputs
    from hil.report.layers import show
    from hil.run.layers import check_pair, measure_layers

    options = run_options(arguments)
    assert options.network is not None
    written = None if arguments.json in (None, _STDOUT) else Path(arguments.json)
    inputs = (arguments.floats, options.network, arguments.data)
    check_outputs((written, arguments.html), inputs)
    # Without settings: they are the int8 network's.
    floats = read_contract(read_bytes(arguments.floats, "the model"), where=str(arguments.floats))
    ints = read_model(options.network, options.declared).contract
    check_pair(floats, ints)
    options.check()
    tolerances = load_tolerances(options.tolerances)
    samples = _samples(floats, ints, options, arguments.data)
    quiet = arguments.json == _STDOUT
    console.quiet = quiet
    with _bench(arguments, options, console) as bench:
        found = measure_layers(
            floats,
            ints,
            samples,
            bench,
            lambda text: console.print(text, style="dim", markup=False),
        )
    limits = LayerLimits(arguments.min_sqnr, arguments.max_flips)
    verdict = judge_layers(
        found.facts,
        limits,
        second_opinion_lsb=tolerances.second_opinion_lsb,
        board=None if found.validation is None else found.validation.verdict,
    )
    show(found, verdict, console)
    _write(arguments, found, verdict, console)
    return int(verdict.code)


def _samples(
    floats: Contract, ints: Contract, options: RunOptions, data: Path | None
) -> PairedSamples:
    from hil.samples.pairs import read_pairs, seeded_pairs

    if data is not None:
        return read_pairs(data, floats, ints)
    return seeded_pairs(floats, ints, seed=options.seed, count=options.samples)


@contextlib.contextmanager
def _bench(
    arguments: argparse.Namespace, options: RunOptions, console: Console
) -> Iterator[Bench | None]:
    """A bench where a board was asked for on the command line."""
    if getattr(arguments, f"{DEST}board") is None:
        _refuse_board_options(arguments)
        yield None
        return
    with open_bench(options, console) as bench:
        yield bench


def _refuse_board_options(arguments: argparse.Namespace) -> None:
    """Raises UsageError: without a board they would mean nothing, without a word."""
    of_board = (*BOARD_ARGUMENTS, *SIM_ARGUMENTS, *(a for a in RUN_ARGUMENTS if a.name == "facts"))
    for one in of_board:
        if one.name not in ("board", "network") and getattr(arguments, DEST + one.name, None):
            raise UsageError(
                "there is no board that this could be for",
                where=one.flag,
                hint="add --board sim, or the board's port",
            )


def _write(
    arguments: argparse.Namespace,
    found: Measured,
    verdict: LayersVerdict,
    console: Console,
) -> None:
    from hil.report.files import write_report
    from hil.report.layers import as_json, remarks

    names = (arguments.floats.name, getattr(arguments, f"{DEST}network").name)
    if arguments.html is not None:
        from hil.report.page.layers import render

        said = tuple(remarks(found, verdict))
        write_report(arguments.html, render(found.facts, verdict, said, names))
        console.print(f"written: {arguments.html}", markup=False)
    if arguments.json is None:
        return
    text = json.dumps(as_json(found, verdict), indent=1)
    if arguments.json == _STDOUT:
        console.quiet = False
        console.out(text)
    else:
        write_report(Path(arguments.json), text + "\n")
        console.print(f"written: {arguments.json}", markup=False)
