"""When bytes that were handed to the operating system have left the serial line."""

from __future__ import annotations

_BITS_PER_BYTE = 10  # 8N1


class LineClock:
    """Estimates when sent bytes leave the line, so that queueing is not taken for a slow board.

    A transport that is faster than its nominal rate (a pseudo terminal) corrects the estimate:
    an answer proves that everything up to its request has left.
    """

    def __init__(self, baud: int | None = None) -> None:
        self._seconds_per_byte = _BITS_PER_BYTE / baud if baud else 0.0
        self._position = 0
        self._free_at = 0.0

    def set_baud(self, baud: int) -> None:
        self._seconds_per_byte = _BITS_PER_BYTE / baud

    @property
    def position(self) -> int:
        """Bytes sent so far."""
        return self._position

    def send(self, size: int, now: float) -> float:
        """Counts `size` bytes as sent; returns when the last of them leaves."""
        self._position += size
        self._free_at = max(now, self._free_at) + size * self._seconds_per_byte
        return self._free_at

    def left(self, position: int, now: float) -> None:
        """The bytes up to `position` have left by now."""
        behind = (self._position - position) * self._seconds_per_byte
        self._free_at = min(self._free_at, now + behind)
