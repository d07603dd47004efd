"""What each inference took, from a meter's samples and the board's own times. Pure.

Three clocks are brought together by what can only be late, never early:

- the board's and the host's: a result comes after the inference has ended, and the board begins
  after it was asked to. Between these two lies the difference of the clocks.
- the meter's and the host's: a sample comes after it was measured, and the freshest of each second
  is no older than the meter says (`delay_s`).

How far the clocks may still be apart is tried out: the energy in a window that is shifted by as
much, and by how much it differs, is the uncertainty of the synchronization.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.facts.energy import EnergyFacts, EnergyRecord, PowerTrace
from hil.judge.answers import in_order

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.facts.records import InferenceRecord

    _Array = NDArray[np.float64]

_DRIFT = 1e-3
"""Seconds by which two clocks part in a second at most; quartzes part by a tenth of that."""
_BLOCK_S = 1.0
_SHIFTS = 21
_FEWEST_SAMPLES = 10
"""Of the meter in an inference; fewer say little of it."""
_GAP = 3.0
"""Steps of the meter from one sample to the next that are no gap."""
_SAME_LENGTH = 0.1

NO_SAMPLES = "the meter has no samples of them"
TOO_FEW = f"the meter takes fewer than {_FEWEST_SAMPLES} samples in one"
APART = "the clocks of board and host contradict each other"
LATE = "the meter's samples came late or were lost"
NO_MARK = "the marker does not show them"


@dataclass(frozen=True, slots=True)
class _Bounds:
    """The difference of two clocks over time: between `low` and `high`, seconds."""

    at_s: _Array
    low: _Array
    high: _Array

    def around(self, at_s: float) -> tuple[float, float]:
        """(middle, half of the width) at a time; the width is negative for a contradiction."""
        import numpy as np

        place = int(np.abs(self.at_s - at_s).argmin())
        low, high = float(self.low[place]), float(self.high[place])
        return (low + high) / 2, (high - low) / 2


class _MissedError(Exception):
    """Why an inference has no energy."""


def inference_energy(
    inferences: Sequence[InferenceRecord], trace: PowerTrace, meter: str
) -> tuple[list[EnergyRecord], EnergyFacts]:
    """The energy of every inference that was asked for as the field asks: without a trace of the
    operators, which takes time of its own. `meter`: its name."""
    import numpy as np

    usable = [one for one in in_order(inferences) if _usable(one)]
    records: list[EnergyRecord] = []
    apart_us: list[float] = []
    missed: Counter[str] = Counter()
    power = _Power(trace) if len(trace.times_s) > 1 else None
    of_meter = _meter_clock(trace)
    of_board = {boot: _board_clock([one for one in usable if one.boot == boot])
                for boot in {one.boot for one in usable}}  # fmt: skip
    for one in usable:
        try:
            if power is None:
                raise _MissedError(NO_SAMPLES)
            record, apart_s = _energy(one, of_board[one.boot], of_meter, power)
        except _MissedError as why:
            missed[str(why)] += 1
        else:
            records.append(record)
            apart_us.append(apart_s * 1e6)
    facts = EnergyFacts(
        meter=meter,
        rate_hz=0.0 if power is None else round(1 / power.step_s, 3),
        sync_us=round(float(np.median(apart_us)), 1) if apart_us else 0.0,
        by_marker=trace.marker is not None,
        missed=tuple(sorted(missed.items())),
    )
    return records, facts


def _usable(one: InferenceRecord) -> bool:
    return not (one.asked.traced or one.asked.replayed or one.synthetic or one.experiment)


def _energy(
    one: InferenceRecord, of_board: _Bounds, of_meter: _Bounds, power: _Power
) -> tuple[EnergyRecord, float]:
    import numpy as np

    start_s = _began_s(one)
    end_s = start_s + one.times.invoke_us / 1e6
    to_host, apart_s = of_board.around(one.at_s)
    if not 0 <= apart_s < np.inf:
        raise _MissedError(APART)
    from_meter, late_s = of_meter.around(end_s + to_host)
    if late_s < 0:
        raise _MissedError(LATE)
    shift_s, apart_s = to_host - from_meter, apart_s + late_s
    window = (start_s + shift_s, end_s + shift_s)
    if power.trace.marker is not None:
        window, apart_s = power.marked(window, apart_s), power.step_s / 2
    samples = power.check(window, apart_s)
    energy_j, sync_j, sampling_j = power.energy(window, apart_s)
    return (
        EnergyRecord(
            one.boot,
            one.count,
            round(energy_j * 1e6, 3),
            round(sync_j * 1e6, 3),
            round(sampling_j * 1e6, 3),
            samples,
        ),
        apart_s,
    )


def _began_s(one: InferenceRecord) -> float:
    """When the stage `invoke` began, by the board's clock."""
    return (one.finished_us - one.times.cam_us - one.times.invoke_us) / 1e6


