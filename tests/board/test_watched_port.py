"""When a wait for an answer is given up early."""

from __future__ import annotations

import pytest

from hil.board.watched_port import GARBLED_BYTES, GARBLED_S, GarbleWatch
from hil.link.stats import LinkStats


def test_garbled_bytes_followed_by_silence_are_suspicious_once() -> None:
    watch = GarbleWatch(LinkStats(damaged=10, frames_in=5, bytes_in=1000))
    garbled = LinkStats(damaged=11, frames_in=5, bytes_in=1000 + GARBLED_BYTES)
    assert not watch.suspects(garbled, 0.0)
    assert not watch.suspects(garbled, GARBLED_S - 0.01)
    assert watch.suspects(garbled, GARBLED_S)
    assert not watch.suspects(garbled, GARBLED_S + 10)


def test_a_good_frame_dispels_the_suspicion() -> None:
    watch = GarbleWatch(LinkStats())
    assert not watch.suspects(LinkStats(damaged=1, bytes_in=GARBLED_BYTES), 0.0)
    answered = LinkStats(damaged=1, bytes_in=GARBLED_BYTES + 20, frames_in=1)
    assert not watch.suspects(answered, GARBLED_S)
    assert not watch.suspects(answered, 10 * GARBLED_S)


@pytest.mark.parametrize(
    "stats",
    [
        LinkStats(damaged=1, bytes_in=GARBLED_BYTES - 1),
        LinkStats(damaged=0, bytes_in=10_000),
        LinkStats(damaged=1, bytes_in=10_000, console_bytes=9_990),
    ],
)
def test_a_little_noise_or_readable_text_and_a_long_inference_are_not_suspicious(
    stats: LinkStats,
) -> None:
    watch = GarbleWatch(LinkStats())
    assert not any(watch.suspects(stats, float(second)) for second in range(60))
