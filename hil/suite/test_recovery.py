"""After a reset the board is the same board, and counts from the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hil.suite.expect import expect_first, expect_same
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
    reason = board.identity.reset_reason
    assert reason == ResetReason.SW, f"after a reboot by command the reset reason is {reason}"
    assert board.identity.build_id == build, "after a reboot another build runs"
    source = board.identity.image_source
    assert source is ImageSource.INJECTED, f"after a reboot hello left the source {source.name}"
    after = board.infer(data, cam_always=True)
    expect_first(board, after)
    expect_same(after, before, "after a restart and before it")


def test_a_reset_by_the_reset_line_gives_the_same_answers(bench: Bench, board: Board) -> None:
    data = bench.sample("uniform-0").data
    before = board.infer(data, cam_always=True)
    board.reset()
    after = board.infer(data, cam_always=True)
    expect_first(board, after)
    expect_same(after, before, "after a restart and before it")


def test_the_baud_rate_can_be_changed_and_changed_back(board: Board) -> None:
    # Without the capability the board must refuse; both are answers, neither may hang.
    rate = board.baud
    if not board.identity.capabilities.baud:
        said = "the board says that it cannot change its rate, and does"
        assert not board.set_baud(115_200).changed, said
        return
    # Another rate than the present one: to "change" to that would prove nothing.
    for other in (57_600 if rate == 115_200 else 115_200, rate):
        report = board.set_baud(other)
        assert report.changed, f"the rate did not change to {other} baud: {report.problem}"
        assert board.echo(b"rate") == b"rate", f"an echo at {other} baud has other bytes"
