"""After a reset the board is the same board, and counts from the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hil.suite.expect import answer_of, expect_first
from hil.wire.enums import ImageSource, ResetReason

if TYPE_CHECKING:
    from hil.board import Board
    from hil.run.testbench import Bench


def test_a_reboot_by_command_gives_its_reason_and_the_same_answers(
    bench: Bench, board: Board
) -> None:
    data = bench.sample("uniform-0").data
    before = board.infer(data, cam_always=True)
    build = board.identity.build_id
    board.reboot()
    assert board.identity.reset_reason == ResetReason.SW
    assert board.identity.build_id == build
    assert board.identity.image_source is ImageSource.INJECTED
    after = board.infer(data, cam_always=True)
    expect_first(board, after)
    assert answer_of(after) == answer_of(before)


def test_a_reset_by_the_reset_line_gives_the_same_answers(bench: Bench, board: Board) -> None:
    data = bench.sample("uniform-0").data
    before = board.infer(data, cam_always=True)
    board.reset()
    after = board.infer(data, cam_always=True)
    expect_first(board, after)
    assert answer_of(after) == answer_of(before)


def test_the_baud_rate_can_be_changed_and_changed_back(board: Board) -> None:
    # Without the capability the board must refuse; both are answers, neither may hang.
    rate = board.baud
    if not board.identity.capabilities.baud:
        assert not board.set_baud(115_200).changed
        return
    # Another rate than the present one: to "change" to that would prove nothing.
    assert board.set_baud(57_600 if rate == 115_200 else 115_200).changed
    assert board.echo(b"slow") == b"slow"
    assert board.set_baud(rate).changed
    assert board.echo(b"fast") == b"fast"
