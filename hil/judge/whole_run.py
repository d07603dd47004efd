"""What only all figures of a run together tell: clocks, times, cycles, memory, trends. Pure.

The same for a live run and for its file. That each answer is right is `hil.judge.answers`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.judge.answers import CLOCK_KEY, Wrong, clock_fault
from hil.judge.bounds import cycles_fault, memory_fault, ops_fault, times_fault, usual_mhz
from hil.judge.pace import pace
from hil.judge.trends import TRENDS_KEY, trends

if TYPE_CHECKING:
    from hil.facts.image import OpFacts
    from hil.facts.records import BoardFacts, InferenceRecord, MemoryRecord
    from hil.facts.run import Run


@dataclass(frozen=True)
class Figures:
    """Of a run so far, without synthetic ones. `traced`: (sample, invoke_us, operators) of each
    traced inference."""

    board: BoardFacts
    inferences: tuple[InferenceRecord, ...]
    memories: tuple[MemoryRecord, ...]
    traced: tuple[tuple[str, int | None, tuple[OpFacts, ...]], ...]

    @classmethod
    def of(
        cls,
        board: BoardFacts,
        inferences: Iterable[InferenceRecord],
        memories: Iterable[MemoryRecord],
        traced: Iterable[tuple[str, int | None, tuple[OpFacts, ...]]],
    ) -> Figures:
        """Leaves out what a test chose."""
        return cls(
            board,
            tuple(each for each in inferences if not each.synthetic),
            tuple(each for each in memories if not each.synthetic),
            tuple(traced),
        )

    def able(self, capability: str) -> bool:
        """Whether the board says that it can do this."""
        return capability in self.board.capabilities


def figures_of(run: Run) -> Figures | None:
    """None for a run that reached no board."""
    if run.board is None:
        return None
    samples = ((s.name, s.facts.invoke_us, s.facts.ops) for s in run.samples)
    return Figures.of(
        run.board,
        run.inferences,
        run.memories,
        (
            *((trace.image, trace.invoke_us, trace.ops) for trace in run.traces),
            *((name, us, ops) for name, us, ops in samples if ops is not None),
        ),
    )


def wrong_figures(figures: Figures | None, keys: Iterable[str] | None = None) -> tuple[Wrong, ...]:
    """What is wrong with them; only that of `keys`, where they are given."""
    if figures is None:
        return ()
    found = ((key, _CHECKS[key][0](figures)) for key in (_CHECKS if keys is None else keys))
    return tuple(Wrong(key, text) for key, text in found if text)


def in_words(wrong: Wrong) -> str:
    """What kind of fault it is, in a few words for a list of reasons."""
    return _CHECKS[wrong.key][1]


def _pace(figures: Figures) -> str:
    found = pace(figures.inferences, figures.board.time_base)
    return str(found) if found is not None and found.wrong else ""


def _operators(figures: Figures) -> str:
    return ops_fault(
        figures.traced,
        usual_mhz(figures.inferences),
        times=figures.able("op_times"),
        cycles=figures.able("cycles"),
    )


def _memory(figures: Figures) -> str:
    board = figures.board
    return memory_fault(figures.memories, board.arena_bytes, board.arena_needed_bytes)


_CHECKS: Mapping[str, tuple[Callable[[Figures], str], str]] = {
    CLOCK_KEY: (lambda f: clock_fault(f.inferences), "a board's clock went back"),
    "pace": (_pace, "a board's clock is too fast or too slow"),
    "times": (
        lambda f: times_fault(f.inferences),
        "a time of an inference that cannot be",
    ),
    "cycles": (
        lambda f: cycles_fault(f.inferences, f.able("cycles")),
        "cycles of an inference that cannot be",
    ),
    "operators": (_operators, "a time of an operator that cannot be"),
    "memory": (_memory, "a figure of memory that cannot be"),
    TRENDS_KEY: (
        lambda f: "; ".join(map(str, trends(f.inferences, f.memories, f.board.time_base))),
        "times or memory creep",
    ),
}
