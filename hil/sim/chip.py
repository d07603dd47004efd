"""What only a chip has, played: figures that somebody chose, the clock, and the camera's failures.

They lie in a page of memory that the board's process shares with the program that runs on it. No
figure of it was measured, so nobody may judge by it.
"""

from __future__ import annotations

import ctypes
import mmap
from dataclasses import dataclass, field, fields
from typing import Any

from hil.errors import UsageError
from hil.sim import abi

HOOK_NONE, HOOK_FAULT, HOOK_ABORT, HOOK_HANG = range(4)

Heap = tuple[int, int, int]
"""Bytes: free, the least that were ever free, the largest block."""

_U32 = 0xFFFFFFFF
_TASK_BYTES = 16
_MOST_SKIPPED_S = 7 * 86_400.0


@dataclass(frozen=True)
class Figures:
    """What the board reports of itself, chosen and not measured.

    Attributes:
        cycles_per_us: of the processor; then the board counts cycles and tells times of operators,
            equal shares of the inference's. 0: it does not. Counts from the next reset on.
        heap, psram: None where the board has none.
        stacks: (task, bytes never used) of at most four tasks.
    """

    cycles_per_us: int = 0
    heap: Heap | None = None
    psram: Heap | None = None
    stacks: tuple[tuple[str, int], ...] = field(default=())

    def __post_init__(self) -> None:
        heaps = [self.heap or (0, 0, 0), self.psram or (0, 0, 0)]
        _check(all(len(heap) == 3 for heap in heaps), "a heap is three numbers of bytes")
        _check(len(self.stacks) <= abi.MAX_STACKS, f"at most {abi.MAX_STACKS} stacks fit")
        names = [name for name, _ in self.stacks]
        fitting = all(name.isascii() and 1 <= len(name) <= _TASK_BYTES for name in names)
        _check(fitting, f"a task has a name of 1 to {_TASK_BYTES} characters of ASCII")
        numbers = [self.cycles_per_us, *(n for heap in heaps for n in heap)]
        numbers += [never_used for _, never_used in self.stacks]
        _check(all(0 <= number <= _U32 for number in numbers), "figures are from 0 to 2^32 - 1")

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Figures:
        """Raises UsageError for what is no figure."""
        unknown = set(values) - {each.name for each in fields(cls)}
        _check(not unknown, f"no figure is called {', '.join(sorted(unknown))}")
        heaps = {name: None if values.get(name) is None else tuple(values[name]) for name in _HEAPS}
        stacks = tuple((str(name), int(unused)) for name, unused in values.get("stacks", ()))
        return cls(int(values.get("cycles_per_us", 0)), stacks=stacks, **heaps)


_HEAPS = ("heap", "psram")
_COUNTS = ("waits", "captures", "failures", "restarts", "shown", "led")


class _Page(ctypes.Structure):
    _fields_ = [("chip", abi.HostChip), ("hook", ctypes.c_uint32)]


class Chip:
    """The page, seen from either process."""

    def __init__(self, memory: mmap.mmap) -> None:
        self._page = _Page.from_buffer(memory)
        self._words = self._page.chip

    @property
    def address(self) -> int:
        """Of the `camhil_host_chip`."""
        return ctypes.addressof(self._words)

    @property
    def hook(self) -> int:
        """How the next inference fails (HOOK_); the engine takes it back."""
        return int(self._page.hook)

    @hook.setter
    def hook(self, hook: int) -> None:
        self._page.hook = hook

    def begin(self) -> None:
        """At a reset: the clock and the counts start anew; figures and a camera's failures stay."""
        self._page.hook = HOOK_NONE
        for name in ("skipped_us", "baud", *_COUNTS):
            setattr(self._words, name, 0)

    @property
    def baud(self) -> int:
        """The rate that the firmware has changed to; 0: none since its start."""
        return int(self._words.baud)

    def set_figures(self, figures: Figures) -> None:
        words = self._words
        words.cycles_per_us = figures.cycles_per_us
        for name in _HEAPS:
            heap = getattr(figures, name)
            setattr(words, f"has_{name}", heap is not None)
            setattr(words, name, abi.HostHeap(*(heap or (0, 0, 0))))
        for index, (task, never_used) in enumerate(figures.stacks):
            words.stacks[index] = abi.HostStack(task.encode(), never_used)
        words.stack_count = len(figures.stacks)

    def skip(self, seconds: float) -> None:
        """Lets so much time pass on the board's clock at once."""
        skipped_us = self._words.skipped_us + round(seconds * 1e6)
        _check(seconds >= 0.0, "time does not go back")
        _check(skipped_us <= _MOST_SKIPPED_S * 1e6, "a week is the most that can be skipped")
        self._words.skipped_us = skipped_us

    def fail_camera(self, how: str, times: int | None) -> None:
        """Lets frames fail; `times` None: until the firmware starts the camera anew."""
        _check(how in abi.CAMERA_FAULTS, f"a camera fails as {', '.join(abi.CAMERA_FAULTS)}")
        _check(times is None or 0 <= times < abi.UNTIL_RESTART, "frames are counted from 0 on")
        self._words.camera_faults = 0
        self._words.camera_fault = abi.CAMERA_FAULTS[how]
        self._words.camera_faults = abi.UNTIL_RESTART if times is None else times

    def counts(self) -> dict[str, int]:
        """What the firmware did since its start, as of `camhil_host_chip`."""
        return {name: int(getattr(self._words, name)) for name in _COUNTS}


def _check(good: bool, what: str) -> None:
    if not good:
        raise UsageError(what, where="simulated board", hint="see hil.sim.chip")
