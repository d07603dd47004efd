"""What docs/protocol.md promises of the line's rate and of restarts: asked of the board's line."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from hil.base.later import Later
from hil.suite.expect import not_asked
from hil.suite.on_line import on_line
from hil.suite.times import needs_the_hosts_time
from hil.suite.uploads import expect_said, only, refusal
from hil.wire.enums import ErrorCode, RebootTarget

if TYPE_CHECKING:
    from hil.board import Board
    from hil.link.lent_line import LentLine
    from hil.run.testbench import Bench
    from hil.wire import replies as wire_reply
    from hil.wire import requests as wire_request
else:
    wire_reply = Later("hil.wire.replies")
    wire_request = Later("hil.wire.requests")

SLOW, SLOWER = 57_600, 38_400  # other rates than that of any run
LOWEST, HIGHEST = 9_600, 5_000_000  # of the protocol
HEARD_S = 2.0
SOON = 0.2
A_MOMENT_S = 0.05
TRIES = 3


@pytest.mark.needs("baud")
def test_the_rate_that_the_line_has_can_be_kept_again(bench: Bench, board: Board) -> None:
    def check(line: LentLine) -> None:
        for _ in range(2):
            due = wire_reply.BaudCommitted(board.baud)
            expect_said(line, "to keep the rate", wire_request.CommitBaud(board.baud), due)

    on_line(bench, board, check)


@pytest.mark.thorough
@pytest.mark.needs("baud")
def test_a_rate_that_is_not_kept_is_left_again_in_the_time_that_the_board_says(
    bench: Bench, board: Board
) -> None:
    fallback_s, former = trial_of(board)

    def check(line: LentLine) -> None:
        started = time.monotonic()
        try_rate(line, SLOW)
        time.sleep(fallback_s / 2)
        heard = line.is_heard(fallback_s / 4)
        assert heard or time.monotonic() - started > fallback_s, "it left the rate too early"
        come_back(line, former, fallback_s)

    on_line(bench, board, check)


@pytest.mark.needs("baud")
def test_a_trial_is_over_by_itself_and_the_first_request_behind_it_is_answered(
    bench: Bench, board: Board
) -> None:
    fallback_s, former = trial_of(board)
    simulated = board.simulated
    if simulated is None and not bench.options.thorough:
        not_asked("waits until a trial is over: --thorough")
    pass_time = time.sleep if simulated is None else simulated.skip
    late_s = SOON if simulated is None else A_MOMENT_S
    due = wire_reply.Echoed(b"first")

    def first_answer(line: LentLine) -> wire_reply.Reply | None:
        try_rate(line, SLOW)
        pass_time(fallback_s / 2)
        line.is_heard(fallback_s / 4)  # what is said meanwhile makes it no longer
        pass_time(fallback_s / 2 + late_s)
        time.sleep(0 if simulated is None else A_MOMENT_S)
        line.port.set_baud(former)
        return only(line.ask_alone(wire_request.Echo(due.payload)))

    def check(line: LentLine) -> None:
        # The process of a simulated board may have had to wait for its host.
        said = [first_answer(line)]
        while simulated is not None and said[-1] != due and len(said) < TRIES:
            said.append(first_answer(line))
        assert said[-1] == due, (
            f"{fallback_s:g} s after a rate that was not kept, the first request at {former} baud "
            f"gets {said[-1]}: the board left the trial later, by what it then heard"
        )

    on_line(bench, board, check)
    if simulated is not None:
        board.reset()  # its clock tells something again


@pytest.mark.thorough
@pytest.mark.needs("baud")
@pytest.mark.parametrize("limit", [LOWEST, HIGHEST])
def test_the_limits_of_the_rate_are_rates_too(bench: Bench, board: Board, limit: int) -> None:
    fallback_s, former = trial_of(board)

    def check(line: LentLine) -> None:
        # The host stays: not every adapter can follow.
        said = only(line.ask_alone(wire_request.SetBaud(limit)))
        assert said == wire_reply.BaudAck(limit), f"asked for {limit} baud the board says {said}"
        come_back(line, former, fallback_s)

    on_line(bench, board, check)


@pytest.mark.thorough
@pytest.mark.needs("baud")
def test_after_two_trials_the_board_is_back_at_the_rate_that_it_kept(
    bench: Bench, board: Board
) -> None:
    fallback_s, former = trial_of(board)

    def check(line: LentLine) -> None:
        try_rate(line, SLOW)
        try_rate(line, SLOWER)
        come_back(line, former, fallback_s)

    on_line(bench, board, check)


@pytest.mark.thorough
@pytest.mark.needs("baud")
def test_a_rate_that_is_kept_stays(bench: Bench, board: Board) -> None:
    fallback_s, former = trial_of(board)

    def check(line: LentLine) -> None:
        for rate in (SLOW, former):
            try_rate(line, rate)
            expect_said(
                line,
                "to keep the rate",
                wire_request.CommitBaud(rate),
                wire_reply.BaudCommitted(rate),
            )
            time.sleep(fallback_s + SOON)
            assert line.is_heard(HEARD_S), f"the board kept {rate} baud, and is not there"

    on_line(bench, board, check)


@pytest.mark.thorough
@pytest.mark.needs("baud")
def test_silence_brings_the_board_back_to_the_rate_at_which_it_starts(
    bench: Bench, board: Board
) -> None:
    needs_the_hosts_time(board)
    idle_s, rate, at_start = board.identity.idle_ms / 1000, board.baud, board.options.boot_baud
    if rate == at_start:
        not_asked("the line has the rate at which the board starts")

    def check(line: LentLine) -> None:
        time.sleep(0.7 * idle_s)
        assert line.is_heard(HEARD_S), f"after {0.7 * idle_s:g} s the board is not there any more"
        time.sleep(idle_s + SOON)
        line.port.set_baud(at_start)
        back = line.is_heard(HEARD_S) and rate_of(line) == at_start
        assert back, f"after {idle_s:g} s of silence the board is not at {at_start} baud"
        try_rate(line, rate)
        expect_said(
            line, "to keep the rate", wire_request.CommitBaud(rate), wire_reply.BaudCommitted(rate)
        )

    on_line(bench, board, check)


@pytest.mark.thorough
def test_the_loader_is_entered_or_refused(bench: Bench, board: Board) -> None:
    if not board.can_reset:
        not_asked("without a reset line nothing would bring the board back from its loader")
    no = refusal(ErrorCode.UNSUPPORTED, 0, 0, "this chip enters its loader by a pin only")

    def check(line: LentLine) -> None:
        said = only(line.ask_alone(wire_request.Reboot(RebootTarget.BOOTLOADER)))
        if said == no:
            assert line.is_heard(HEARD_S), "the board refused its loader, and is gone"
            return
        assert said == wire_reply.RebootAck(RebootTarget.BOOTLOADER), f"the answer is {said}"
        line.left = True
        assert not line.is_heard(SOON), "the firmware still answers"

    on_line(bench, board, check)
    before = board.identity.boot_id
    assert board.reset().boot_id != before, "the board did not start anew behind its loader"


def trial_of(board: Board) -> tuple[float, int]:
    """After how many seconds of the host's the board leaves a rate that is not kept, and the rate
    that it goes back to."""
    needs_the_hosts_time(board)
    return board.identity.baud_fallback_ms / 1000, board.baud


def try_rate(line: LentLine, rate: int) -> None:
    """Both ends go to this rate; the board is on trial there."""
    said = only(line.ask_alone(wire_request.SetBaud(rate)))
    assert said == wire_reply.BaudAck(rate), f"asked for {rate} baud the board says {said}"
    line.port.set_baud(rate)
    assert line.is_heard(HEARD_S), f"the board acknowledged {rate} baud, and is not there"


def come_back(line: LentLine, former: int, fallback_s: float) -> None:
    """The host goes to the former rate, and the board has to be there after so long."""
    time.sleep(fallback_s + SOON)
    line.port.set_baud(former)
    back = line.is_heard(fallback_s / 2) and rate_of(line) == former
    assert back, f"{fallback_s:g} s after a rate that was not kept it is not at {former} baud"


def rate_of(line: LentLine) -> int:
    """The rate that the board says it has."""
    said = only(line.ask(wire_request.Hello()))
    return said.baud if isinstance(said, wire_reply.Identity) else 0
