"""What is wrong with a model partition is told, and never keeps the board from answering."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hil.base.deadline import Deadline
from hil.link.errors import BoardError
from hil.link.jobs import Job
from hil.testing.tiny_model import edit_model
from hil.wire.enums import ErrorCode
from hil.wire.network_header import unpack_partition
from tests.emulated.models import aborting, repacked

if TYPE_CHECKING:
    from tests.emulated.conftest import EmulatedBoard

IMAGE = bytes(96 * 96)
WAIT_S = 60.0
# BuiltinOperator of TensorFlow Lite's schema.fbs.
DEPTHWISE_CONV_2D = 4
TRANSPOSE_CONV = 67


def refused(board: EmulatedBoard, partition: bytes) -> ErrorCode:
    """The model's state in the identity, after an inference was refused for the same reason."""
    channel = board.boot(partition)
    identity = board.identity(channel)
    with pytest.raises(BoardError) as error:
        channel.infer(Job(IMAGE), Deadline.after(WAIT_S))
    assert error.value.code == identity.model_state
    assert identity.model_message
    return ErrorCode(identity.model_state)


def test_the_build_runs(board: EmulatedBoard) -> None:
    channel = board.boot()
    assert board.identity(channel).model_state == ErrorCode.OK
    assert channel.infer(Job(IMAGE), Deadline.after(WAIT_S)).result.outputs


def test_an_empty_partition_is_no_model(board: EmulatedBoard) -> None:
    assert refused(board, b"") == ErrorCode.NO_MODEL


def test_a_truncated_model_has_another_crc(board: EmulatedBoard) -> None:
    assert refused(board, board.model_image[:100_000]) == ErrorCode.MODEL_CRC


def test_a_damaged_header_is_told(board: EmulatedBoard) -> None:
    assert refused(board, b"\x00" + board.model_image[1:]) == ErrorCode.MODEL_HEADER


def test_bytes_that_are_no_model_are_told(board: EmulatedBoard) -> None:
    tflite = unpack_partition(board.model_image).tflite
    assert refused(board, repacked(board, bytes(len(tflite)))) == ErrorCode.MODEL_FORMAT


def test_a_model_that_needs_an_operator_that_is_not_there_is_told(board: EmulatedBoard) -> None:
    def change(_: Any, model: Any) -> None:
        for code in model.operatorCodes:
            if code.builtinCode == DEPTHWISE_CONV_2D:
                code.builtinCode, code.deprecatedBuiltinCode = TRANSPOSE_CONV, TRANSPOSE_CONV

    tflite = unpack_partition(board.model_image).tflite
    assert refused(board, repacked(board, edit_model(tflite, change))) == ErrorCode.MODEL_OP


def test_a_model_that_makes_the_engine_abort_does_not_restart_the_board_forever(
    board: EmulatedBoard,
) -> None:
    assert refused(board, aborting(board)) == ErrorCode.ENGINE
    assert board.identity(board.boot()).model_state == ErrorCode.OK
