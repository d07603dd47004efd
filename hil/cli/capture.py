"""`hil capture`: frames of the board's own camera as a data set to be labelled."""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from hil.cli.common import add_board_arguments, open_bench, run_options
from hil.errors import ExitCode, UsageError
from hil.run.options import DEST

if TYPE_CHECKING:
    from rich.console import Console

    from hil.board import Board
    from hil.errors import HilError
    from hil.facts.board import CameraFrame
    from hil.network.contract import Contract
    from hil.run.capturing import Look
    from hil.run.testbench import Bench
    from hil.samples.growing import GrowingData

_LONGEST_S = 86_400.0
_TENTHS = 10
_MOST_CLASSES = 20


def add(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("-n", "--count", type=int, default=20, metavar="N", help="frames to keep (default: 20)")
    add("--out", type=Path, required=True, metavar="DIR", help="new, or what is to go on")
    when = parser.add_mutually_exclusive_group()
    when.add_argument(
        "--every",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="from one frame to the next (default: as fast as the line)",
    )
    when.add_argument("--key", action="store_true", help="a frame for each Enter; q ends")
    when.add_argument(
        "--score",
        type=_band,
        metavar="LOW:HIGH",
        help="only frames with this score: percent of the positive class, or the largest",
    )
    add("--for", dest="seconds", type=float, metavar="SECONDS", help="end after this time")
    add("--label", default="", help="what all these frames show: a class, or a value")
    add("--source", help="where they come from (default: chip and date)")
    add_board_arguments(parser)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Passed, also where it kept none, and says so; errors of camera, board and disk are theirs."""
    _check(arguments)
    options = run_options(arguments)
    options.check()
    with open_bench(options, console) as bench:
        board, contract = bench.ready_board(), bench.contract
        if arguments.score is not None:
            contract = bench.needed_model.contract
        column = _check_label(arguments.label, contract)
        data = _data(arguments.out, column, contract)
        capture = _Capture(bench, board, data, column, arguments, console)
        try:
            capture.take(contract)
        finally:
            capture.say_what_is_kept(contract)
    return ExitCode.PASSED


@dataclass
class _Capture:
    """One capture: what is asked for, and how far it is."""

    bench: Bench
    board: Board
    data: GrowingData
    column: str
    wanted: argparse.Namespace
    console: Console
    looked: int = 0
    started: float = 0.0

    def take(self, contract: Contract | None) -> None:
        from hil.run.capturing import looks

        scored = contract if self.wanted.score is not None else None
        seen = looks(self.bench, scored, self._failed)
        first = next(seen).frame  # not kept: the camera finds its exposure meanwhile
        for text in self._introduction(first):
            self.console.print(text, markup=False)
        self.started = time.monotonic()
        with self.console.status("", spinner="line") as status:
            if self.wanted.key or not self.console.is_terminal:
                status.stop()
            for look in self._in_time(seen):
                self.looked += 1
                kept = self._wants(look)
                if kept:
                    self._keep(look)
                status.update(self._progress(look))
                self._tell(look, kept)

    def _in_time(self, seen: Iterator[Look]) -> Iterator[Look]:
        """A frame at each of its times, until there are enough or the time is over."""
        due = self.started
        limit = self.wanted.seconds
        while len(self.data.added) < self.wanted.count:
            if limit is not None and max(due, time.monotonic()) - self.started >= limit:
                return  # also where the next would come too late: that is not waited for
            if self.wanted.key and not self._key():
                return
            time.sleep(max(0.0, due - time.monotonic()))
            due = max(due + self.wanted.every, time.monotonic())
            yield next(seen)

    def _key(self) -> bool:
        """Waits for Enter; False for q, or where there is no more input."""
        line = sys.stdin.readline()
        return bool(line) and line.strip().lower() not in ("q", "quit")

    def _wants(self, look: Look) -> bool:
        if self.wanted.score is None or look.percent is None:
            return True
        low, high = self.wanted.score
        return bool(low <= look.percent <= high)

    def _keep(self, look: Look) -> None:
        from hil.images import as_png

        values = {"source": self._source(), self.column: self.wanted.label}
        self.data.add(as_png(look.frame.pixels), **values)

    def _source(self) -> str:
        given: str | None = self.wanted.source
        return f"{self.board.identity.target} {date.today()}" if given is None else given

    # ---- what is said

    def _introduction(self, frame: CameraFrame) -> Iterator[str]:
        from hil.run.capturing import line_seconds

        size, baud = frame.size, self.board.baud
        colours = "gray" if size.format.channels == 1 else "RGB565"
        least = line_seconds(size.size, baud)
        yield (
            f"a frame: {size.columns} x {size.rows}, {colours}, {size.size:,} bytes; on the line "
            f"{least:.2f} s at {baud:,} baud, measured {frame.transfer_us / 1e6:.2f} s"
        )
        if self.data.before:
            yield f"{self.data.folder} has {self.data.before:,} samples: going on behind them"
        if self.wanted.key:
            yield "Enter takes a frame; q and Enter ends"

    def _progress(self, look: Look) -> str:
        text = f"{len(self.data.added):,} of {self.wanted.count:,} kept"
        if look.percent is not None:
            text += f", {self.looked:,} looked at, score {look.percent:.1f} %"
        return text

    def _tell(self, look: Look, kept: bool) -> None:
        """Lines where nothing moves: for each key, or for each tenth."""
        if self.wanted.key and kept:
            self.console.print(self.data.added[-1].name, markup=False)
        elif not self.console.is_terminal and kept:
            done, count = len(self.data.added), self.wanted.count
            if done * _TENTHS // count > (done - 1) * _TENTHS // count:
                self.console.print(self._progress(look), markup=False)

    def _failed(self, error: HilError) -> None:
        first = error.message.splitlines()[0]
        self.console.print(f"{first}: trying again", style="dim", markup=False)

    def say_what_is_kept(self, contract: Contract | None) -> None:
        """What is kept, and what to do with it; also after an error or Ctrl-C."""
        from hil.judge.figures import count_text

        added, folder = self.data.added, self.data.folder
        if not added:
            if self.started:
                self.console.print("no frame was kept", markup=False)
            return
        names = added[0].name + (f" to {added[-1].name}" if len(added) > 1 else "")
        of = f", of {self.looked:,} looked at" if self.wanted.score is not None else ""
        seconds = time.monotonic() - self.started
        count = count_text(len(added), "frame")
        self.console.print(
            f"{count} kept in {added[0].parent}: {names}{of}, in {seconds:.1f} s", markup=False
        )
        where = shlex.quote(str(folder))
        if not self.wanted.label:
            from hil.samples.classes import labels_of

            known = () if contract is None else labels_of(contract.task)
            known = known if len(known) <= _MOST_CLASSES else ()
            named = f": {', '.join(known)}" if known else ""
            self.console.print(
                f"to label: {self.data.labels}, column {self.column}{named}", markup=False
            )
            classes = f" --classes {shlex.join(known)}" if known else ""
            self.console.print(f"by keys: hil label {where}{classes}", markup=False)
        same = shlex.join(_same_board(self.wanted))
        self.console.print(f"then: hil evaluate --data {where} {same}".rstrip(), markup=False)


def _same_board(arguments: argparse.Namespace) -> list[str]:
    """The options that name board and network, as they were given."""
    given = {name: getattr(arguments, DEST + name) for name in ("board", "firmware", "network")}
    return [word for name, value in given.items() if value for word in (f"--{name}", str(value))]


def _data(folder: Path, column: str, contract: Contract | None) -> GrowingData:
    from hil.samples.growing import GrowingData

    boxes = ["boxes"] if contract is not None and contract.head is not None else []
    return GrowingData(folder, ["file", column, *boxes, "source"])


def _check_label(label: str, contract: Contract | None) -> str:
    """The column that says what is true; raises UsageError for a label that cannot be there."""
    from hil.samples.classes import label_problems, truth_column
    from hil.samples.label_file import is_number
    from hil.samples.labels import Entry

    kind = "none" if contract is None else contract.task.kind
    problem = ""
    if kind == "regression":
        problem = "" if not label or is_number(label) else f"{label!r} is not a number"
    elif label and contract is not None:
        found = list(label_problems([Entry(0, "all frames", None, (), label=label)], contract.task))
        problem = found[0].message if found else ""
    if problem:
        raise UsageError(
            problem, where="--label", hint="give what the network can say, or label them afterwards"
        )
    return "label" if contract is None else truth_column(contract.task)


def _band(text: str) -> tuple[float, float]:
    low, _, high = text.partition(":")
    try:
        band = float(low), float(high)
    except ValueError:
        band = (1.0, 0.0)
    if not 0 <= band[0] <= band[1] <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is not LOW:HIGH in percent, such as 40:60")
    return band


def _check(arguments: argparse.Namespace) -> None:
    """Refuses what cannot be, before anything is opened."""
    from hil.samples.growing import GrowingData

    if not 1 <= arguments.count <= 1_000_000:
        raise UsageError(f"-n is {arguments.count}", hint="give 1 to 1000000")
    for flag, value in (("--every", arguments.every), ("--for", arguments.seconds)):
        if value is not None and not 0 <= value <= _LONGEST_S:
            raise UsageError(f"{flag} is {value:g}", hint=f"give seconds from 0 to {_LONGEST_S:g}")
    GrowingData(arguments.out, ())
