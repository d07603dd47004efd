"""One deadline, passed down, instead of a time-out per call."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

Clock = Callable[[], float]


@dataclass(frozen=True)
class Deadline:
    """A moment on a monotonic clock; `seconds` is what was granted, for messages."""

    at: float
    seconds: float
    clock: Clock = field(default=time.monotonic, repr=False)

    @classmethod
    def after(cls, seconds: float, clock: Clock = time.monotonic) -> Deadline:
        """The moment `seconds` from now."""
        return cls(clock() + seconds, seconds, clock)

    def remaining(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self.at - self.clock())

    def expired(self) -> bool:
        return self.clock() >= self.at

    def capped(self, seconds: float) -> float:
        """The time for one wait: `seconds`, or less where less is left."""
        return min(seconds, self.remaining())
