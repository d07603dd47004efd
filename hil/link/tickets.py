"""What a caller of the session waits for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from hil.errors import HilError
from hil.link.stats import LinkStats

_T = TypeVar("_T")


@dataclass(eq=False)
class Ticket(Generic[_T]):
    """One awaited answer: exactly one of `value`, `error` and `expired` is set in the end."""

    what: str
    seconds: float  # granted, from the moment when nothing else is waited for first
    stats_before: LinkStats = field(repr=False)
    expires_at: float | None = None
    value: _T | None = None
    error: HilError | None = None
    expired: bool = False

    @property
    def done(self) -> bool:
        return self.value is not None or self.error is not None or self.expired


def heard(stats: LinkStats) -> str:
    """What came while an answer did not, for the message of a time-out."""
    if stats.bytes_in == 0:
        return "the board sent nothing"
    parts = [
        f"{count} {what}"
        for count, what in (
            (stats.frames_in, "other frames"),
            (stats.damaged, "damaged frames"),
            (stats.stale + stats.duplicates, "answers to earlier requests"),
            (stats.malformed, "frames that are no reply of this protocol"),
            (stats.bad_requests, "refusals of a request as invalid"),
            (stats.busy, "refusals because the board is busy"),
            (stats.incomplete, "refusals because chunks are missing"),
            (stats.damaged_at_board, "reports of a damaged frame that it received"),
            (stats.overruns, "reports of bytes that it did not take in time"),
            (stats.console_bytes, "bytes of console text"),
        )
        if count
    ]
    return f"the board sent {', '.join(parts) or f'{stats.bytes_in} unfinished bytes'}"
