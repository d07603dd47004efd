"""`hil build`: firmware for a chip or for the simulated board, held against its budget."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hil.build.idf import TARGETS
from hil.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from hil.build.idf import Step
    from hil.build.plan import Plan

    OnStep = Callable[[Step], None]

SIM = "sim"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--target",
        choices=(*TARGETS, SIM),
        default=TARGETS[0],
        help=f"chip, with ESP-IDF, or {SIM} (default: {TARGETS[0]})",
    )
    parser.add_argument(
        "--network",
        type=Path,
        action="append",
        metavar="FILE.tflite",
        help="what the firmware is to run; several times: any of them, the first is flashed "
        "(default: person_cam)",
    )
    parser.add_argument(
        "--arena-kb",
        type=int,
        metavar="N",
        help="tensor arena (default: measured with TensorFlow Lite Micro, and 2 kB)",
    )
    parser.add_argument(
        "--build-dir",
        type=Path,
        metavar="DIR",
        help="where to build (default: firmware/esp32/build, or the simulated board's)",
    )
    parser.add_argument(
        "--generate",
        type=Path,
        metavar="DIR",
        help="only write what is compiled for the networks, and the model partition, as "
        "`idf.py build` has it done",
    )
    parser.add_argument(
        "--objects", action="store_true", help="sizes of our own object files, not of archives"
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="all that idf.py prints")


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Exit codes: 4 it does not build, 7 over the budget, 8 a part could not be measured."""
    if arguments.target == SIM:
        return _build_sim(arguments, console)
    return _build_chip(arguments, console)


def project_dir() -> Path:
    """The ESP-IDF project: the checkout's, or a copy in the user's cache of what is installed.

    ESP-IDF writes into its project, which an installed package must not be.
    """
    from hil.base.resources import checkout, find

    if checkout() is not None:
        return find("firmware/esp32")
    import platformdirs

    from hil import __version__
    from hil.build.idf import copy_project

    place = Path(platformdirs.user_cache_dir("camhil")) / f"firmware-{__version__}"
    return copy_project(find("firmware"), place)


def _build_sim(arguments: argparse.Namespace, console: Console) -> int:
    from hil.cli.console import dimly
    from hil.sim.firmware import build

    model = arguments.network[0] if arguments.network else None
    folder = build(arguments.build_dir, model=model, progress=dimly(console))
    console.print(f"Built for the simulated board: {folder}", markup=False)
    return ExitCode.PASSED


def _build_chip(arguments: argparse.Namespace, console: Console) -> int:
    from rich.markup import escape

    from hil.base.resources import OWN_NETWORK, find
    from hil.build.budget import FILE_NAME
    from hil.build.check import check_build
    from hil.build.idf import SUPPORTED, build, configured_target, find_idf
    from hil.build.settings import differing_settings
    from hil.build.table import budget_lines, size_lines

    target = arguments.target
    networks = [path.absolute() for path in arguments.network or [find(OWN_NETWORK)]]
    project = project_dir()
    plan = _plan(networks, arguments, project, console)
    if plan.frames_left_out:
        console.print(
            "[yellow]note:[/] internal RAM is too short for raw frames of a host: the board takes "
            "tensors only, and tests of its camera path are not run"
        )
    if arguments.generate:
        plan.write(arguments.generate)
        return ExitCode.PASSED
    idf = find_idf(target)
    build_dir = (arguments.build_dir or project / "build").absolute()
    console.print(f"[dim]ESP-IDF {idf} in[/] {escape(str(idf.path))}")
    if not idf.supported:
        first, last = (".".join(map(str, version)) for version in SUPPORTED)
        console.print(f"[yellow]note:[/] tried with v{first} to v{last}, not with {idf}")
    if configured_target(project) not in (None, target):
        console.print(f"[yellow]note:[/] new target {target}: the sdkconfig is made anew")
    elif differing := differing_settings(project, target):
        console.print(
            f"[yellow]note:[/] not as in sdkconfig.defaults: {', '.join(differing)} "
            f"(by menuconfig, or from older defaults: delete {escape(str(project / 'sdkconfig'))})"
        )
    with _progress(console, shown=not arguments.verbose) as on_step:
        build(
            idf,
            project,
            build_dir,
            target,
            networks,
            arena_kb=arguments.arena_kb,
            on_step=on_step,
            on_line=(lambda line: console.out(line)) if arguments.verbose else None,
        )
    checked = check_build(build_dir, project / FILE_NAME)
    for line in size_lines(checked.usage, objects=arguments.objects):
        console.print(line, markup=False)
    console.print()
    for line in budget_lines(checked.lines):
        console.print(line, markup=False)
    if checked.exit_code:
        over = checked.exit_code is ExitCode.GATE_FAILED
        what = "Over the memory budget." if over else "The memory budget is not proven."
        limits = f"The limits are in {project / FILE_NAME}."
        console.print(f"\n[bold red]{what}[/] {escape(limits)}")
        return checked.exit_code
    shown = _short(build_dir)
    console.print(
        f"\nBuilt: {shown}\n"
        f"  hil flash --board /dev/ttyUSB0 --firmware {shown}\n"
        f"  pytest --pyargs hil.suite --board /dev/ttyUSB0 --firmware {shown}",
        markup=False,
    )
    return ExitCode.PASSED


def _plan(
    networks: list[Path], arguments: argparse.Namespace, project: Path, console: Console
) -> Plan:
    """What the networks need of the firmware. Raises UsageError for what cannot fit."""
    from hil.base.resources import OWN_NETWORK, find
    from hil.build.plan import make_plan
    from hil.network.contract import read_network
    from hil.sim.arena import arena_needed

    arena_kb = arguments.arena_kb
    if arena_kb is not None and arena_kb < 1:
        raise UsageError(
            f"an arena of {arena_kb} kB", where="--arena-kb", hint="give 1 or more, or leave it out"
        )
    contracts = {path: read_network(path) for path in networks}
    measured: dict[Path, int | None] = dict.fromkeys(networks)
    for path, contract in contracts.items() if arena_kb is None else ():
        found = arena_needed(contract.model)
        if found.refused:
            raise UsageError(
                f"TensorFlow Lite Micro refuses the network: {found.trouble}",
                where=str(path),
                hint="convert it again, or give --arena-kb to try it on the board",
            )
        if found.needed is None:
            console.print(
                f"[yellow]note:[/] the arena is not measured: {found.trouble} (--arena-kb sets it)"
            )
        measured[path] = found.needed
    return make_plan(
        contracts,
        measured,
        project,
        arguments.target,
        arena_bytes=None if arena_kb is None else arena_kb * 1024,
        budgeted=arguments.target == TARGETS[0] and networks == [find(OWN_NETWORK)],
    )


@contextmanager
def _progress(console: Console, *, shown: bool) -> Iterator[OnStep]:
    """A progress bar over Ninja's steps; gone afterwards."""
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("building"), BarColumn(), MofNCompleteColumn())
    text = TextColumn("[dim]{task.description}")
    with Progress(*columns, text, console=console, transient=True, disable=not shown) as bars:
        task = bars.add_task("configuring", total=None)

        def show(step: Step) -> None:
            what = step.what if len(step.what) < 60 else f"...{step.what[-57:]}"
            bars.update(task, total=step.total, completed=step.done, description=escape(what))

        yield show


def _short(path: Path) -> Path:
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path
