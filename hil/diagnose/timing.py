"""Times and counters: units, ticks, clocks that wrap or stand still. By the host's clock.

The host knows how long it waited for a result. What upload, preprocessing and map do not
account for is the inference, the way there and back included: an upper bound that is close
where an inference takes longer than the line. Of an emulator's virtual time only its own
figures are looked at.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from hil.diagnose.catalogue import finding
from hil.facts.diagnosis import Finding
from hil.facts.records import InferenceRecord
from hil.facts.run import Run
from hil.judge.answers import in_order
from hil.judge.pace import pace

_FEWEST = 5
_NEAR = 1.35
"""How far, as a factor, a unit may be from what was measured."""
_SHORTEST, _LONGEST = 0.5, 8.0
"""Host's time by the board's for an inference: what is out of this is no microsecond."""
_COARSE_US = 100
_WHOLE = 0.02
"""How far, as a share, a tick may be from whole microseconds."""

# (factor that makes microseconds of it, id, parameters)
_UNITS: tuple[tuple[float, str, dict[str, object]], ...] = (
    (1e3, "timing.milliseconds", {}),
    (1e6, "timing.seconds", {}),
    (1e-3, "timing.nanoseconds", {}),
    (1e4, "timing.ticks", {"tick": "10 ms"}),
    (1 / 80, "timing.cycles", {"mhz": 80}),
    (1 / 160, "timing.cycles", {"mhz": 160}),
    (1 / 240, "timing.cycles", {"mhz": 240}),
)
_WRAPPING = (1, 80, 160, 240, 40, 1000)
"""Counts a microsecond of counters that may wrap: of us, of cycles, of ns."""


def findings(run: Run) -> Iterator[Finding]:
    """What is wrong with times and counters; nothing without a test that failed."""
    records = run.inferences
    if len(records) < _FEWEST or not any(t.outcome == "failed" for t in run.tests):
        return
    stale = _repeated(records)
    if stale is not None:
        yield stale
        return
    ordered = in_order(records)
    wrapped = _clock_jumps(ordered)
    if wrapped is not None:
        yield wrapped
        return
    # An emulator's virtual time is not the host's; nothing can be told by comparing them.
    by_host = run.board is None or run.board.time_base != "virtual"
    slow = _pace(run)
    if slow is not None:
        yield slow
        return
    unit = _unit(records) if by_host else None
    if unit is not None:
        yield unit
    else:
        yield from _resolution(records)
    count = _count(ordered)
    if count is not None:
        yield count


def _unit(records: Sequence[InferenceRecord]) -> Finding | None:
    """Is the time of an inference in another unit?"""
    spent = [(_unexplained_us(r), r.times.invoke_us) for r in records]
    ratios = [wait / invoke for wait, invoke in spent if invoke > 0 and wait > 0]
    if len(ratios) < len(records) / 2:
        return None
    ratio = median(ratios)
    if _SHORTEST <= ratio <= _LONGEST:
        return None
    wait, invoke = (median(part) for part in zip(*spent, strict=True))
    factor, name, parameters = min(_UNITS, key=lambda u: abs(math.log(ratio / u[0])))
    if not 1 / _NEAR <= ratio / factor <= _NEAR:
        if ratio < 1:
            how = f"{invoke:.0f} us, where the host waited {wait:.0f} us"
            evidence = f"in {len(records)} results"
            return _finding("timing.too-long", evidence, stage="invoke_us", how=how)
        return None
    evidence = (
        f"in {len(records)} of {len(records)} results invoke_us fits the host's clock in this "
        f"unit: {invoke:.0f} is {invoke * factor:.0f} us, the host waited {wait:.0f} us"
    )
    return _finding(name, evidence, stage="invoke_us", **parameters)


def _resolution(records: Sequence[InferenceRecord]) -> Iterator[Finding]:
    values = [r.times.invoke_us for r in records]
    evidence = f"in {len(values)} of {len(values)} results"
    if len(set(values)) == 1:
        yield _finding("timing.stopped", evidence, stage="invoke_us", value=values[0])
        return
    step = functools.reduce(math.gcd, values)
    if step >= _COARSE_US:
        yield _finding("timing.ticks", evidence, stage="invoke_us", tick=f"{step} us")


def old_results(records: Sequence[InferenceRecord]) -> int:
    """How many results came twice: with the same count and time on the board's clock."""
    return len(records) - len({(r.boot, r.count, r.finished_us) for r in records})


