"""One image through board and oracle: from two answers to facts and verdicts."""

from __future__ import annotations

import dataclasses
import zlib
from typing import TYPE_CHECKING

from hil.judge.compare import compare_image, compare_tensors
from hil.judge.verdict import judge_image
from hil.oracle.preprocess import preprocess
from hil.run.measurement import FrameMeasurement, Measurement

if TYPE_CHECKING:
    from hil.board import Board
    from hil.facts.image import ImageFacts
    from hil.images import Photo
    from hil.judge.tolerance import Tolerances
    from hil.oracle import Oracle
    from hil.run.answers import Answers


def measure(
    board: Board,
    oracle: Oracle,
    answers: Answers,
    tolerances: Tolerances,
    photo: Photo,
    threshold: int | None,
) -> Measurement:
    """A photograph, with the output tensors and the memory as the board then reports them.

    `answers` are the board's so far, this one included once it came.
    """
    answers.name(photo.tensor.tobytes(), photo.name)
    inference = board.infer(photo.tensor, cam_always=True, threshold=threshold)
    number = answers.last
    score_tensor = board.read_output(oracle.model.score_output)[0]
    features = board.read_output(oracle.model.features_output)[0]
    memory = board.memory()
    answer = oracle.run(photo.tensor, threshold=threshold)
    facts = compare_image(
        photo.name, inference, answer, oracle, cam_requested=True, features=features
    )
    return Measurement(
        photo=photo,
        facts=facts,
        verdicts=judge_image(facts, tolerances),
        number=number,
        inference=inference,
        answer=answer,
        score_tensor=score_tensor,
        features=features,
        memory=memory,
    )


def measure_frame(
    board: Board, oracle: Oracle, answers: Answers, tolerances: Tolerances, frame: Photo
) -> FrameMeasurement:
    """A raw frame, with the model's input that the board made of it."""
    answers.name(frame.pixels.tobytes(), frame.name)
    expected = preprocess(frame.pixels, oracle.model.input_size)
    inference = board.infer(frame.pixels, stage="frame", cam_always=True)
    number = answers.last
    got = board.read_input().reshape(oracle.model.input_size)
    features = board.read_output(oracle.model.features_output)[0]
    answer = oracle.run(expected)
    facts = compare_image(
        frame.name, inference, answer, oracle, cam_requested=True, features=features
    )
    # The answer names what was sent, and that is the frame.
    facts = dataclasses.replace(facts, image_crc=zlib.crc32(frame.pixels.tobytes()))
    return FrameMeasurement(
        frame=frame,
        expected=expected,
        got=got,
        preprocessing=compare_tensors(expected, got),
        facts=facts,
        verdicts=judge_image(facts, tolerances),
        number=number,
        inference=inference,
    )


def trace(board: Board, oracle: Oracle, answers: Answers, photo: Photo) -> ImageFacts:
    """A traced inference: facts of every operator's output."""
    answers.name(photo.tensor.tobytes(), photo.name)
    inference = board.infer(photo.tensor, cam_always=True, trace=True)
    traced = board.trace()
    answer = oracle.run(photo.tensor, ops=True)
    return compare_image(photo.name, inference, answer, oracle, cam_requested=True, trace=traced)
