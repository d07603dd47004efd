"""`hil flash`: write firmware and model to a board, and see that they answer."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hil import __version__
from hil.build.idf import TARGETS
from hil.cli.common import add_board_arguments, open_bench, run_options
from hil.errors import ExitCode, UsageError
from hil.run.options import DEST, WITH_FIRMWARE

if TYPE_CHECKING:
    from rich.console import Console

    from hil.board.flashing import FlashProgress, OnFlash
    from hil.run.options import RunOptions


def add(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("firmware of a release, without ESP-IDF")
    group.add_argument(
        "--release",
        nargs="?",
        const=f"v{__version__}",
        metavar="TAG",
        help=f"fetch it, check it and flash it (default: that of this camhil, v{__version__}; "
        "--board is auto then)",
    )
    group.add_argument("--chip", choices=TARGETS, help=f"(default: {TARGETS[0]})")
    group.add_argument(
        "--release-url",
        metavar="URL",
        help="where releases are: URL/download/TAG/SHA256SUMS (default: $CAMHIL_RELEASE_URL, or "
        "what the installed package names)",
    )
    add_board_arguments(parser)


@contextmanager
def flash_progress(console: Console) -> Iterator[OnFlash]:
    """A progress bar while files are written; gone afterwards."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bars:
        flashing = bars.add_task("flashing", visible=False)

        def show(progress: FlashProgress) -> None:
            bars.update(
                flashing,
                description=progress.file,
                total=progress.total_bytes,
                completed=progress.done_bytes,
                visible=True,
            )

        yield show


def _fetch(arguments: argparse.Namespace, console: Console) -> Path:
    """The folder with the release's firmware; what is shown says how to give it to pytest."""
    import os

    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    from hil.board.release import fetch_firmware, release_url

    url = release_url(arguments.release_url, os.environ)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        fetching = bars.add_task("fetching", visible=False)

        def show(done: int, total: int | None) -> None:
            bars.update(fetching, completed=done, total=total, visible=True)

        chip = arguments.chip or TARGETS[0]
        folder = fetch_firmware(arguments.release, chip, url, on_bytes=show)
    console.print(f"--firmware {folder}", markup=False, soft_wrap=True)
    return folder


def _with_release(
    options: RunOptions, arguments: argparse.Namespace, console: Console
) -> RunOptions:
    """The options with the release's firmware, where one is asked for.

    Raises UsageError for options that contradict each other.
    """
    if arguments.release is None:
        for name in ("chip", "release_url"):
            if getattr(arguments, name) is not None:
                raise UsageError(
                    "it is about the firmware of a release, and none is asked for",
                    where=f"--{name.replace('_', '-')}",
                    hint="give --release too",
                )
        return options
    if getattr(arguments, f"{DEST}firmware") is not None:
        raise UsageError(
            "there are two firmwares to flash",
            where="--firmware, --release",
            hint="leave one of them away",
        )
    given = getattr(arguments, f"{DEST}board") or ""
    if given.startswith(WITH_FIRMWARE):
        raise UsageError(
            f"a release holds firmware for chips, and the board {given!r} is none",
            where="--board, --release",
            hint="give a port (--board /dev/ttyUSB0), auto, or qemu; the simulated board has a "
            "firmware of its own",
        )
    board = "auto" if options.board.startswith(WITH_FIRMWARE) else options.board
    return dataclasses.replace(options, board=board, firmware=_fetch(arguments, console))


def run(arguments: argparse.Namespace, console: Console) -> int:
    from hil.board.opening import check_build

    options = _with_release(run_options(arguments), arguments, console)
    check_build(options.board, options.firmware, options.flash, to_flash=True)
    with open_bench(options, console) as bench:
        with flash_progress(console) as bench.on_flash:
            board = bench.ready_board()
        report = board.flashed
        if report is None:
            console.print("Nothing was flashed, as asked for.")
        elif report.skipped:
            console.print(f"Nothing to write: {report.reason}.", markup=False)
        else:
            for file in report.files:
                done = "written" if file.written else "unchanged"
                console.print(
                    f"{file.offset:#08x}  {file.size_bytes:>9,} bytes  {done}  {file.name}",
                    markup=False,
                )
            console.print(f"{report.written_bytes:,} bytes in {report.seconds:.1f} s.")
        identity = board.identity
        console.print(
            f"The board answers: {identity.target}, firmware {identity.firmware_version}, "
            f"build {identity.build_id.hex()[:16]}, model {identity.model_sha256.hex()[:16]}."
        )
    return ExitCode.PASSED