def _repeated(records: Sequence[InferenceRecord]) -> Finding | None:
    again = old_results(records)
    if not again:
        return None
    how = f"{again} of {len(records)} results are old ones, sent again with count and time"
    return _finding("timing.counter", "count and clock of two results are the same", how=how)


def _clock_jumps(records: Sequence[InferenceRecord]) -> Finding | None:
    """A clock that goes back: by what a counter of 32 bits wraps, or otherwise."""
    jumps = [
        (a, b) for a, b in pairwise(records) if a.boot == b.boot and b.finished_us < a.finished_us
    ]
    if not jumps:
        return None
    before, after = jumps[0]
    passed_us = (after.at_s - before.at_s) * 1e6
    lost = before.finished_us + passed_us - after.finished_us
    text = f"from {before.finished_us} us back to {after.finished_us} us, {len(jumps)} times"
    for bits in (32, 24, 16):
        for per_us in _WRAPPING:
            whole = (1 << bits) / per_us
            if before.finished_us > whole:
                continue  # it counts beyond that
            if whole > 1e5 and abs(lost - whole) <= max(0.02 * whole, 5e4):
                unit = "us" if per_us == 1 else f"1/{per_us} us"
                how = f"{text}: {bits} bits of {unit} wrap every {whole / 1e6:.1f} s"
                return _finding("timing.wrapped", how, stage="the clock", bits=bits)
    return _finding("timing.backwards", text)


def _pace(run: Run) -> Finding | None:
    """A clock that runs, but not as fast as the host's."""
    found = pace(run.inferences, run.time_base)
    if found is None or not found.wrong or found.speed <= 0:
        return None
    speed, evidence = found.speed, str(found)
    for factor, name, parameters in _UNITS:
        if 1 / 1.1 <= 1 / speed / factor <= 1.1:
            return _finding(name, evidence, stage="the clock", **parameters)
    tick = 1 / speed
    if round(tick) < 2 or abs(tick - round(tick)) > _WHOLE * tick:
        how = f"{abs(speed - 1):.2%} too {'fast' if speed > 1 else 'slow'}"
        return _finding("timing.pace", evidence, how=how)
    tick_text = f"{round(tick)} us"
    return _finding("timing.ticks", evidence, stage="the clock", tick=tick_text)


def _count(records: Sequence[InferenceRecord]) -> Finding | None:
    back = [(a, b) for a, b in pairwise(records) if a.boot == b.boot and b.count < a.count]
    if back:
        (before, after), *_ = back
        how = f"after {before.count} comes {after.count}"
        return _finding("timing.counter", f"{len(back)} times", how=how)
    steps = [b.count - a.count for a, b in pairwise(records) if a.boot == b.boot]
    if len(steps) < _FEWEST:
        return None
    usual = max(set(steps), key=steps.count)
    if usual == 1 or steps.count(usual) < 0.8 * len(steps):
        return None
    how = "it does not count" if usual == 0 else f"it rises by {usual} with every inference"
    evidence = f"in {steps.count(usual)} of {len(steps)} results"
    return _finding("timing.counter", evidence, how=how)


def _unexplained_us(record: InferenceRecord) -> float:
    """What the host waited beyond upload, preprocessing and map."""
    t = record.times
    return float(t.round_trip_us - t.upload_us - t.preprocess_us - t.cam_us)


def _finding(name: str, evidence: str, **parameters: object) -> Finding:
    return finding(name, "timing", evidence, **parameters)
