"""What creeps within one start of the board: times that rise, memory that dwindles. Pure.

A busy host makes single answers late, and a board must not be blamed for it. So of each part of a
run the fastest answer counts, a time has to rise from part to part, and it has to be back where it
was after the next start of the board: what a host does to it does not know of that.
Memory is the board's own figure and needs no such care.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.judge.stats.slope import Slope, slope

if TYPE_CHECKING:
    from hil.facts.records import HeapFacts, InferenceRecord, MemoryFacts, MemoryRecord

TRENDS_KEY = "trends"
"""Names the trends of a run in `hil.facts.records.TestRecord.by_verdict`."""

_PARTS = 5
"""A time has to rise from each part of a run to the next. Of the many answers of a part one is
hardly ever disturbed, whatever else the host does."""
_STEP = 0.05
"""At each part's end by this share of the whole rise; evenly would be a quarter."""
_FEWEST_REPORTS = 12
_MOST_REPORTS = 200
"""Reports of memory that are looked at together; of more, every second, third, ..."""

_RISE_US = 50
"""A time has to rise by more than this."""


@dataclass(frozen=True, slots=True)
class _Limits:
    """`fewest`: answers that can show a trend. `rise`: by this share at least."""

    fewest: int
    rise: float


_OF_A_CHIP = _Limits(64, 0.02)
_OF_A_HOST = _Limits(150, 0.25)
"""Whose times have other reasons, too."""

_BACK = 0.5
"""After a new start a time is back if it lost at least this share of its rise."""
_FEWEST_AFTER_RESET = 8
_AFTER_RESET = 16
"""Answers of the next start that show it; of a long run as many as one of its parts has."""
_LOST_BYTES = 48

_STAGES = ("invoke_us", "cam_us", "preprocess_us")
_WAIT = "the wait beside the board's own times"


@dataclass(frozen=True, slots=True)
class Trend:
    """A figure that rises or falls with every inference of one start.

    Attributes:
        what: the figure, such as "invoke_us" or "free heap".
        kind: "time" or "memory".
        unit: us or bytes.
        boot: which start, from 1.
        first, last: the figure at both ends of the stretch that shows it.
        inferences: how long that stretch is.
    """

    what: str
    kind: str
    unit: str
    boot: int
    first: float
    last: float
    inferences: int

    def __str__(self) -> str:
        way = "rises" if self.last > self.first else "falls"
        return (
            f"{self.what} {way} from {self.first:.0f} to {self.last:.0f} {self.unit} within "
            f"{self.inferences} inferences of one start"
        )


def trends(
    inferences: Sequence[InferenceRecord], memories: Sequence[MemoryRecord], time_base: str
) -> tuple[Trend, ...]:
    """Every trend that only the board explains. `time_base`: as `hil.facts.board.TimeBase`."""
    times = time_trends(inferences, time_base)
    return (*(trend for trend in times if trend.settled), *memory_trends(memories))


@dataclass(frozen=True, slots=True)
class TimeTrend(Trend):
    """`settled`: whether the next start showed that it is the board's; None where none did yet."""

    settled: bool | None = None


def time_trends(inferences: Sequence[InferenceRecord], time_base: str) -> tuple[TimeTrend, ...]:
    """Times that rise, also those that may be the host's."""
    if time_base == "none":  # as fast as the host at that moment
        return ()
    limits = _OF_A_HOST if time_base == "host" else _OF_A_CHIP
    by_boot: dict[int, list[InferenceRecord]] = {}
    for record in inferences:
        by_boot.setdefault(record.boot, []).append(record)
    found = []
    for boot, records in by_boot.items():
        after = by_boot.get(boot + 1, [])
        for what, value in _TIMES.items():
            trend = _time_trend(what, value, boot, records, after, limits)
            if trend is not None:
                found.append(trend)
    return tuple(found)


