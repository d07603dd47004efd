"""What a serial line does to bytes: time, bit errors, lost and doubled frames. Pure.

Every random choice comes from a generator seeded per direction and is drawn per bit or
per frame, never per read: the same bytes with the same seed give the same result,
whatever pieces they arrive in.
"""

from __future__ import annotations

import math
import random
from collections import deque
from dataclasses import dataclass

BITS_PER_BYTE = 10  # 8N1: start bit, 8 data bits, stop bit
# Rates may differ by this much before bytes are garbled: half a bit in the ten of a byte.
BAUD_TOLERANCE = 0.03
_DELIMITER = 0
# A longer segment is console text, not a frame: it is not kept for doubling.
_MAX_SEGMENT = 8192
_NEGLIGIBLE_RATE = 1e-15
_NEVER = 1 << 62


@dataclass
class _Run:
    start_s: float
    byte_s: float
    data: bytes
    taken: int = 0


class Pacer:
    """Delivers bytes when their stop bit would have passed on a line of `baud`.

    Each run of bytes is timed from its own start, so that rounding does not add up.
    """

    def __init__(self, baud: int) -> None:
        self._byte_s = BITS_PER_BYTE / baud
        self._runs: deque[_Run] = deque()
        self._free_at = -math.inf
        self.queued = 0

    def set_baud(self, baud: int) -> None:
        """For bytes that are pushed from now on; what is queued keeps its rate."""
        self._byte_s = BITS_PER_BYTE / baud

    def push(self, data: bytes, now: float) -> None:
        """Puts bytes on the line, behind those that are still on it."""
        start = max(now, self._free_at)
        self._runs.append(_Run(start, self._byte_s, data))
        self._free_at = start + len(data) * self._byte_s
        self.queued += len(data)

    def due(self, now: float) -> bytes:
        """Takes the bytes that are complete by `now`."""
        parts = []
        while self._runs:
            run = self._runs[0]
            # The small addend keeps a byte that ends exactly now from being rounded away.
            complete = min(len(run.data), math.floor((now - run.start_s) / run.byte_s + 1e-6))
            if complete > run.taken:
                parts.append(run.data[run.taken : complete])
                run.taken = complete
            if run.taken < len(run.data):
                break
            self._runs.popleft()
        data = b"".join(parts)
        self.queued -= len(data)
        return data

    def next_due(self, batch_s: float) -> float | None:
        """When to call `due` next: once a batch of `batch_s` is complete, or what is left."""
        if not self._runs:
            return None
        run = self._runs[0]
        batch = max(1, int(batch_s / run.byte_s))
        return run.start_s + min(len(run.data), run.taken + batch) * run.byte_s

    def clear(self) -> None:
        """Forgets what is on the line."""
        self._runs.clear()
        self._free_at = -math.inf
        self.queued = 0


@dataclass(frozen=True)
class NoiseRates:
    """How bad the line is. Rates are probabilities: per bit, per frame, per frame.

    `deaf_above`, `mute_above`: at a faster rate, in baud, nothing readable arrives at the board,
    or from it. A line may fail in one direction alone.
    """

    bit_error_rate: float = 0.0
    drop_rate: float = 0.0
    duplicate_rate: float = 0.0
    seed: int = 1
    deaf_above: int | None = None
    mute_above: int | None = None

    @property
    def quiet(self) -> bool:
        return not (self.bit_error_rate or self.drop_rate or self.duplicate_rate)


class Noise:
    """One direction of a noisy line. `direction` separates the two random sequences."""

    def __init__(self, rates: NoiseRates, direction: str) -> None:
        self._rates = rates
        self._frames = random.Random(f"frames {direction} {rates.seed}")
        self._bits = random.Random(f"bits {direction} {rates.seed}")
        self._next_error = self._gap()
        self._inside = False  # between the first byte of a frame and its delimiter
        self._after_delimiter = False
        self._dropping = False
        self._copy: bytearray | None = None
        self.dropped = 0
        self.duplicated = 0
        self.flipped_bits = 0

    def feed(self, data: bytes) -> bytes:
        """What arrives at the other end when `data` is sent."""
        rates = self._rates
        if rates.drop_rate or rates.duplicate_rate:
            data = self._frame_noise(data)
        return self._bit_noise(data) if rates.bit_error_rate else data

    def _frame_noise(self, data: bytes) -> bytes:
        out = bytearray()
        start = 0
        while start < len(data):
            end = data.find(_DELIMITER, start)
            piece = data[start : end if end >= 0 else len(data)]
            if piece:
                self._segment(piece, out)
            if end < 0:
                break
            self._delimiter(out)
            start = end + 1
        return bytes(out)

    def _segment(self, piece: bytes, out: bytearray) -> None:
        if self._after_delimiter and not self._inside:
            chance = self._frames.random()
            self._dropping = chance < self._rates.drop_rate
            doubled = not self._dropping and (
                chance < self._rates.drop_rate + self._rates.duplicate_rate
            )
            self._copy = bytearray() if doubled else None
            self._inside = True
            self.dropped += self._dropping
        if self._dropping:
            return
        out += piece
        if self._copy is not None:
            self._copy += piece
            if len(self._copy) > _MAX_SEGMENT:
                self._copy = None

    def _delimiter(self, out: bytearray) -> None:
        out.append(_DELIMITER)
        if self._copy is not None:
            out += self._copy
            out.append(_DELIMITER)
            self.duplicated += 1
        self._after_delimiter = True
        self._inside = self._dropping = False
        self._copy = None

    def _bit_noise(self, data: bytes) -> bytes:
        bits = len(data) * 8
        if self._next_error >= bits:
            self._next_error -= bits
            return data
        noisy = bytearray(data)
        while self._next_error < bits:
            noisy[self._next_error // 8] ^= 1 << (self._next_error % 8)
            self.flipped_bits += 1
            self._next_error += 1 + self._gap()
        self._next_error -= bits
        return bytes(noisy)

    def _gap(self) -> int:
        """Good bits until the next bad one: geometric, drawn by inversion."""
        rate = self._rates.bit_error_rate
        if rate < _NEGLIGIBLE_RATE:
            return _NEVER
        if rate >= 1:
            return 0
        return int(math.log(1.0 - self._bits.random()) / math.log1p(-rate))


class Garbler:
    """What a UART reads at the wrong rate: as many bytes, each of them wrong."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(f"garble {seed}")

    def feed(self, data: bytes) -> bytes:
        return bytes(byte ^ self._random.randrange(1, 256) for byte in data)


def rates_match(one: int, other: int) -> bool:
    """True when two UARTs of these rates understand each other."""
    return abs(one - other) <= BAUD_TOLERANCE * min(one, other)
