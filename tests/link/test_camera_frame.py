"""A frame of the board's camera, put together of its pages."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from hil.errors import FirmwareError
from hil.link import paging
from hil.link.errors import BoardError
from hil.wire.enums import ErrorCode, FrameFormat
from hil.wire.replies import Detail, ErrorReply, FrameData, FrameSize, Reply
from hil.wire.requests import GetFrame, Request
from hil_lab.fakes.link import random_faults

from .conftest import connected

SIZE = FrameSize(40, 50, FrameFormat.GRAY8)
PIXELS = bytes(number % 251 for number in range(2000))


def page(at: int, **other: Any) -> FrameData:
    """What a board answers that takes the frame PIXELS."""
    data = PIXELS[at : at + 1536]
    right = FrameData(zlib.crc32(PIXELS), 7_000_000, SIZE, len(PIXELS), at, data)
    return dataclasses.replace(right, **other)


def refusal(code: ErrorCode) -> BoardError:
    return BoardError(ErrorReply(code, Detail(0, 0), "not now"), request="GetFrame")


def taken(
    answers: list[Reply | BoardError], pause: Callable[[], bool] = lambda: True
) -> tuple[paging.FrameBytes, list[int]]:
    """The frame, and the offsets that were asked for."""
    told: Iterator[Reply | BoardError] = iter(answers)
    offsets = []

    def ask(request: Any) -> Reply:
        assert isinstance(request, GetFrame)
        offsets.append(request.offset)
        answer = next(told)
        if isinstance(answer, BoardError):
            raise answer
        return answer

    ticks = iter(range(100))
    return paging.camera_frame(ask, partial(map, ask), pause, lambda: float(next(ticks))), offsets


def test_a_frame_is_put_together_of_its_pages() -> None:
    frame, offsets = taken([page(0), page(1536)])
    assert offsets == [0, 1536]
    assert frame.data == PIXELS
    assert (frame.frame, frame.taken_us) == (SIZE, 7_000_000)


def test_a_busy_camera_is_waited_for_and_its_wait_is_no_transfer() -> None:
    busy = refusal(ErrorCode.BUSY)
    frame, offsets = taken([busy, busy, page(0), page(1536)])
    assert offsets == [0, 0, 0, 1536]
    assert frame.transfer_s == 1.0  # from the third question on, by a clock that ticks when read


def test_a_camera_that_stays_busy_is_given_up_as_that() -> None:
    with pytest.raises(BoardError, match="not now"):
        taken([refusal(ErrorCode.BUSY)], pause=lambda: False)


def test_a_camera_that_fails_is_told_as_the_boards_error() -> None:
    with pytest.raises(BoardError) as told:
        taken([refusal(ErrorCode.CAMERA)])
    assert told.value.code is ErrorCode.CAMERA


@pytest.mark.parametrize(
    ("second", "says"),
    [
        (page(1536, taken_us=7_000_001), "changed while it was read"),
        (page(1536, sample_crc=5), "changed while it was read"),
        (page(1536, offset=0), "another page"),
        (page(1536, data=b""), "another page"),
        (page(1536, data=bytes(464)), "CRC-32"),
    ],
)
def test_pages_that_are_of_no_one_frame_are_refused(second: FrameData, says: str) -> None:
    with pytest.raises(FirmwareError, match=says):
        taken([page(0), second])


def test_a_frame_of_another_size_than_it_says_is_refused() -> None:
    with pytest.raises(FirmwareError, match="2001 bytes, its size is 2000"):
        taken([page(0, total=2001)])


@pytest.mark.parametrize("seed", range(6))
def test_a_frame_arrives_whole_whatever_is_lost_on_the_line(seed: int) -> None:
    pixels = bytes(number % 251 for number in range(19_200))
    busy = iter([True, True])

    def camera(request: Request, replies: list[Reply]) -> list[Reply]:
        if not isinstance(request, GetFrame):
            return replies
        if request.offset == 0 and next(busy, False):
            return [ErrorReply(ErrorCode.BUSY, Detail(0, 0), "the camera takes a frame")]
        at, size = request.offset, FrameSize(120, 160, FrameFormat.GRAY8)
        data = pixels[at : at + request.length]
        return [FrameData(zlib.crc32(pixels), 5, size, len(pixels), at, data)]

    faults = {"to_board": random_faults(0.15, seed), "to_host": random_faults(0.15, seed + 100)}
    bench = connected(baud=115_200, edit=camera, **faults)
    assert bench.channel.camera_frame(bench.within(60)).data == pixels


def test_pages_follow_each_other_without_a_pause() -> None:
    asked: list[int] = []

    def camera(request: Request, replies: list[Reply]) -> list[Reply]:
        if not isinstance(request, GetFrame):
            return replies
        asked.append(request.offset)
        return [page(request.offset)]

    bench = connected(baud=115_200, edit=camera)
    frame = bench.channel.camera_frame(bench.within(60))
    assert (frame.data, asked) == (PIXELS, [0, 1536])
    least = len(PIXELS) * 10 / 115_200
    assert least < frame.transfer_s < 1.2 * least  # by the line's own clock
