"""Whether the clocks of the boards in a run only went forward. Pure.

That each result has a number of its own is judged with the answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Protocol

CLOCK_KEY = "clock"
"""Names the clocks of a run in `hil.facts.records.TestRecord.by_verdict`."""


class Stamped(Protocol):
    """A result in time: `hil.facts.board.Stamp`, `hil.facts.records.InferenceRecord`."""

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
        same = after.boot == before.boot and after.count != before.count
        if same and after.finished_us <= before.finished_us:
            return (
                f"between results {before.count} and {after.count} the board's clock went from "
                f"{before.finished_us} us to {after.finished_us} us"
            )
    return ""