class _Power:
    """A trace that can be asked for the energy between two times."""

    def __init__(self, trace: PowerTrace) -> None:
        import numpy as np

        self.trace = trace
        self.step_s = float(np.median(np.diff(trace.times_s)))
        self._parts = [_cumulated(trace.times_s[n::k], trace.power_w[n::k])
                       for k, n in ((1, 0), (2, 0), (2, 1))]  # fmt: skip
        self._gaps = np.flatnonzero(np.diff(trace.times_s) > _GAP * self.step_s)
        self._marked = _intervals(trace)

    def check(self, window: tuple[float, float], apart_s: float) -> int:
        """How many samples are in it. Raises _MissedError where there are too few, or a gap."""
        import numpy as np

        times = self.trace.times_s
        low, high = window[0] - apart_s, window[1] + apart_s
        if low < times[0] or high > times[-1]:
            raise _MissedError(NO_SAMPLES)
        first, last = np.searchsorted(times, (low, high))
        if ((self._gaps >= first - 1) & (self._gaps < last)).any():
            raise _MissedError(LATE)
        inside = int(np.diff(np.searchsorted(times, window))[0])
        if inside < _FEWEST_SAMPLES:
            raise _MissedError(TOO_FEW)
        return inside

    def energy(self, window: tuple[float, float], apart_s: float) -> tuple[float, float, float]:
        """(energy, uncertainty by synchronization, by sampling), joules."""
        import numpy as np

        def between(part: tuple[_Array, _Array], shifts: _Array) -> _Array:
            ends = np.interp(window[1] + shifts, *part)
            return np.asarray(ends - np.interp(window[0] + shifts, *part))

        shifts = np.linspace(-apart_s, apart_s, _SHIFTS)
        whole, *halves = self._parts
        energy = float(between(whole, np.zeros(1))[0])
        sync = float(np.abs(between(whole, shifts) - energy).max())
        others = [float(between(half, np.zeros(1))[0]) for half in halves]
        return energy, sync, max(abs(other - energy) for other in others)

    def marked(self, window: tuple[float, float], apart_s: float) -> tuple[float, float]:
        """The marked time that is this window. Raises _MissedError where it is not the only one."""
        length = window[1] - window[0]
        first = bisect_left(self._marked, window[0] - apart_s, key=lambda one: one[1])
        last = bisect_left(self._marked, window[1] + apart_s, key=lambda one: one[0])
        found = [
            (start, end)
            for start, end in self._marked[first:last]
            if abs(end - start - length) <= _SAME_LENGTH * length + 2 * self.step_s
        ]
        if len(found) != 1:
            raise _MissedError(NO_MARK)
        return found[0]


def _cumulated(times_s: _Array, power_w: _Array) -> tuple[_Array, _Array]:
    """(times, energy up to each), by trapezoids."""
    import numpy as np

    steps = np.diff(times_s) * (power_w[1:] + power_w[:-1]) / 2
    return times_s, np.concatenate([[0.0], np.cumsum(steps)])


def _intervals(trace: PowerTrace) -> list[tuple[float, float]]:
    """When the marker was high, from its rise to its fall, each between two samples."""
    import numpy as np

    if trace.marker is None:
        return []
    high = (trace.marker >= 0.5).astype(np.int8)
    edges = np.flatnonzero(np.diff(high))
    middles = (trace.times_s[edges] + trace.times_s[edges + 1]) / 2
    times = [float(time) for time in (middles[1:] if high[0] else middles)]
    return list(zip(times[::2], times[1::2], strict=False))  # the last may not have fallen


def _board_clock(stamps: Sequence[InferenceRecord]) -> _Bounds:
    """Host minus board, at the results of one start of the board."""
    import numpy as np

    at_s = np.array([one.at_s for one in stamps])
    high = _lowest(at_s, np.array([one.at_s - one.finished_us / 1e6 for one in stamps]))
    earliest = [
        -np.inf if one.requested_s is None else one.requested_s - _began_s(one) for one in stamps
    ]
    low = -_lowest(at_s, -np.array(earliest))
    return _Bounds(at_s, low, high)


def _meter_clock(trace: PowerTrace) -> _Bounds:
    """Host minus meter, for every second in which samples came."""
    import numpy as np

    if not len(trace.arrivals):
        return _Bounds(*(np.zeros(1) for _ in range(3)))
    meter_s, at_s = trace.arrivals[:, 0], trace.arrivals[:, 1]
    block = np.floor((at_s - at_s[0]) / _BLOCK_S).astype(np.intp)
    starts = np.flatnonzero(np.diff(block, prepend=-1))
    soonest = np.minimum.reduceat(at_s - meter_s, starts)
    middle_s = at_s[0] + (block[starts] + 0.5) * _BLOCK_S
    high = _lowest(middle_s, soonest)
    # A block whose freshest sample is too old tells nothing: it has no width.
    prompt = soonest <= high + trace.delay_s
    low = np.where(prompt, high - trace.delay_s, high + 1.0)
    return _Bounds(middle_s, low, high)


def _lowest(at_s: _Array, values: _Array) -> _Array:
    """For each time the lowest bound that it has by itself or by another, clocks' drift added."""
    import numpy as np

    found = values.copy()
    steps = _DRIFT * np.abs(np.diff(at_s))
    for n in range(1, len(found)):
        found[n] = min(found[n], found[n - 1] + steps[n - 1])
    for n in range(len(found) - 2, -1, -1):
        found[n] = min(found[n], found[n + 1] + steps[n])
    return np.asarray(found, np.float64)
