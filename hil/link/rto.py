"""Retransmission timer (RFC 6298), for answers of the board."""

from __future__ import annotations

_ALPHA = 1 / 8
_BETA = 1 / 4
_VARIATIONS = 4
_GRANULARITY_S = 0.001


class RetransmissionTimer:
    """How long to wait for an answer, learnt from how long answers took. Times in seconds.

    `interval_s`: the time after which an unanswered message counts as lost. `smoothed_s`,
    `fastest_s`: round-trip times; None before the first sample.
    """

    def __init__(self, *, floor_s: float, initial_s: float, ceiling_s: float) -> None:
        self.interval_s = initial_s
        self.smoothed_s: float | None = None
        self.fastest_s: float | None = None
        self._floor_s = floor_s
        self._ceiling_s = ceiling_s
        self._variation_s = 0.0

    def sample(self, seconds: float) -> None:
        """Learns from one answer to a message that was sent once (Karn's algorithm)."""
        if self.smoothed_s is None or self.fastest_s is None:
            self.smoothed_s = self.fastest_s = seconds
            self._variation_s = seconds / 2
        else:
            deviation = abs(self.smoothed_s - seconds)
            self._variation_s += _BETA * (deviation - self._variation_s)
            self.smoothed_s += _ALPHA * (seconds - self.smoothed_s)
            self.fastest_s = min(seconds, self.fastest_s)
        spread = max(_GRANULARITY_S, _VARIATIONS * self._variation_s)
        self.interval_s = self._limited(self.smoothed_s + spread)

    def back_off(self) -> None:
        """Doubles the interval after a time-out, until the next sample."""
        self.interval_s = self._limited(2 * self.interval_s)

    def _limited(self, seconds: float) -> float:
        return min(max(seconds, self._floor_s), self._ceiling_s)
