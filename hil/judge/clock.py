"""Whether the clocks and counters of the boards in a run only went forward. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Protocol


class Stamped(Protocol):
    """A result in time: `hil.board.facts.Stamp`, `hil.record.run.InferenceRecord`."""

    @property
    def boot(self) -> int: ...

    @property
    def count(self) -> int: ...

    @property
    def finished_us(self) -> int: ...


def clock_fault(results: Iterable[Stamped]) -> str:
    """Between which two results of one start a clock went back or stood; empty if nowhere."""
    # A noisy line may let a board take two images in the other order than they were asked for.
    ordered = sorted(results, key=lambda result: (result.boot, result.count))
    for before, after in pairwise(ordered):
        if after.boot != before.boot:
            continue
        if after.count == before.count:
            return f"two results are number {after.count} since one start of the board"
        if after.finished_us <= before.finished_us:
            return (
                f"between results {before.count} and {after.count} the board's clock went from "
                f"{before.finished_us} us to {after.finished_us} us"
            )
    return ""
