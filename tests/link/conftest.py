from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from hil.base.deadline import Deadline
from hil.link.channel import Channel
from hil.link.jobs import Job
from hil_lab.fakes.link import FakeBoard, FakeClock

IMAGE_BYTES = 96 * 96


@dataclass
class Bench:
    """A channel that is connected to a fake board."""

    board: FakeBoard
    channel: Channel
    clock: FakeClock

    def within(self, seconds: float) -> Deadline:
        return Deadline.after(seconds, self.clock)


def connected(**options: Any) -> Bench:
    clock = FakeClock()
    board = FakeBoard(clock, **options)
    channel = Channel(board, clock=clock, baud=options.get("baud"))
    bench = Bench(board, channel, clock)
    channel.connect(bench.within(30))
    return bench


def image(number: int) -> bytes:
    return random.Random(number).randbytes(IMAGE_BYTES)


@pytest.fixture
def connect() -> Callable[..., Bench]:
    """Connects to a `FakeBoard` with the given options."""
    return connected


@pytest.fixture
def jobs() -> Callable[[int], list[Job]]:
    """So many jobs with different images."""
    return lambda count: [Job(image(number)) for number in range(count)]
