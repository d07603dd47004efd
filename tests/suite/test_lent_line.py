"""The line of a board, lent to a test, and what is left of that afterwards."""

from __future__ import annotations

import pytest

from hil.board import Board
from hil.run.testbench import Bench
from hil.suite.on_line import JUNK, on_line
from hil.suite.uploads import Upload, infer
from hil.wire.replies import Accepted

AWHILE = 5000  # echoes


def test_damage_that_a_test_did_is_none_of_the_link_and_later_damage_is(board: Board) -> None:
    before = board.link_stats
    with board.line() as line:
        line.say(7 * JUNK)
        assert line.next_notice(lambda notice: notice.bad_frames >= 7) is not None
    board.echo(b"after it")
    assert board.link_stats.since(before).damaged_at_board == 0
    assert board.link_stats.since(before).stale == 0
    board._connection.port.write(JUNK)
    for _ in range(AWHILE):  # until the board has told of it
        board.echo(b"and damage")
        if board.link_stats.since(before).notices:
            break
    assert board.link_stats.since(before).damaged_at_board == 1


def test_what_is_under_way_is_waited_for_before_the_line_is_given_back(
    bench: Bench, board: Board
) -> None:
    data = bench.sample("uniform-0").data
    before = board.link_stats
    with board.line() as line:
        upload = Upload(line, board, data).send_all()
        _, frame = line.numbered(infer(upload.crc))
        assert [one.reply for one in line.say(frame)] == [Accepted(upload.crc)]
    after = board.infer(data)
    assert board.link_stats.since(before).stale == 0
    assert after.count > 1


def test_a_test_that_fails_on_the_line_leaves_the_board_usable(bench: Bench, board: Board) -> None:
    def check(line: object) -> None:
        raise AssertionError("the board said something else")

    with pytest.raises(AssertionError, match="something else"):
        on_line(bench, board, check)
    assert board.echo(b"still there") == b"still there"
    assert board.first_cause is None


def test_text_of_the_board_is_in_its_console_all_the_same(board: Board) -> None:
    before = len(board.console)
    with board.line() as line:
        line._on_text("printed meanwhile\n", 0.0)
    assert [entry.text for entry in board.console[before:]] == ["printed meanwhile"]
