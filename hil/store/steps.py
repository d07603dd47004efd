"""Step changes in a series of runs, by a distribution-free test. Pure.

Pettitt's change-point statistic ("A non-parametric approach to the change-point
problem", Applied Statistics 28, 1979) is the largest Mann-Whitney statistic over all
places where the series could be split. Its significance comes from seeded random
permutations, so that short series are judged rightly. A series is split where the
step is significant and large enough, and both parts are looked at again.

One run is one value: what the machine did that day hits all of a run's images alike.
A step is found once about five runs lie on each side of it.
"""

from __future__ import annotations

import heapq
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ALPHA = 0.02
MINIMUM_EFFECT = 0.005
"""Smaller steps, as a fraction of the level before, are not worth a mark."""

_PERMUTATIONS = 1999
_SEED = 1


@dataclass(frozen=True, slots=True)
class Step:
    """A step before value `index`: levels are medians of the stretches on both sides."""

    index: int
    before: float
    after: float
    p: float

    @property
    def relative(self) -> float | None:
        return (self.after - self.before) / abs(self.before) if self.before else None


def find_steps(values: Sequence[float]) -> tuple[Step, ...]:
    """The steps of a series, in its order."""
    found = _split(values, 0)
    places = [index for index, _ in found]
    for number in range(len(places)):
        # Again between its neighbours: the first split saw levels that are not its own.
        start, _, end = [0, *places, len(values)][number : number + 3]
        places[number] = start + best_split(values[start:end])
    levels = [
        statistics.median(values[start:end])
        for start, end in pairwise([0, *places, len(values)])
        if end > start
    ]
    return tuple(
        Step(index, before, after, p)
        for index, (before, after), (_, p) in zip(places, pairwise(levels), found, strict=True)
    )


def pettitt_p(values: Sequence[float]) -> float:
    """How likely chance alone changes a series as much as this one changes somewhere."""
    import numpy as np

    ranks = _midranks(values)
    shuffled = np.random.default_rng(_SEED).permuted(
        np.broadcast_to(ranks, (_PERMUTATIONS, len(values))), axis=1
    )
    as_large = _statistic(shuffled) >= _statistic(ranks[None, :])
    return float((1 + as_large.sum()) / (1 + _PERMUTATIONS))


def best_split(values: Sequence[float]) -> int:
    """Where two levels fit best: the least sum of distances from the medians of both sides.

    The place of the largest rank statistic is no good: it moves when a value next to
    the step happens to be the largest of its side.
    """

    left, right = _distances(values), _distances(values[::-1])[::-1]
    return min(range(1, len(values)), key=lambda place: left[place - 1] + right[place])


def _distances(values: Sequence[float]) -> list[float]:
    """For each value, the sum of distances of all up to it from their median."""
    low: list[float] = []  # the smaller half, negated: a heap gives its smallest
    high: list[float] = []
    low_sum = high_sum = 0.0
    found = []
    for value in values:
        moved = -heapq.heappushpop(low, -value)
        heapq.heappush(high, moved)
        low_sum, high_sum = low_sum + value - moved, high_sum + moved
        if len(high) > len(low):
            moved = heapq.heappop(high)
            heapq.heappush(low, -moved)
            low_sum, high_sum = low_sum + moved, high_sum - moved
        median = -low[0]
        found.append(high_sum - median * len(high) + median * len(low) - low_sum)
    return found


def _split(values: Sequence[float], offset: int) -> list[tuple[int, float]]:
    if len(values) < 2 or min(values) == max(values):
        return []
    p = pettitt_p(values)
    if p > ALPHA:
        return []
    index = best_split(values)
    left, right = values[:index], values[index:]
    before, after = statistics.median(left), statistics.median(right)
    if abs(after - before) <= MINIMUM_EFFECT * abs(before):
        return []
    return [*_split(left, offset), (offset + index, p), *_split(right, offset + index)]


def _statistic(ranks: NDArray[np.float64]) -> NDArray[np.float64]:
    """The largest |2 * (sum of the first t ranks) - t * (n + 1)|, t = 1 .. n - 1, per row."""
    import numpy as np

    count = ranks.shape[1]
    t = np.arange(1, count)
    result: NDArray[np.float64] = np.abs(
        2 * np.cumsum(ranks, axis=1)[:, :-1] - t * (count + 1)
    ).max(axis=1)
    return result


def _midranks(values: Sequence[float]) -> NDArray[np.float64]:
    """Ranks from 1; equal values share the mean of theirs."""
    import numpy as np

    _, inverse, counts = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks: NDArray[np.float64] = (ends - (counts - 1) / 2)[inverse].astype(np.float64)
    return ranks
