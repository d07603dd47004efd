"""Every answer is about the sample it was asked for, and the same each time."""

from __future__ import annotations

import zlib
from itertools import pairwise
from typing import TYPE_CHECKING

from hil.suite.expect import answer_of

if TYPE_CHECKING:
    from hil.board import Board
    from hil.oracle import Oracle
    from hil.run.testbench import Bench

REPEATS = 5


def test_the_same_sample_gives_the_same_answer_each_time(bench: Bench, board: Board) -> None:
    data = bench.sample("uniform-0").data
    answers = {answer_of(board.infer(data, cam_always=True)) for _ in range(REPEATS)}
    assert len(answers) == 1


def test_samples_sent_back_to_back_are_answered_in_order(
    bench: Bench, board: Board, oracle: Oracle
) -> None:
    names = ("extremes-min", "uniform-0", "extremes-max", "normal-0", "uniform-0", "constant")
    samples = [bench.sample(name).data for name in names]
    inferences = list(board.infer_many(samples, cam_always=True))
    assert [i.image_crc for i in inferences] == [zlib.crc32(data) for data in samples]
    for inference, data in zip(inferences, samples, strict=True):
        right = oracle.run(data)
        assert tuple(part.crc for part in inference.outputs) == right.output_crcs()
        if right.cam is not None:
            assert inference.cam is not None
            assert inference.cam.tolist() == right.cam.tolist()


def test_each_result_is_newer_than_the_one_before(bench: Bench, board: Board) -> None:
    data = bench.sample("uniform-0").data
    results = [board.infer(data, cam_always=True) for _ in range(3)]
    for before, after in pairwise(results):
        assert after.count == before.count + 1
        assert after.finished_us > before.finished_us
