"""`python -m hil_lab.mutants`: runs the suite under random mutants, prints and writes the table."""

from __future__ import annotations

import argparse
import random
import shlex
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hil.base.command import Parser, run_command
from hil.errors import ExitCode, InfrastructureError
from hil_lab.mutants.record import (
    DROPPED,
    MUTANTS,
    Campaign,
    Dropped,
    MutantRecord,
    append,
    begin,
    read,
)
from hil_lab.mutants.workshop import Built, Shop, Sources, Workshop, state_of_code

CI_SEED, CI_NUMBER = 17, 12
"""For every change: always the same ones, so that it never fails by chance."""

_PAGE = "mutants.html"


def main(argv: list[str] | None = None) -> int:
    """Runs mutants; 0 unless camhil itself failed, or a limit that was given is not met."""
    arguments = _parser().parse_args(argv)
    return run_command(lambda: _run(arguments), lambda error: print(error, file=sys.stderr))


def _run(arguments: argparse.Namespace) -> int:
    seed, number = arguments.seed, arguments.number
    if arguments.ci:
        seed, number = CI_SEED, CI_NUMBER
    if seed is None:
        seed = random.SystemRandom().randrange(1_000_000)
    suite = tuple(shlex.split(arguments.suite))
    shop: Shop
    if arguments.damage:
        from hil_lab.mutants.damage_shop import DamageShop, kinds_of

        kinds = kinds_of(arguments.files)
        campaign = Campaign(seed, kinds, state_of_code(), suite)
        folder = arguments.folder or _folder(campaign)
        shop = DamageShop(kinds, folder, seed)
    else:
        sources = Sources.read(arguments.files)
        campaign = Campaign(seed, tuple(sources.texts), state_of_code(), suite)
        folder = arguments.folder or _folder(campaign)
        shop = Workshop(sources, folder, seed)
    begin(folder, campaign)
    print(f"seed {seed}, {number} mutants; --seed {seed} goes on in {folder}", flush=True)
    try:
        thorough = not arguments.ci and not arguments.default_only
        _try_all(shop, folder, campaign, number, arguments.jobs, thorough=thorough)
    finally:
        code = _tell(shop, folder, campaign, arguments)
    return code


def _folder(campaign: Campaign) -> Path:
    from hil.sim.firmware import default_build_dir

    return default_build_dir().with_name("mutants") / campaign.name


def _try_all(
    shop: Shop, folder: Path, campaign: Campaign, number: int, jobs: int, *, thorough: bool
) -> None:
    from hil_lab.mutants.trial import THOROUGH, suite, try_mutant

    sound = shop.control()
    for more in ((), THOROUGH) if thorough else ((),):
        code = suite(folder / "control", sound, (*campaign.suite, *more))
        if code != ExitCode.PASSED:
            end = "its time" if code is None else code
            raise InfrastructureError(
                f"without a mutant the suite ends with {end}, not 0",
                where=str(folder / "control" / "suite.log"),
                hint="mutants show nothing then: see what the log says, and mend that first",
            )
    drawn = shop.draw(number)
    lock = threading.Lock()

    def work() -> None:
        while (built := _next(drawn, lock)) is not None:
            mutant = built.mutant
            place = folder / mutant.id
            record = try_mutant(shop, built, place, campaign.suite, thorough=thorough)
            with lock:
                append(folder, MUTANTS, record)
                named = "" if record.named is None else f", diagnosis: {record.named.value}"
                also = "" if record.thorough is None else f", thorough: {record.thorough.value}"
                print(
                    f"{mutant.file}:{mutant.line} {mutant.id} {record.outcome.value}{also}{named}, "
                    f"{record.seconds:.0f} s",
                    flush=True,
                )

    with ThreadPoolExecutor(max_workers=jobs) as pool:
        for future in [pool.submit(work) for _ in range(jobs)]:
            future.result()


def _next(drawn: Iterator[Built], lock: threading.Lock) -> Built | None:
    """The next one, built while no other is."""
    with lock:
        return next(drawn, None)


def _tell(shop: Shop, folder: Path, campaign: Campaign, arguments: argparse.Namespace) -> int:
    from hil.report.files import write_report
    from hil_lab.block import write_block
    from hil_lab.faults.table import MUTANTS as MUTANTS_PART
    from hil_lab.mutants.figures import figures, for_document, summary
    from hil_lab.mutants.page import render
    from hil_lab.mutants.place import Named

    records = read(folder, MUTANTS, MutantRecord)
    dropped = read(folder, DROPPED, Dropped)
    equivalent = shop.equivalent(records)
    page = render(campaign, records, dropped, shop.lines, equivalent)
    write_report(folder / _PAGE, page)
    found = figures(records, shop.lines, equivalent.reasons)
    if arguments.write is not None:
        text = for_document(found, campaign, records, equivalent.reasons)
        write_block(arguments.write, MUTANTS_PART, text)
    for text in (*equivalent.complaints, summary(found), f"written: {folder / _PAGE}"):
        print(text, flush=True)
    if found.shipped or found.internal or dict(found.named)[Named.CRASHED]:
        return ExitCode.TEST_FAILED
    least = arguments.min_caught
    if least is not None and found.total.seen < least * found.total.counted / 100:
        return ExitCode.GATE_FAILED
    return ExitCode.PASSED


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m hil_lab.mutants",
        description="Runs the acceptance suite, and the diagnosis, under random mutants of the "
        "firmware.",
    )
    add = parser.add_argument
    add("files", nargs="*", metavar="FILE", help="of firmware/core, such as cam.cpp (all .cpp)")
    add("--damage", action="store_true", help="damage beside the sources; FILE is a kind of it")
    add("--number", type=int, default=200, metavar="N", help="mutants to run (200)")
    add("--seed", type=int, metavar="N", help="which ones (fresh ones each time)")
    add("--ci", action="store_true", help=f"{CI_NUMBER} of seed {CI_SEED}: for every change")
    add("--default-only", action="store_true", help="do not ask survivors once more, thoroughly")
    add("--jobs", type=int, default=2, metavar="N", help="runs at a time (2)")
    add("--folder", type=Path, metavar="DIR", help="of this seed; goes on with what is there")
    add("--suite", default="", metavar="TEXT", help="more arguments for the suite's pytest")
    add("--write", type=Path, metavar="FILE", help="put the figures into this document")
    add(
        "--min-caught",
        type=float,
        metavar="PERCENT",
        help="fail where fewer of those that are not equivalent are caught",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
