"""What outlives a restart, and what does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hil.base.deadline import Deadline
from hil.link.jobs import Job
from hil.wire.enums import ErrorCode, ResetReason
from tests.emulated.models import aborting

if TYPE_CHECKING:
    from tests.emulated.conftest import EmulatedBoard

IMAGE = bytes(96 * 96)
WAIT_S = 60.0


def test_the_reset_line_starts_another_boot_that_answers_alike(board: EmulatedBoard) -> None:
    channel = board.boot()
    first = board.identity(channel)
    outputs = channel.infer(Job(IMAGE), Deadline.after(WAIT_S)).result.outputs
    channel = board.restart()
    second = board.identity(channel)
    assert second.reset_reason == ResetReason.POWERON
    assert second.boot_id != first.boot_id
    assert (first.boot_count, second.boot_count) == (1, 2)
    assert channel.infer(Job(IMAGE), Deadline.after(WAIT_S)).result.outputs == outputs


def test_a_crash_while_a_model_is_loaded_is_remembered_over_the_restart_that_it_causes(
    board: EmulatedBoard,
) -> None:
    crashed = board.identity(board.boot(aborting(board)))
    assert (crashed.boot_count, crashed.reset_reason) == (2, ResetReason.PANIC)
    assert crashed.model_state == ErrorCode.ENGINE
