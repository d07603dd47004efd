"""When bytes that were handed to the operating system have left the serial line."""

from __future__ import annotations

BITS_PER_BYTE = 10  # 8N1


class LineClock:
    """Estimates when sent bytes leave the line, so that queueing is not taken for a slow board.

    An answer proves that everything up to its request has left. Where answers come long before
    that could be, the line has no such rate (a pseudo terminal), and bytes take no time.
    """

    def __init__(self, baud: int | None = None) -> None:
        self._seconds_per_byte = BITS_PER_BYTE / baud if baud else 0.0
        self.position = 0  # bytes sent so far
        self._free_at = 0.0

    def set_baud(self, baud: int) -> None:
        self._seconds_per_byte = BITS_PER_BYTE / baud

    def seconds(self, size: int) -> float:
        """What so many bytes take."""
        return size * self._seconds_per_byte

    def send(self, size: int, now: float) -> float:
        """Counts `size` bytes as sent; returns when the last of them leaves."""
        self.position += size
        self._free_at = max(now, self._free_at) + size * self._seconds_per_byte
        return self._free_at

    def left(self, position: int, sent_at: float, leaves_at: float, now: float) -> None:
        """The bytes up to `position` have left by now, whatever was expected (`leaves_at`)."""
        if now - sent_at < (leaves_at - sent_at) / 2:
            self._seconds_per_byte = 0.0
        behind = (self.position - position) * self._seconds_per_byte
        self._free_at = min(self._free_at, now + behind)
