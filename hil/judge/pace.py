"""Does the board's clock run as fast as the host's? By every result of a run. Pure.

A result may come late and never early, so of each block of results the one with the smallest
difference between the clocks counts. How finely the clocks can be compared, the results tell
themselves: by how far these lie off a line, and the others of a block behind them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from hil.judge.answers import in_order

if TYPE_CHECKING:
    from hil.facts.board import Stamp
    from hil.facts.records import InferenceRecord

_Results: TypeAlias = "Sequence[Stamp | InferenceRecord]"

_BLOCK = 4
"""Results at least in a block."""
_BLOCKS = 16
_FEWEST = 4
_SPAN_S = 0.25
_QUARTZ = 0.003
"""What a quartz may be off, and more: it is good for a ten-thousandth."""
_EMULATED = 0.1
"""The same of an emulator that is as fast as its host at that moment."""
_SCATTER = 4.0
_LATENESS = 2.0


@dataclass(frozen=True, slots=True)
class Pace:
    """The board's clock against the host's.

    Attributes:
        speed: seconds of the board's clock in one of the host's.
        tolerance: how far `speed` may be from 1, by what the results can tell.
        span_s: how long they were watched, by the host's clock.
    """

    speed: float
    tolerance: float
    span_s: float

    @property
    def wrong(self) -> bool:
        return abs(self.speed - 1) > self.tolerance

    def __str__(self) -> str:
        return (
            f"the board's clock ran {self.speed:.4f} s in each of the {self.span_s:.1f} s that the "
            f"host's did; {self.tolerance:.1%} could be the clocks' own"
        )


def pace(results: Iterable[Stamp | InferenceRecord], time_base: str) -> Pace | None:
    """Of the start of the board that is wrong, or else of the one that tells most.

    None where the clocks cannot be compared: too few results, or an emulator's virtual time.
    """
    if time_base == "virtual":
        return None
    least = _EMULATED if time_base == "none" else _QUARTZ
    found = [one for stamps in _starts(results) if (one := _of_start(stamps, least)) is not None]
    return min(found, key=lambda one: (not one.wrong, one.tolerance), default=None)


def _of_start(stamps: _Results, least: float) -> Pace | None:
    points = list(_soonest(stamps))
    span_s = points[-1][0] - points[0][0] if points else 0.0
    if len(points) < _FEWEST or span_s < _SPAN_S:
        return None
    drift = _weighted_median(list(_slopes(points)))
    off_s = _SCATTER * _scatter(points, drift) + _LATENESS * _lateness(stamps, drift)
    return Pace(1 - drift, least + off_s / span_s, span_s)


def _starts(results: Iterable[Stamp | InferenceRecord]) -> Iterator[list[Stamp | InferenceRecord]]:
    """The results of each start of the board; without those that have other things wrong."""
    by_boot: dict[int, list[Stamp | InferenceRecord]] = {}
    for result in in_order(results):
        by_boot.setdefault(result.boot, []).append(result)
    for stamps in by_boot.values():
        if all(b.finished_us > a.finished_us for a, b in pairwise(stamps)):
            yield stamps


def _soonest(stamps: _Results) -> Iterator[tuple[float, float]]:
    """(host's clock, difference of the clocks), in seconds, of the soonest result of each block."""
    for block in _blocks(stamps):
        yield min(((s.at_s, s.at_s - s.finished_us / 1e6) for s in block), key=lambda p: p[1])


def _blocks(
    stamps: _Results,
) -> Iterator[_Results]:
    blocks = min(_BLOCKS, len(stamps) // _BLOCK)
    for n in range(blocks):
        yield stamps[n * len(stamps) // blocks : (n + 1) * len(stamps) // blocks]


def _slopes(points: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    for n, (at, difference) in enumerate(points):
        for later, other in points[n + 1 :]:
            if later > at:
                yield (other - difference) / (later - at), later - at


def _weighted_median(values: Sequence[tuple[float, float]]) -> float:
    half = sum(weight for _, weight in values) / 2
    for value, weight in sorted(values):
        half -= weight
        if half <= 0:
            return value
    raise AssertionError("no values")


def _lateness(stamps: _Results, drift: float) -> float:
    """By how much the usual result of a block comes later than its soonest, in seconds."""
    late = []
    for block in _blocks(stamps):
        off = sorted(s.at_s - s.finished_us / 1e6 - drift * s.at_s for s in block)
        late.append(off[len(off) // 2] - off[0])
    return sorted(late)[len(late) // 2]


def _scatter(points: Sequence[tuple[float, float]], drift: float) -> float:
    """How far the points of one start lie off their line, in seconds."""
    off = sorted(difference - drift * at for at, difference in points)
    middle = off[len(off) // 2]
    return max(off[-1] - middle, middle - off[0])
