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
        "--build-dir",
        type=Path,
        metavar="DIR",
        help="where to build (default: firmware/esp32/build, or the simulated board's)",
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
    """The ESP-IDF project in this checkout.

    Raises:
        UsageError: camhil is installed without its sources' checkout, which ESP-IDF's
            build writes to.
    """
    from hil.base.resources import checkout

    root = checkout()
    if root is None or not (root / "firmware" / "esp32" / "CMakeLists.txt").is_file():
        raise UsageError(
            "firmware for a chip is built in a checkout of camhil",
            where=str(root or Path(__file__).parents[1]),
            hint="clone the repository and run `make firmware` there",
        )
    return root / "firmware" / "esp32"


def _build_sim(arguments: argparse.Namespace, console: Console) -> int:
    from hil.cli.console import dimly
    from hil.sim.firmware import build

    folder = build(arguments.build_dir, progress=dimly(console))
    console.print(f"Built for the simulated board: {folder}", markup=False)
    return ExitCode.PASSED


def _build_chip(arguments: argparse.Namespace, console: Console) -> int:
    from rich.markup import escape

    from hil.build.budget import FILE_NAME
    from hil.build.check import check_build
    from hil.build.idf import SUPPORTED, build, configured_target, find_idf
    from hil.build.settings import differing_settings
    from hil.build.table import budget_lines, size_lines

    target = arguments.target
    project = project_dir()
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
        f"  pytest hil/suite --board /dev/ttyUSB0 --firmware {shown}",
        markup=False,
    )
    return ExitCode.PASSED


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
