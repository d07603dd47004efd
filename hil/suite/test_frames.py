"""Raw frames, gray or in colour: the board crops them, scales them and looks them up in the
contract's tables before the network runs.

The same preprocessing makes the input of a camera's frame. It has to equal the oracle's bit for
bit, and so has the answer to what came of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hil.link.errors import BoardError
from hil.suite.expect import (
    expect,
    expect_order,
    expect_refused,
    expect_right,
    expect_same,
    not_asked,
)
from hil.suite.pictures import SYNTHETIC, as_frame, synthetic_frame
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
    from hil.wire.replies import FrameSize

pytestmark = pytest.mark.needs("frame_stage")


@pytest.fixture(autouse=True)
def needs_a_picture(bench: Bench) -> None:
    bench.require_picture()


def frame_of(board: Board) -> FrameSize:
    """What a frame is."""
    frame = board.frame
    assert frame is not None, "the board can frame_stage, and does not tell what its frames are"
    return frame


def sent(name: str, board: Board) -> tuple[bytes, NDArray[np.uint8]]:
    """The bytes of a synthetic frame, and the pixels that they hold."""
    from hil.network.frame_format import frame_pixels, packed_frame

    frame = frame_of(board)
    data = packed_frame(synthetic_frame(name, frame).pixels, frame.format)
    return data, frame_pixels(data, frame)


def expect_answer(bench: Bench, measured: FrameMeasurement) -> None:
    head = ("score", "decision", "location", "cam", "features")
    expect(measured, "answer", "outputs", *(head if bench.oracle.contract.head else ()))


def expect_input(measured: FrameMeasurement) -> None:
    import numpy as np

    wrong = measured.preprocessing
    if wrong.first_index is None:
        return
    row, column, *channel = np.unravel_index(wrong.first_index, measured.expected.shape)
    place = f"row {row}, column {column}" + "".join(f", channel {n}" for n in channel)
    pytest.fail(
        f"the board made another input of the frame: {wrong.differing} of {wrong.elements} values "
        f"differ, by {wrong.max_lsb} at most; first at {place}: {wrong.got} "
        f"instead of {wrong.expected}",
        pytrace=False,
    )


def input_of(frame: NDArray[np.uint8], oracle: Oracle) -> NDArray[Any]:
    from hil.oracle import preprocess

    return preprocess(frame, oracle.contract.header)


def test_input_made_of_a_photograph(bench: Bench, board: Board, photo: Photo) -> None:
    expect_input(bench.measure_frame(as_frame(photo, frame_of(board))))


def test_answer_to_a_photograph(bench: Bench, board: Board, photo: Photo) -> None:
    expect_answer(bench, bench.measure_frame(as_frame(photo, frame_of(board))))


@pytest.mark.parametrize("name", SYNTHETIC)
def test_input_made_of_a_synthetic_frame(bench: Bench, board: Board, name: str) -> None:
    expect_input(bench.measure_frame(synthetic_frame(name, frame_of(board))))


@pytest.mark.parametrize("name", SYNTHETIC)
def test_answer_to_a_synthetic_frame(bench: Bench, board: Board, name: str) -> None:
    expect_answer(bench, bench.measure_frame(synthetic_frame(name, frame_of(board))))


def test_a_frame_and_the_tensor_made_of_it_give_the_same_answer(
    board: Board, oracle: Oracle
) -> None:
    frame, pixels = sent("noise", board)
    tensor = input_of(pixels, oracle)
    from_frame = board.infer(frame, stage="frame")
    from_tensor = board.infer(tensor)
    again = board.infer(frame, stage="frame")
    expect_order((from_frame, from_tensor, again), (frame, tensor.tobytes(), frame))
    expect_same(from_tensor, from_frame, "the tensor made of a frame, and the frame")
    expect_same(again, from_frame, "the frame again, after its tensor")


def test_a_frame_that_the_board_still_holds_is_not_preprocessed_twice(
    board: Board, oracle: Oracle
) -> None:
    frame, pixels = sent("noise", board)
    right = input_of(pixels, oracle)
    first = board.infer(frame, stage="frame")
    for _ in range(2):
        again = board.infer(frame, stage="frame", reuse=True)
        same = board.read_input().reshape(right.shape).tolist() == right.tolist()
        assert same, "the input read back is not what the frame becomes"
        expect_same(again, first, "the frame that the board still holds")
        assert again.count > first.count, "the frame that the board still holds was not run again"


def test_frames_sent_back_to_back_are_answered_in_order(board: Board, oracle: Oracle) -> None:
    names = ("black", "noise", "white", "gradient-y", "noise", "checkerboard")
    frames = [sent(name, board) for name in names]
    inferences = list(board.infer_many((data for data, _ in frames), stage="frame"))
    expect_order(inferences, [data for data, _ in frames])
    before = None
    for name, inference, (_, pixels) in zip(names, inferences, frames, strict=True):
        right = oracle.run(input_of(pixels, oracle))
        expect_right(inference, right, f"frame {name}", before)
        before = right


@pytest.mark.parametrize("more", [-1, 1])
def test_a_frame_of_the_wrong_size_is_refused(board: Board, more: int) -> None:
    size = frame_of(board).size
    with pytest.raises(BoardError) as refused:
        board.infer(bytes(size + more), stage="frame")
    expect_refused(refused, ErrorCode.WRONG_SIZE, f"a frame of {size + more} bytes")
    detail = refused.value.reply.detail
    assert (detail.one, detail.two) == (size, size + more), (
        f"the refusal names {detail.one} and {detail.two} bytes, due are {size} and {size + more}"
    )


def test_a_frame_and_a_tensor_are_not_taken_for_each_other(board: Board) -> None:
    frame, size = frame_of(board).size, board.contract.sample_bytes
    if frame == size:
        not_asked("a frame has as many bytes as a tensor")
    with pytest.raises(BoardError) as refused:
        board.infer(bytes([77]) * size, stage="frame")
    expect_refused(refused, ErrorCode.WRONG_SIZE, "a tensor sent as a frame")
    with pytest.raises(BoardError) as refused:
        board.infer(bytes([77]) * frame, stage="tensor")
    expect_refused(refused, ErrorCode.WRONG_SIZE, "a frame sent as a tensor")


def test_preprocessing_time(
    bench: Bench, board: Board, record_measurement: RecordMeasurement
) -> None:
    from statistics import median

    frame, _ = sent("noise", board)
    times = [board.infer(frame, stage="frame").times.preprocess_us for _ in range(5)]
    record_measurement("preprocess_us_median", median(times))
    # A tensor needs none.
    spent = board.infer(bench.sample("uniform-0").data).times.preprocess_us
    assert spent == 0, f"preprocess_us of a tensor, which needs none, is {spent}"
