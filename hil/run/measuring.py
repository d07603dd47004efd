"""One sample through board and oracle: from two answers to facts and verdicts."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hil.judge.compare import compare_sample, compare_tensors
from hil.judge.verdict import judge_image
from hil.network.arrays import picture_of
from hil.network.frame_format import frame_pixels, packed_frame
from hil.oracle.preprocess import preprocess
from hil.run.measurement import FrameMeasurement, Measurement, SampleMeasurement

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.board import Board
    from hil.facts.board import Inference
    from hil.facts.image import OpFacts, SampleFacts
    from hil.images import Photo
    from hil.judge.tolerance import Tolerances
    from hil.oracle import Oracle, OracleAnswer
    from hil.run.answers import Answers
    from hil.samples.seeded import Sample

MOST_CAPTURED = 8
"""Outputs of operators that are read back of one sample; of others it is told that they differ."""


@dataclass(frozen=True)
class Parties:
    """Who takes part in a measurement. `answers` are the board's so far, each new one included."""

    board: Board
    oracle: Oracle
    answers: Answers
    tolerances: Tolerances


def measure(
    parties: Parties, photo: Photo, data: bytes, threshold: int | None, *, cam_always: bool = True
) -> Measurement:
    """A photograph, with the output tensors and the memory as the board then reports them.

    `data`: the sample that it becomes. `cam_always`: ask for the map below the threshold too.
    """
    head = parties.oracle.contract.head
    assert head is not None
    found = _measured(parties, photo.name, data, threshold=threshold, cam_always=cam_always)
    outputs = head.score_output, head.features_output
    return Measurement(photo=photo, head_outputs=outputs, **found)


def measure_sample(parties: Parties, sample: Sample) -> SampleMeasurement:
    """A sample of any network: every output, and every output of every operator, where the board
    traces; the first of those that differ are read back, where it captures."""
    able = parties.board.identity.capabilities
    found = _measured(parties, sample.name, sample.data, trace=able.trace)
    facts: SampleFacts = found["facts"]
    if able.capture and any(op.differs for op in facts.ops or ()):
        ops = tuple(_captured(parties, sample, found["answer"], facts.ops or ()))
        facts = dataclasses.replace(facts, ops=ops)
        found |= {"facts": facts, "verdicts": judge_image(facts, parties.tolerances)}
    return SampleMeasurement(sample=sample, **found)


def trace(parties: Parties, name: str, data: bytes) -> SampleFacts:
    """A traced inference: facts of every operator's output."""
    board = parties.board
    parties.answers.name(data, name)
    inference = board.infer(data, cam_always=True, trace=True)
    traced = board.trace()
    answer = parties.oracle.run(data, ops=True)
    return compare_sample(name, inference, answer, parties.oracle.contract, trace=traced)


def measure_frame(parties: Parties, frame: Photo) -> FrameMeasurement:
    """A raw frame, with the model's input that the board made of it."""
    board, oracle, contract = parties.board, parties.oracle, parties.oracle.contract
    taken = board.frame
    assert taken is not None, "the board can frame_stage, and does not tell what its frames are"
    data = packed_frame(frame.pixels, taken.format)
    parties.answers.name(data, frame.name)
    pixels = frame_pixels(data, taken)
    expected = picture_of(preprocess(pixels, contract.header))
    inference = board.infer(data, stage="frame", cam_always=True)
    number = parties.answers.last
    got = picture_of(board.read_input())
    read = _outputs(board, inference)
    answer = oracle.run(expected.tobytes())
    facts = compare_sample(frame.name, inference, answer, contract, tensors=read)
    # The answer names what was sent, and that is the frame.
    facts = dataclasses.replace(facts, image_crc=zlib.crc32(data))
    return FrameMeasurement(
        frame=dataclasses.replace(frame, pixels=pixels),
        expected=expected,
        got=got,
        preprocessing=compare_tensors(expected, got),
        facts=facts,
        verdicts=judge_image(facts, parties.tolerances),
        number=number,
        inference=inference,
    )


def _measured(
    parties: Parties,
    name: str,
    data: bytes,
    *,
    threshold: int | None = None,
    cam_always: bool = True,
    trace: bool = False,
) -> dict[str, Any]:
    """The fields that all measurements have."""
    board, oracle = parties.board, parties.oracle
    parties.answers.name(data, name)
    inference = board.infer(data, cam_always=cam_always, threshold=threshold, trace=trace)
    number = parties.answers.last
    tensors = _outputs(board, inference)
    traced = board.trace() if trace else None
    memory = board.memory()
    answer = oracle.run(data, threshold=threshold, ops=trace)
    facts = compare_sample(
        *(name, inference, answer, oracle.contract),
        cam_requested=cam_always,
        tensors=tensors,
        trace=traced,
    )
    return {
        "facts": facts,
        "verdicts": judge_image(facts, parties.tolerances),
        "number": number,
        "inference": inference,
        "answer": answer,
        "tensors": tuple(tensors.values()),
        "memory": memory,
    }


def _outputs(board: Board, inference: Inference) -> Mapping[int, NDArray[Any]]:
    return {index: board.read_output(index) for index in range(len(inference.outputs))}


def _captured(
    parties: Parties, sample: Sample, answer: OracleAnswer, ops: tuple[OpFacts, ...]
) -> list[OpFacts]:
    """The operators, with what is wrong about the first of them."""
    assert answer.op_outputs is not None
    found, left = [], MOST_CAPTURED
    for op in ops:
        right = answer.op_outputs[op.index][op.output]
        if op.differs and left:
            left -= 1
            got = captured_output(parties.board, sample.data, op.index, op.output, right)
            if got is not None:
                op = dataclasses.replace(op, difference=compare_tensors(right, got))
        found.append(op)
    return found


def captured_output(
    board: Board, data: bytes, op: int, output: int, right: NDArray[Any]
) -> NDArray[np.generic] | None:
    """An operator's output as the board gives it, in type and shape of `right`; None without."""
    import numpy as np

    found = board.infer(data, cam_always=True, capture=(op, output)).captured
    if found is None or len(found.data) != right.nbytes:
        return None
    tensor: NDArray[np.generic] = np.frombuffer(found.data, right.dtype).reshape(right.shape)
    return tensor
