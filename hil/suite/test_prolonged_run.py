"""A long run in one start of the board: nothing wears out. `--soak` says how long.

By its name behind the tests that ask most, and before those that reset the board: what this start
has answered so far counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hil.suite.expect import answer_of, expect_figures

if TYPE_CHECKING:
    from hil.board import Board
    from hil.run.long_run import LongRun
    from hil.run.testbench import Bench


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
