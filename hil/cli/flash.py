"""`hil flash`: write firmware and model to a board, and see that they answer."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hil.cli.common import add_board_arguments, open_bench, run_options
from hil.errors import ExitCode

if TYPE_CHECKING:
    from rich.console import Console

    from hil.board.flashing import FlashProgress, OnFlash


def add(parser: argparse.ArgumentParser) -> None:
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


def run(arguments: argparse.Namespace, console: Console) -> int:
    from hil.board.opening import check_build

    options = run_options(arguments)
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