def after_reset(answers: int) -> int:
    """How many answers of the next start show whether what rose within so many is back."""
    return max(_AFTER_RESET, answers // _PARTS)


def memory_trends(memories: Sequence[MemoryRecord]) -> tuple[Trend, ...]:
    """Memory that dwindles: over a whole start, or at the end of it."""
    by_boot: dict[int, list[MemoryRecord]] = {}
    for record in memories:
        by_boot.setdefault(record.boot, []).append(record)
    return tuple(
        trend for boot, records in by_boot.items() for trend in _memory_of_start(boot, records)
    )


def _wait_us(record: InferenceRecord) -> float:
    """What upload and the stages of the board do not account for."""
    times = record.times
    of_the_board = times.upload_us + times.preprocess_us + times.invoke_us + times.cam_us
    return float(times.round_trip_us - of_the_board)


_TIMES: dict[str, Callable[[InferenceRecord], float]] = {
    **{name: (lambda r, name=name: float(getattr(r.times, name))) for name in _STAGES},  # type: ignore[misc]
    _WAIT: _wait_us,
}


def _time_trend(
    what: str,
    value: Callable[[InferenceRecord], float],
    boot: int,
    records: Sequence[InferenceRecord],
    after: Sequence[InferenceRecord],
    limits: _Limits,
) -> TimeTrend | None:
    points = [(r.count, value(r)) for r in records if value(r) > 0]
    for stretch in _ends(points):
        if len(stretch) < limits.fewest:
            return None
        rise = _rise(stretch, limits.rise)
        if rise is not None:
            first, last = rise
            settled = None
            begun = after[: after_reset(len(stretch))]
            anew = [time for r in begun if (time := value(r)) > 0]
            if len(anew) >= _FEWEST_AFTER_RESET:
                settled = min(anew) <= last - _BACK * (last - first)
            length = stretch[-1][0] - stretch[0][0]
            return TimeTrend(what, "time", "us", boot, first, last, length, settled)
    return None


_Points = Sequence[tuple[int, float]]


def _ends(points: _Points) -> Iterator[_Points]:
    """All of them, and the ends of the run: what creeps may show after other things are over."""
    for part in (1, 2, 4):
        yield points[len(points) - len(points) // part :]


def _rise(points: _Points, least: float) -> tuple[float, float] | None:
    """(first, last) of times that rise all the while; None where they do not.

    One step up is no creep: a host is busy from then on, or other things are asked.
    """
    size = len(points) // _PARTS
    parts = (points[n * size : (n + 1) * size] for n in range(_PARTS))
    fastest = [min(time for _, time in part) for part in parts]
    first, last = fastest[0], fastest[-1]
    steps = [after - before for before, after in itertools.pairwise(fastest)]
    rises = last - first >= max(_RISE_US, least * first)
    return (first, last) if rises and min(steps) >= _STEP * (last - first) else None


def _memory_of_start(boot: int, records: Sequence[MemoryRecord]) -> Iterator[Trend]:
    stacks = dict.fromkeys(task for r in records for task, _ in r.memory.stacks)
    figures: list[tuple[str, Callable[[MemoryFacts], int | None], int]] = [
        ("free heap", lambda m: _free(m.heap), -1),
        ("free PSRAM", lambda m: _free(m.psram), -1),
        ("the largest free block of the heap", lambda m: _largest(m.heap), -1),
        ("the arena in use", lambda m: m.arena_used_bytes, 1),
    ]
    for task in stacks:
        figures.append(
            (f"the unused stack of {task}", lambda m, task=task: dict(m.stacks).get(task), -1)  # type: ignore[misc]
        )
    for what, value, bad in figures:
        points = [(r.count, v) for r in records if (v := value(r.memory)) is not None]
        trend = _memory_trend(what, boot, points, bad)
        if trend is not None:
            yield trend


def _memory_trend(what: str, boot: int, points: _Points, bad: int) -> Trend | None:
    """`bad`: the direction in which memory is lost, 1 or -1."""
    for end in _ends(points):
        stretch = end[:: max(1, -(-len(end) // _MOST_REPORTS))]
        if len(stretch) < _FEWEST_REPORTS:
            return None
        x, y = zip(*stretch, strict=True)
        found = slope(x, y)
        if found is None or not _lost(found, bad) or bad * (y[-1] - y[0]) < _LOST_BYTES:
            continue
        # It goes on: what is taken once, by the first of a kind, is not lost with each.
        steps = sum(bad * (b - a) > 0 for a, b in itertools.pairwise(y[len(y) // 2 :]))
        if steps >= 2:
            return Trend(what, "memory", "bytes", boot, y[0], y[-1], x[-1] - x[0])
    return None


def _lost(found: Slope, bad: int) -> bool:
    return found.low > 0 if bad > 0 else found.high < 0


def _free(heap: HeapFacts | None) -> int | None:
    return None if heap is None else heap.free_bytes


def _largest(heap: HeapFacts | None) -> int | None:
    return None if heap is None else heap.largest_block_bytes
