"""A board that nobody asked for a while is at the boot rate: it is met again, unnoticed."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hil.board import Board
from hil.board.artifacts import Expected
from hil.board.errors import BoardResetError
from hil.board.opening import open_adapter
from hil.board.options import BoardOptions
from hil.wire.enums import RebootTarget
from hil.wire.replies import Identity, RebootAck
from hil.wire.requests import CommitBaud, Echo, Hello, Reboot, SetBaud
from hil_lab.fakes.scripted_board import PANIC, POWER_ON, ScriptedAdapter, ScriptedBoard

IDLE_S = 0.3
FAST, SLOW = 921_600, 115_200
OPTIONS = BoardOptions(baud=FAST, handshake_s=5.0, image_s=5.0, request_s=2.0, flash="never")


@pytest.fixture
def opened(script: ScriptedBoard, expected: Expected) -> Iterator[Callable[..., Board]]:
    boards: list[Board] = []

    def start(**changes: Any) -> Board:
        assert script.identity is not None
        script.identity = dataclasses.replace(script.identity, idle_ms=round(1000 * IDLE_S))
        options = dataclasses.replace(OPTIONS, **changes)
        boards.append(open_adapter(ScriptedAdapter(script), expected, options))
        script.requests.clear()
        return boards[-1]

    yield start
    for board in boards:
        board.close()


def test_a_board_is_met_again_before_the_next_request(
    script: ScriptedBoard, opened: Callable[..., Board]
) -> None:
    board = opened()
    handshakes, resets = list(board.handshakes), script.resets
    time.sleep(1.5 * IDLE_S)
    assert board.echo(b"hello") == b"hello"
    kinds = [type(request) for request in script.requests]
    assert kinds == [Hello, SetBaud, Echo, CommitBaud, Echo]
    assert board.baud == FAST
    assert (board.handshakes, script.resets) == (handshakes, resets)
    assert board.oddities == []
    assert board.first_cause is None


def test_a_board_that_may_still_be_there_is_asked_at_the_rate_that_it_has(
    script: ScriptedBoard, opened: Callable[..., Board]
) -> None:
    board = opened()
    time.sleep(0.85 * IDLE_S)
    board.echo(b"hello")
    # Where the test was held up for longer, the board has gone back, and is met as above.
    assert [type(request) for request in script.requests] in (
        [Hello, Echo],
        [Hello, SetBaud, Echo, CommitBaud, Echo],
    )


def test_a_restart_and_a_change_of_rate_are_asked_of_a_board_that_was_met_again(
    script: ScriptedBoard, opened: Callable[..., Board], identity: Identity
) -> None:
    board = opened()
    time.sleep(1.5 * IDLE_S)
    assert board.set_baud(460_800).changed
    assert [type(request) for request in script.requests][:2] == [Hello, SetBaud]
    assert SetBaud(460_800) in script.requests

    def restart(_: Reboot) -> list[RebootAck | None]:
        script.identity = dataclasses.replace(identity, boot_id=2, boot_count=2)
        return [RebootAck(RebootTarget.APP), None]

    script.answers[Reboot] = restart
    script.requests.clear()
    time.sleep(1.5 * IDLE_S)
    assert board.reboot().boot_count == 2
    assert isinstance(script.requests[0], Hello)


def test_without_a_silence_nobody_is_greeted(
    script: ScriptedBoard, opened: Callable[..., Board]
) -> None:
    board = opened()
    script.identity = dataclasses.replace(board.identity, idle_ms=60_000)
    board.reset()
    script.requests.clear()
    board.echo(b"hello")
    assert [type(request) for request in script.requests] == [Echo]


def test_a_board_that_started_anew_in_the_silence_is_found_out(
    script: ScriptedBoard, opened: Callable[..., Board], identity: Identity
) -> None:
    board = opened()
    script.identity = dataclasses.replace(identity, boot_id=7, boot_count=2, reset_reason=9)
    time.sleep(1.5 * IDLE_S)
    with pytest.raises(BoardResetError, match="reset reason brownout") as caught:
        board.echo(b"hello")
    assert "nothing was asked" in caught.value.message
    assert board.first_cause is caught.value
    assert board.recover().boots == 1
    assert board.echo(b"again") == b"again"


def test_a_crash_in_the_silence_is_told_by_its_text(
    script: ScriptedBoard, opened: Callable[..., Board], identity: Identity
) -> None:
    board = opened()
    script.print(PANIC, POWER_ON)
    script.identity = dataclasses.replace(identity, boot_id=7, boot_count=2, reset_reason=4)
    time.sleep(1.5 * IDLE_S)
    with pytest.raises(BoardResetError, match=r"panic \(LoadProhibited\)"):
        board.echo(b"hello")


def test_a_silence_in_the_middle_of_a_batch_ends_like_any_other(
    script: ScriptedBoard, opened: Callable[..., Board]
) -> None:
    board = opened()
    samples = [bytes([value]) * 9216 for value in range(6)]
    crcs = []
    for answer in board.infer_many(samples):
        crcs.append(answer.image_crc)
        if len(crcs) == 2:
            time.sleep(1.5 * IDLE_S)
    assert len(set(crcs)) == 6
    assert Hello in [type(request) for request in script.requests]
