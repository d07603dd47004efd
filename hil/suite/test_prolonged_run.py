"""A long run in one start of the board: nothing wears out. `--soak` says how long.

By its name behind the tests that ask most, and before those that reset the board: what this start
has answered so far counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hil.suite.expect import answer_of, expect_figures

if TYPE_CHECKING:
    from hil.board import Board
    from hil.run.testbench import Bench


def test_the_first_samples_get_the_same_answers_at_the_end_of_a_long_run(
    bench: Bench, board: Board
) -> None:
    bench.long_run.prolong()
    run = bench.long_run
    assert [answer_of(found) for found in run.last] == [answer_of(found) for found in run.first]


def test_neither_times_nor_memory_creep_in_a_long_run(bench: Bench, board: Board) -> None:
    from hil.judge.trends import TRENDS_KEY, time_trends

    bench.long_run.prolong()
    if any(trend.settled is None for trend in time_trends(bench.answers.inferences)):
        bench.long_run.begin_anew()
    expect_figures(bench, TRENDS_KEY)
