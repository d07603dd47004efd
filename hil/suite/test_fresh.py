"""Every answer is about the sample it was asked for, and the same each time."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from hil.suite.expect import expect_order, expect_right, expect_same

if TYPE_CHECKING:
    from hil.board import Board
    from hil.oracle import Oracle
    from hil.run.testbench import Bench

REPEATS = 5


def test_the_same_sample_gives_the_same_answer_each_time(bench: Bench, board: Board) -> None:
    data = bench.sample("uniform-0").data
    first, *others = [board.infer(data, cam_always=True) for _ in range(REPEATS)]
    for number, other in enumerate(others, start=2):
        expect_same(other, first, f"uniform-0 for time {number} of {REPEATS}, after itself")


def test_samples_sent_back_to_back_are_answered_in_order(
    bench: Bench, board: Board, oracle: Oracle
) -> None:
    names = ("extremes-min", "uniform-0", "extremes-max", "normal-0", "uniform-0", "constant")
    samples = [bench.sample(name).data for name in names]
    inferences = list(board.infer_many(samples, cam_always=True))
    expect_order(inferences, samples)
    before = None
    for name, inference, data in zip(names, inferences, samples, strict=True):
        right = oracle.run(data)
        expect_right(inference, right, name, before)
        before = right


def test_each_result_is_newer_than_the_one_before(bench: Bench, board: Board) -> None:
    data = bench.sample("uniform-0").data
    results = [board.infer(data, cam_always=True) for _ in range(3)]
    for before, after in pairwise(results):
        assert after.count == before.count + 1, (
            f"inferences are not counted one by one: {after.count} follows {before.count}"
        )
        assert after.finished_us > before.finished_us, (
            f"the clock goes back: {after.finished_us} us follows {before.finished_us} us"
        )
