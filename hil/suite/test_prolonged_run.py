"""A long run in one start of the board: nothing wears out. `--soak` says how long.

By its name behind the tests that ask most, and before those that reset the board: what this start
has answered so far counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hil.suite.expect import answer_of, expect_figures, not_asked

if TYPE_CHECKING:
    from hil.board import Board
    from hil.run.long_run import LongRun
    from hil.run.testbench import Bench


DAMAGE = ("damaged", "notices", "damaged_at_board", "overruns")
OF_THE_BOARD = (
    *("malformed", "wrong_image", "bad_requests", "duplicates_unasked", "asked_again"),
    "unanswered",
)


@pytest.fixture(scope="module")
def long_run(bench: Bench) -> LongRun:
    from hil.run.long_run import LongRun

    return LongRun(bench)


def test_the_first_samples_get_the_same_answers_at_the_end_of_a_long_run(
    long_run: LongRun, board: Board
) -> None:
    long_run.prolong()
    first, last = ([answer_of(one) for one in found] for found in (long_run.first, long_run.last))
    assert last == first


def test_neither_times_nor_memory_creep_in_a_long_run(
    bench: Bench, long_run: LongRun, board: Board
) -> None:
    from hil.judge.trends import TRENDS_KEY, time_trends

    long_run.prolong()
    if any(
        trend.settled is None for trend in time_trends(bench.answers.inferences, board.time_base)
    ):
        long_run.begin_anew()
    expect_figures(bench, TRENDS_KEY)


def test_a_line_without_damage_has_nothing_to_repair_in_a_long_run(
    bench: Bench, long_run: LongRun, board: Board
) -> None:
    from hil.run.summing_up import asked_noise

    long_run.prolong()
    noise = asked_noise(bench.options)
    if noise:
        not_asked(f"the line is noisy by request: {noise}")
    link = long_run.link
    damage = {name: getattr(link, name) for name in DAMAGE}
    if board.simulated is None and any(damage.values()):
        not_asked(f"the line is noisy: {damage}")
    assert not any(damage.values()), f"nothing can be damaged on this line: {damage}"
    # A host that was busy asks again, and what comes then is explained by that.
    names = OF_THE_BOARD if not link.timeouts else OF_THE_BOARD[:-1]
    told = {name: getattr(link, name) for name in names}
    assert not any(told.values()), f"the line damaged nothing, so this is the board's: {told}"
