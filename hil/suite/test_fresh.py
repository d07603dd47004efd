"""Every answer is about the image it was asked for, and the same each time."""

from __future__ import annotations

import zlib
from itertools import pairwise

from hil.board import Board
from hil.facts.board import Inference
from hil.oracle import Oracle
from hil.suite.expect import cam_of
from hil.suite.pictures import synthetic_photo

REPEATS = 5


def answer_of(inference: Inference) -> tuple[object, ...]:
    """The part of a result that must not depend on when it was asked for."""
    return inference.scores, inference.location, cam_of(inference).tobytes()


def test_the_same_image_gives_the_same_answer_each_time(board: Board) -> None:
    tensor = synthetic_photo("noise").tensor
    answers = {answer_of(board.infer(tensor, cam_always=True)) for _ in range(REPEATS)}
    assert len(answers) == 1


def test_a_b_a_gives_the_answers_of_a_b_a(board: Board, oracle: Oracle) -> None:
    a, b = synthetic_photo("noise").tensor, synthetic_photo("gradient-x").tensor
    first, other, second = (board.infer(t, cam_always=True) for t in (a, b, a))
    assert answer_of(first) == answer_of(second)
    assert answer_of(first) != answer_of(other)
    for inference, tensor in ((first, a), (other, b), (second, a)):
        assert inference.image_crc == zlib.crc32(tensor.tobytes())
        assert cam_of(inference).tolist() == oracle.run(tensor).cam.tolist()


def test_images_sent_back_to_back_are_answered_in_order(board: Board, oracle: Oracle) -> None:
    names = ("black", "noise", "white", "gradient-y", "noise", "checkerboard")
    tensors = [synthetic_photo(name).tensor for name in names]
    inferences = list(board.infer_many(tensors, cam_always=True))
    assert [i.image_crc for i in inferences] == [zlib.crc32(t.tobytes()) for t in tensors]
    for inference, tensor in zip(inferences, tensors, strict=True):
        expected = oracle.run(tensor)
        assert inference.scores == tuple(expected.scores.tolist())
        assert cam_of(inference).tolist() == expected.cam.tolist()


def test_each_result_is_newer_than_the_one_before(board: Board) -> None:
    tensor = synthetic_photo("noise").tensor
    results = [board.infer(tensor, cam_always=True) for _ in range(3)]
    for before, after in pairwise(results):
        assert after.count == before.count + 1
        assert after.finished_us > before.finished_us
