"""From the board's and the oracle's arrays to facts."""

import dataclasses
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.diagnose.right import Right
from hil.errors import UsageError
from hil.facts.board import Inference, OutputPart
from hil.facts.image import ImageFacts, TensorDifference
from hil.images import synthetic
from hil.judge.compare import compare_sample, compare_tensors
from hil.judge.tolerance import load_tolerances
from hil.judge.verdict import Status, judge_image, worst
from hil.oracle import Oracle, OracleAnswer
from hil.testing.tiny_model import tiny_model
from hil.wire.replies import StageTimes, TraceEntry

ORACLE = Oracle.open(tiny_model(), 1, 0)
NOISE = next(photo.tensor for photo in synthetic() if photo.name == "noise")
ANSWER = ORACLE.run(NOISE, ops=True)
RIGHT = Right.of(ANSWER)
HEAD = ORACLE.contract.header.head
assert HEAD is not None
VALUES = st.lists(st.tuples(st.integers(-128, 127), st.integers(-128, 127)), min_size=1)


def inference(answer: OracleAnswer) -> Inference:
    """What a faultless board reports."""
    return Inference(
        image_crc=answer.image_crc,
        outputs=tuple(
            OutputPart(zlib.crc32(array.tobytes()), array.nbytes, None) for array in answer.outputs
        ),
        boot_id=1,
        scores=tuple(RIGHT.scores.tolist()),
        threshold=answer.threshold,
        location=answer.location,
        cam=RIGHT.cam.copy(),
        times=StageTimes(800_000, 0, 295_260, 120),
        invoke_cycles=None,
        finished_us=1_000_000,
        count=1,
        round_trip_s=1.2,
        upload_s=0.8,
        uploads=1,
    )


def trace(answer: OracleAnswer) -> list[TraceEntry]:
    places = zip(ORACLE.graph.trace, answer.op_crcs(), strict=True)
    return [TraceEntry(op, output, crc, 1, 10, None) for (op, output), crc in places]


def compare(answered: Inference, **options: Any) -> ImageFacts:
    found = compare_sample("noise", answered, ANSWER, ORACLE.contract, **options)
    assert isinstance(found, ImageFacts)
    return found


@given(VALUES)
def test_difference_counts_and_finds_what_a_loop_finds(pairs: list[tuple[int, int]]) -> None:
    ours, theirs = (np.array(side, np.int8) for side in zip(*pairs, strict=True))
    off = [abs(a - b) for a, b in pairs]
    found = compare_tensors(ours, theirs)
    assert found.elements == len(pairs)
    assert found.differing == sum(step > 0 for step in off)
    assert found.max_lsb == max(off)
    if any(off):
        first = next(n for n, step in enumerate(off) if step)
        assert (found.first_index, found.expected, found.got) == (first, *pairs[first])
    else:
        assert found.first_index is None


def test_the_largest_int32_difference_does_not_wrap() -> None:
    ours, theirs = np.array([2**31 - 1], np.int32), np.array([-(2**31)], np.int32)
    assert compare_tensors(ours, theirs).max_lsb == 2**32 - 1


def test_tensors_of_other_shapes_are_not_compared() -> None:
    with pytest.raises(UsageError, match="cannot be compared"):
        compare_tensors(np.zeros((2, 3), np.int8), np.zeros((3, 2), np.int8))


def test_a_faultless_board_passes_everything() -> None:
    read = dict(enumerate(ANSWER.outputs))
    measured = compare(inference(ANSWER), tensors=read, trace=trace(ANSWER))
    assert worst(judge_image(measured, load_tolerances())) is Status.PASSED
    assert measured.invoke_us == 295_260


def test_every_difference_reaches_the_facts() -> None:
    cam = RIGHT.cam.copy()
    cam[2, 3] += 5
    features = RIGHT.features.copy()
    features[0, 0, 1] ^= 1
    scores = (int(RIGHT.scores[0]) - 3, int(RIGHT.scores[1]))
    wrong = dataclasses.replace(inference(ANSWER), cam=cam, scores=scores)
    entries = trace(ANSWER)
    entries[1] = dataclasses.replace(entries[1], crc=entries[1].crc ^ 1)
    measured = compare(wrong, tensors={HEAD.features_output: features}, trace=entries)
    assert measured.scores is not None
    assert (measured.scores.max_lsb, measured.scores.first_index) == (3, 0)
    assert measured.cam == TensorDifference(
        36, 1, 5, 2 * 6 + 3, int(RIGHT.cam[2, 3]), int(RIGHT.cam[2, 3]) + 5
    )
    assert measured.features is not None
    assert (measured.features.differing, measured.features.first_index) == (1, 1)
    assert measured.ops is not None
    assert [op.index for op in measured.ops if op.device_crc != op.expected_crc] == [1]


def test_a_board_without_map_or_with_another_one_gives_no_difference() -> None:
    none = dataclasses.replace(inference(ANSWER), cam=None)
    assert compare(none, cam_requested=False).cam is None
    other = dataclasses.replace(inference(ANSWER), cam=np.zeros((3, 3), np.int32))
    measured = compare(other, cam_requested=False)
    assert measured.cam is None
    assert measured.device.cam == ((0, 0, 0),) * 3


def test_a_trace_that_is_short_or_of_other_operators_leaves_gaps() -> None:
    entries = trace(ANSWER)[:-1]
    entries[0] = dataclasses.replace(entries[0], op=99)
    measured = compare(inference(ANSWER), trace=entries)
    assert measured.ops is not None
    assert [op.index for op in measured.ops if op.device_crc is None] == [0, 4]


def test_floats_are_compared_by_the_numbers_between_them() -> None:
    one = np.float32(1)
    ours = np.array([one, 0.0, np.nan, -1.0], np.float32)
    theirs = np.array([np.nextafter(one, np.float32(2)), -0.0, np.nan, -1.0], np.float32)
    found = compare_tensors(ours, theirs)
    assert (found.differing, found.max_lsb, found.first_index) == (1, 1, 0)
    assert found.expected == 1.0


def test_across_zero_every_number_counts() -> None:
    least = np.float32(1e-45)
    found = compare_tensors(np.array([-least], np.float32), np.array([least], np.float32))
    assert found.max_lsb == 2
