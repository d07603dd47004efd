"""Raw frames: the board crops, scales and shifts them to int8 before the model runs.

The same preprocessing makes the input of a camera's frame. It has to equal the oracle's bit for
bit, and so has the answer to what came of it.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

import pytest

from hil.link.errors import BoardError
from hil.suite.expect import answer_of, expect, not_asked
from hil.suite.pictures import SYNTHETIC, as_frame, synthetic_photo
from hil.wire.enums import ErrorCode

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.board import Board
    from hil.images import Photo
    from hil.oracle import Oracle
    from hil.plugin import RecordMeasurement
    from hil.run.measurement import FrameMeasurement
    from hil.run.testbench import Bench

pytestmark = pytest.mark.needs("frame_stage")


@pytest.fixture(autouse=True)
def needs_a_picture_and_a_map(bench: Bench) -> None:
    bench.require_head()


def size_of(board: Board) -> tuple[int, int]:
    """(rows, columns) of a frame."""
    size = board.frame_size
    assert size is not None, "the board can frame_stage, and does not tell the frame's size"
    return size


def expect_input(measured: FrameMeasurement) -> None:
    wrong = measured.preprocessing
    if wrong.first_index is None:
        return
    row, column = divmod(wrong.first_index, measured.expected.shape[1])
    pytest.fail(
        f"the board made another input of the frame: {wrong.differing} of {wrong.elements} pixels "
        f"differ, by {wrong.max_lsb} at most; first at row {row}, column {column}: {wrong.got} "
        f"instead of {wrong.expected}",
        pytrace=False,
    )


def input_of(frame: NDArray[np.uint8], oracle: Oracle) -> NDArray[Any]:
    from hil.oracle import preprocess

    return preprocess(frame, oracle.contract.header)


def test_input_made_of_a_photograph(bench: Bench, board: Board, photo: Photo) -> None:
    expect_input(bench.measure_frame(as_frame(photo, size_of(board))))


def test_answer_to_a_photograph(bench: Bench, board: Board, photo: Photo) -> None:
    measured = bench.measure_frame(as_frame(photo, size_of(board)))
    expect(measured, "answer", "score", "decision", "location", "cam", "features")


@pytest.mark.parametrize("name", SYNTHETIC)
def test_input_made_of_a_synthetic_frame(bench: Bench, board: Board, name: str) -> None:
    expect_input(bench.measure_frame(synthetic_photo(name, size_of(board))))


@pytest.mark.parametrize("name", SYNTHETIC)
def test_answer_to_a_synthetic_frame(bench: Bench, board: Board, name: str) -> None:
    measured = bench.measure_frame(synthetic_photo(name, size_of(board)))
    expect(measured, "answer", "score", "decision", "location", "cam", "features")


def test_a_frame_and_the_tensor_made_of_it_give_the_same_answer(
    board: Board, oracle: Oracle
) -> None:
    frame = synthetic_photo("noise", size_of(board)).pixels
    tensor = input_of(frame, oracle)
    from_frame = board.infer(frame, stage="frame")
    from_tensor = board.infer(tensor)
    again = board.infer(frame, stage="frame")
    assert from_frame.image_crc == again.image_crc == zlib.crc32(frame.tobytes())
    assert from_tensor.image_crc == zlib.crc32(tensor.tobytes())
    for other in (from_tensor, again):
        assert answer_of(other) == answer_of(from_frame)


def test_a_frame_that_the_board_still_holds_is_not_preprocessed_twice(
    board: Board, oracle: Oracle
) -> None:
    frame = synthetic_photo("noise", size_of(board)).pixels
    right = input_of(frame, oracle)
    first = board.infer(frame, stage="frame")
    for _ in range(2):
        again = board.infer(frame, stage="frame", reuse=True)
        assert board.read_input().reshape(right.shape).tolist() == right.tolist()
        assert (again.scores, again.location) == (first.scores, first.location)
        assert again.count > first.count


def test_frames_sent_back_to_back_are_answered_in_order(board: Board, oracle: Oracle) -> None:
    names = ("black", "noise", "white", "gradient-y", "noise", "checkerboard")
    frames = [synthetic_photo(name, size_of(board)).pixels for name in names]
    inferences = list(board.infer_many(frames, stage="frame", cam_always=True))
    assert [i.image_crc for i in inferences] == [zlib.crc32(f.tobytes()) for f in frames]
    for inference, frame in zip(inferences, frames, strict=True):
        expected = oracle.run(input_of(frame, oracle))
        assert tuple(part.crc for part in inference.outputs) == expected.output_crcs()
        assert expected.cam is not None
        assert inference.cam is not None
        assert inference.cam.tolist() == expected.cam.tolist()


@pytest.mark.parametrize("more", [-1, 1])
def test_a_frame_of_the_wrong_size_is_refused(board: Board, more: int) -> None:
    rows, columns = size_of(board)
    with pytest.raises(BoardError) as refused:
        board.infer(bytes(rows * columns + more), stage="frame")
    assert refused.value.code is ErrorCode.WRONG_SIZE
    assert refused.value.reply.detail.one == rows * columns
    assert refused.value.reply.detail.two == rows * columns + more


def test_a_frame_and_a_tensor_are_not_taken_for_each_other(board: Board) -> None:
    rows, columns = size_of(board)
    size = board.contract.sample_bytes
    if rows * columns == size:
        not_asked("a frame has as many bytes as a tensor")
    with pytest.raises(BoardError) as refused:
        board.infer(bytes([77]) * size, stage="frame")
    assert refused.value.code is ErrorCode.WRONG_SIZE
    with pytest.raises(BoardError) as refused:
        board.infer(bytes([77]) * (rows * columns), stage="tensor")
    assert refused.value.code is ErrorCode.WRONG_SIZE


def test_preprocessing_time(
    bench: Bench, board: Board, record_measurement: RecordMeasurement
) -> None:
    from statistics import median

    frame = synthetic_photo("noise", size_of(board)).pixels
    times = [board.infer(frame, stage="frame").times.preprocess_us for _ in range(5)]
    record_measurement("preprocess_us_median", median(times))
    # A tensor needs none.
    assert board.infer(bench.sample("uniform-0").data).times.preprocess_us == 0
