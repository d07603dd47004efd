"""What a bad line may do to bytes, in one direction."""

from __future__ import annotations

import random
from collections.abc import Callable

Filter = Callable[[bytes], bytes]
Made = tuple[str, Callable[[], Filter]]
"""In words, and what makes a filter for one connection."""


def bad_line(draw: random.Random) -> Made:
    return draw.choice((_changed, _lost, _doubled, _translated, _removed))(draw)


def _changed(draw: random.Random) -> Made:
    period, bit = _period(draw), draw.randrange(8)
    return f"bit {bit} of every {period}th byte flips", _every(
        period, lambda byte: bytes([byte ^ 1 << bit])
    )


def _lost(draw: random.Random) -> Made:
    period = _period(draw)
    return f"every {period}th byte is lost", _every(period, lambda byte: b"")


def _doubled(draw: random.Random) -> Made:
    period = _period(draw)
    return f"every {period}th byte comes twice", _every(period, lambda byte: bytes([byte, byte]))


def _translated(draw: random.Random) -> Made:
    one, other = draw.sample(range(256), 2)
    table = bytes(other if value == one else value for value in range(256))
    return f"0x{one:02x} becomes 0x{other:02x}", lambda: lambda data: data.translate(table)


def _removed(draw: random.Random) -> Made:
    value = draw.randrange(256)
    return f"0x{value:02x} is lost", lambda: lambda data: data.translate(None, bytes([value]))


def _period(draw: random.Random) -> int:
    return int(10 ** draw.uniform(2, 5.5))


def _every(period: int, change: Callable[[int], bytes]) -> Callable[[], Filter]:
    def make() -> Filter:
        left = period

        def carry(data: bytes) -> bytes:
            nonlocal left
            made = bytearray()
            while len(data) >= left:
                made += data[: left - 1] + change(data[left - 1])
                data, left = data[left:], period
            left -= len(data)
            return bytes(made) + data

        return carry

    return make
