"""Noise, frames that never end and uploads of a wrong size: refused, counted, still alive."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest

from hil.base.deadline import Deadline
from hil.link.errors import BoardError
from hil.link.jobs import Job
from hil.wire.enums import ErrorCode, SampleStage
from hil.wire.requests import Upload

if TYPE_CHECKING:
    from tests.emulated.conftest import EmulatedBoard

IMAGE = bytes(range(256)) * 36
WAIT_S = 60.0
NOISE_BAUD = 2_000_000
# A minute of the full rate has 12 million bytes; CAMHIL_NOISE_BYTES asks for as many.
NOISE_BYTES = int(os.environ.get("CAMHIL_NOISE_BYTES", "400_000"))


def test_noise_at_two_megabaud_is_counted_and_survived(board: EmulatedBoard) -> None:
    channel = board.boot()
    before = board.identity(channel)
    outputs = channel.infer(Job(IMAGE), Deadline.after(WAIT_S)).result.outputs
    channel.set_baud(NOISE_BAUD, Deadline.after(WAIT_S))
    noise = random.Random(1)
    for _ in range(NOISE_BYTES // 4000):
        channel.transport.write(noise.randbytes(4000))
    channel.transport.write(b"\x00")
    after = board.identity(channel)
    assert (after.boot_count, after.baud) == (before.boot_count, NOISE_BAUD)
    again = channel.infer(Job(IMAGE, reuse=False), Deadline.after(WAIT_S)).result
    assert again.outputs == outputs
    assert channel.stats.damaged_at_board > 0


def test_a_frame_that_never_ends_is_dropped(board: EmulatedBoard) -> None:
    channel = board.boot()
    board.identity(channel)
    channel.transport.write(b"\x00" + b"\x55" * 20_000)
    assert board.identity(channel).model_state == ErrorCode.OK
    assert channel.infer(Job(IMAGE), Deadline.after(WAIT_S)).result.outputs


@pytest.mark.parametrize("size", [1, 9215, 9217, 19_200, 1 << 31])
def test_an_upload_of_another_size_is_refused(board: EmulatedBoard, size: int) -> None:
    channel = board.boot()
    board.identity(channel)
    with pytest.raises(BoardError) as error:
        channel.request(Upload(SampleStage.TENSOR, 0, size, False), Deadline.after(WAIT_S))
    assert error.value.code == ErrorCode.WRONG_SIZE
    assert (error.value.reply.detail.one, error.value.reply.detail.two) == (9216, size)
