"""`python -m hil_lab.faults`: runs the suite under seeded faults and prints the table."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hil.base.command import Parser, run_command
from hil.errors import ExitCode, InfrastructureError
from hil_lab.faults.build import faults_dir
from hil_lab.faults.fault import Fault
from hil_lab.faults.proof import Caught, Named, Proof, prove
from hil_lab.faults.registry import find_fault, load_faults

CI = (
    "input-byte-dropped",
    "zero-point-ignored",
    "padding-zero",
    "arena-too-small",
    "cam-other-class",
    "line-xon-xoff",
    "time-milliseconds",
    "scores-previous",
    "watchdog",
)
"""One of each area, for every push."""

_MOST_UNEXPLAINED = 0.15


def main(argv: list[str] | None = None) -> int:
    """Runs faults; 0 when all were caught, none was named wrongly, and few have no name."""
    arguments = _parser().parse_args(argv)
    return run_command(lambda: _run(arguments), lambda error: print(error, file=sys.stderr))


def _run(arguments: argparse.Namespace) -> int:
    faults = _chosen(arguments.faults)
    if arguments.list:
        _list(faults)
        return ExitCode.PASSED
    proofs = tuple(_prove_all(faults, arguments.folder or faults_dir(), arguments.jobs))
    from hil_lab.block import read_block
    from hil_lab.faults.table import MUTANTS, document, print_table

    print_table(proofs)
    if arguments.write is not None:
        unchosen = read_block(arguments.write, MUTANTS)
        arguments.write.write_text(document(proofs, unchosen), encoding="utf-8")
    return ExitCode.PASSED if good_enough(proofs) else ExitCode.TEST_FAILED


def good_enough(proofs: Sequence[Proof]) -> bool:
    """All caught, none named wrongly, and at most 15 % (but always one) unexplained."""
    unexplained = sum(proof.named is Named.UNEXPLAINED for proof in proofs)
    return all(proof.good for proof in proofs) and unexplained <= max(
        1, _MOST_UNEXPLAINED * len(proofs)
    )


def _chosen(names: Sequence[str]) -> tuple[Fault, ...]:
    if not names or names == ["all"]:
        return load_faults()
    if names == ["ci"]:
        return tuple(find_fault(name) for name in CI)
    return tuple(find_fault(name) for name in names)


def _prove_all(faults: Sequence[Fault], folder: Path, jobs: int) -> Iterator[Proof]:
    from hil.sim.firmware import build

    build()  # once, before several runs want it at the same time
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        runs = pool.map(lambda fault: _prove(fault, folder / fault.id), faults)
        for number, proof in enumerate(runs, start=1):
            mark = "" if proof.good else "  <--"
            print(
                f"[{number}/{len(faults)}] {proof.fault.id}: {proof.caught.value}"
                f"{'' if proof.caught is Caught.CAUGHT else ' (' + proof.note + ')'}, "
                f"{proof.named.value} {', '.join(proof.given)}{mark}",
                flush=True,
            )
            yield proof


def _prove(fault: Fault, folder: Path) -> Proof:
    """A run that left nothing to judge is a row of the table too."""
    try:
        return prove(fault, folder)
    except InfrastructureError as error:
        return Proof(fault, Caught.WRONG_REASON, str(error), Named.UNEXPLAINED, (), 0.0, 0.0)


def _list(faults: Sequence[Fault]) -> None:
    from rich.table import Table

    from hil.cli.console import make_console

    table = Table("area", "fault", "the mistake")
    for fault in faults:
        table.add_row(fault.area.value, fault.id, fault.title)
    make_console().print(table)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m hil_lab.faults",
        description="Runs the acceptance suite under seeded faults of the simulated board.",
    )
    parser.add_argument(
        "faults", nargs="*", metavar="FAULT", help="ids, ci for one of each area, or all (default)"
    )
    parser.add_argument("--list", action="store_true", help="list the faults and run none")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="runs at a time (2)")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="where to build and log")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the table as Markdown")
    return parser


if __name__ == "__main__":
    sys.exit(main())
