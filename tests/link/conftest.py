from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from hil.base.deadline import Deadline
from hil.link.channel import Channel
from hil.link.jobs import Inference, Job
from hil.wire.crc import crc32
from hil.wire.replies import Reply, Result
from hil.wire.requests import Infer, Request
from hil_lab.fakes.firmware import made_up_result
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


def assert_right(answers: Sequence[Inference], jobs: Sequence[Job]) -> None:
    """These are the answers to these jobs, and what the fake board made up for their samples."""
    assert [answer.job for answer in answers] == jobs
    for answer, job in zip(answers, jobs, strict=True):
        expected = made_up_result(crc32(job.sample))
        assert answer.sample_crc == answer.result.sample_crc == crc32(job.sample)
        assert answer.result.outputs == expected.outputs
        assert answer.result.head == expected.head


def is_infer(request: Request, replies: list[Reply]) -> bool:
    return isinstance(request, Infer)


def has_result(request: Request, replies: list[Reply]) -> bool:
    return any(isinstance(reply, Result) for reply in replies)


def once(
    when: Callable[[Request, list[Reply]], bool], instead: Callable[[], list[Reply]]
) -> Callable[[Request, list[Reply]], list[Reply]]:
    """An `edit` of a `FakeBoard`: other replies for the first request of this kind."""
    done = False

    def edit(request: Request, replies: list[Reply]) -> list[Reply]:
        nonlocal done
        if done or not when(request, replies):
            return replies
        done = True
        return instead()

    return edit


@pytest.fixture
def connect() -> Callable[..., Bench]:
    """Connects to a `FakeBoard` with the given options."""
    return connected


@pytest.fixture
def jobs() -> Callable[[int], list[Job]]:
    """So many jobs with different images."""
    return lambda count: [Job(image(number)) for number in range(count)]
