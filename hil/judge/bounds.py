"""Figures that cannot be, whatever board it is: times and cycles, memory. Pure.

Bounds come from what is known: the parts of a time are no longer than the whole, a mark of the
lowest level never rises, one clock counts both microseconds and cycles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from hil.judge.answers import in_order

if TYPE_CHECKING:
    from hil.facts.image import OpFacts
    from hil.facts.records import HeapFacts, InferenceRecord, MemoryFacts, MemoryRecord

_SLACK_US = 1000
_ROUNDED_US = 10
_MHZ = (1, 2000)
_MHZ_APART = 0.05
_CYCLES_SLACK_US = 20
_INTERRUPTED = 10
"""One in so many may be interrupted between the readings of its two clocks."""
_WRAPS = 1 << 32
_MOST_HEAP = 1 << 23
"""More RAM than any chip of the family has of its own."""
_MOST_PSRAM = 1 << 26
_MOST_STACK = 1 << 20


def times_fault(inferences: Sequence[InferenceRecord]) -> str:
    """The first time of an inference that cannot be; empty where all can.

    By the board's clock alone, one inference runs after another: the host's wait does not count
    what it waited for the answer before.
    """
    for number, record in enumerate(inferences):
        flaw = _flaw_of_times(record)
        if flaw:
            return f"answer {number} of the run, to a {record.asked.stage}: {flaw}"
    for before, after in pairwise(in_order(inferences)):
        spent, passed = _on_board_us(after), after.finished_us - before.finished_us
        if after.boot == before.boot and 0 < passed < spent - _ROUNDED_US:
            return (
                f"inference {after.count} of a start took {spent} us, and ended {passed} us after "
                "the one before"
            )
    return ""


def _on_board_us(record: InferenceRecord) -> int:
    return record.times.invoke_us + record.times.cam_us


def _flaw_of_times(record: InferenceRecord) -> str:
    times = record.times
    if times.invoke_us <= 0:
        return "invoke_us is 0: the network takes time"
    if record.asked.stage == "tensor" and times.preprocess_us:
        return f"preprocess_us is {times.preprocess_us}, where nothing is preprocessed"
    if record.threshold is None and times.cam_us:
        return f"cam_us is {times.cam_us}, where there is no class activation map"
    return ""


def cycles_fault(inferences: Sequence[InferenceRecord], able: bool) -> str:
    """Cycles that do not go with the microseconds, or are there where the board cannot count.

    `able`: whether it says that it counts cycles.
    """
    counted = [
        (number, record.times.invoke_cycles, record.times.invoke_us)
        for number, record in enumerate(inferences)
        if record.times.invoke_cycles is not None
    ]
    if not able:
        return f"answer {counted[0][0]} of the run has cycles, not a capability" if counted else ""
    missing = [
        number
        for number, record in enumerate(inferences)
        if record.times.invoke_cycles is None
        and (record.times.invoke_us + _SLACK_US) * _MHZ[1] < _WRAPS
    ]
    if missing:
        return f"answer {missing[0]} of the run has no cycles, though the board counts them"
    if not counted:
        return ""
    mhz = median(cycles / max(us, 1) for _, cycles, us in counted)
    if not _MHZ[0] <= mhz <= _MHZ[1]:
        return f"invoke_cycles are {mhz:.2f} for each us of invoke_us"
    apart = [one for one in counted if _apart(one[1], one[2], mhz)]
    if len(apart) > len(counted) // _INTERRUPTED:
        number, cycles, us = apart[0]
        return f"answer {number} of the run: {cycles} cycles in {us} us, usual are {mhz:.0f}"
    return ""


def _apart(cycles: int, us: int, mhz: float) -> bool:
    return abs(cycles - us * mhz) > (_MHZ_APART * us + _CYCLES_SLACK_US) * mhz


def ops_fault(
    traced: Sequence[tuple[str, int | None, Sequence[OpFacts]]],
    mhz: float | None,
    *,
    times: bool,
    cycles: bool,
) -> str:
    """The first time of an operator that cannot be; empty where all can.

    Args:
        traced: (sample, invoke_us, operators) of each traced inference.
        mhz: cycles for a us of the whole inference; None where it is not known.
        times, cycles: whether the board says that it measures them.
    """
    for name, invoke_us, ops in traced:
        apart, both = [], 0
        for op in ops:
            if op.device_crc is None:
                continue
            if (op.device_us is not None) is not (times and op.output == 0):
                return f"{name}: operator {op.place} has {_has(op.device_us)} time"
            if (op.device_cycles is not None) is not (cycles and times and op.output == 0):
                return f"{name}: operator {op.place} has {_has(op.device_cycles)} cycles"
            if mhz is not None and op.device_us is not None and op.device_cycles is not None:
                both += 1
                if _apart(op.device_cycles, op.device_us, mhz):
                    apart.append(
                        f"{name}: operator {op.place} took {op.device_us} us and "
                        f"{op.device_cycles} cycles; the whole took {mhz:.0f} for each us"
                    )
        if len(apart) > both // _INTERRUPTED:
            return apart[0]
        spent = sum(op.device_us or 0 for op in ops)
        if invoke_us is not None and spent > invoke_us + len(ops):
            return f"{name}: its operators took {spent} us together, the whole {invoke_us} us"
    return ""


def usual_mhz(inferences: Sequence[InferenceRecord]) -> float | None:
    """Cycles for a us of inferences; None where nobody counts them."""
    found = [
        r.times.invoke_cycles / r.times.invoke_us
        for r in inferences
        if r.times.invoke_cycles is not None and r.times.invoke_us > 0
    ]
    return median(found) if found else None


def _has(value: int | None) -> str:
    return "no" if value is None else "a"


def memory_fault(memories: Sequence[MemoryRecord], arena_bytes: int, arena_needed: int) -> str:
    """The first figure of memory that cannot be; empty where all can.

    `arena_bytes`: by the board's identity. `arena_needed`: what the network needs at once at least.
    """
    for record in memories:
        flaw = _flaw_of_memory(record.memory, arena_bytes, arena_needed)
        if flaw:
            return flaw
    for before, after in pairwise(memories):
        if before.boot == after.boot:
            for flaw in _risen(before.memory, after.memory):
                return flaw
    return ""


def _flaw_of_memory(memory: MemoryFacts, arena_bytes: int, arena_needed: int) -> str:
    used = memory.arena_used_bytes
    if memory.arena_bytes != arena_bytes:
        return f"the arena has {memory.arena_bytes} bytes, by the identity {arena_bytes}"
    if used is not None and not 0 < used <= arena_bytes:
        return f"{used} of {arena_bytes} bytes of the arena are in use"
    if used is not None and used < arena_needed:
        return f"{used} bytes of the arena are in use, and one operator alone needs {arena_needed}"
    for name, heap, most in (
        ("heap", memory.heap, _MOST_HEAP),
        ("PSRAM", memory.psram, _MOST_PSRAM),
    ):
        flaw = "" if heap is None else _flaw_of_heap(name, heap, most)
        if flaw:
            return flaw
    names = [task for task, _ in memory.stacks]
    if len(set(names)) < len(names):
        return f"two stacks have one name: {', '.join(names)}"
    for task, never_used in memory.stacks:
        if not 0 < never_used < _MOST_STACK:
            return f"{never_used} bytes of the stack of {task} were never used"
    return ""


def _flaw_of_heap(name: str, heap: HeapFacts, most: int) -> str:
    if not 0 < heap.free_bytes <= most:
        return f"{heap.free_bytes} bytes of {name} are free"
    if heap.minimum_free_bytes > heap.free_bytes:
        return (
            f"{heap.free_bytes} bytes of {name} are free, and never were fewer than "
            f"{heap.minimum_free_bytes}"
        )
    if heap.largest_block_bytes > heap.free_bytes:
        return (
            f"{heap.free_bytes} bytes of {name} are free, in a block of {heap.largest_block_bytes}"
        )
    return ""


def _risen(before: MemoryFacts, after: MemoryFacts) -> Iterator[str]:
    """Marks of the lowest level that rose, and what cannot change, changed."""
    marks = [(f"the unused stack of {task}", n) for task, n in before.stacks]
    then = {f"the unused stack of {task}": n for task, n in after.stacks}
    for name, a, b in (("heap", before.heap, after.heap), ("PSRAM", before.psram, after.psram)):
        if a is not None and b is not None:
            marks.append((f"the least free {name}", a.minimum_free_bytes))
            then[marks[-1][0]] = b.minimum_free_bytes
    for what, was in marks:
        if then.get(what, was) > was:
            yield f"{what} rose from {was} to {then[what]} bytes, and it is the least so far"
    if before.static_bytes != after.static_bytes:
        yield f"static_bytes went from {before.static_bytes} to {after.static_bytes}"
