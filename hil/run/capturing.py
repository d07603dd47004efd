"""Frames of a board's own camera, and what the network says to each."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.errors import HilError, InfrastructureError, UsageError
from hil.link.errors import BoardError
from hil.link.line import BITS_PER_BYTE
from hil.wire.enums import ErrorCode

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.board import Board
    from hil.facts.board import CameraFrame, Inference
    from hil.network.contract import Contract
    from hil.run.testbench import Bench

FAILURES = 4
"""So many frames may fail in a row: after three the board starts its camera anew."""

_DOING = "a frame of the camera"
_ON_THE_LINE = 1.03  # frames of the wire around the pixels, and COBS


@dataclass(frozen=True)
class Look:
    """A frame, and the score of just this frame in percent; None where nobody asked for it."""

    frame: CameraFrame
    percent: float | None = None


def line_seconds(frame_bytes: int, baud: int) -> float:
    """The least that a frame of so many bytes takes on a line of this rate."""
    return frame_bytes * BITS_PER_BYTE * _ON_THE_LINE / baud


def looks(
    bench: Bench, contract: Contract | None, on_failure: Callable[[HilError], None]
) -> Iterator[Look]:
    """One frame after the other, without end; with a `contract` also its score.

    The score is the percentage of the positive class, or the largest one. `on_failure` is told of
    what is tried again: a frame that the camera did not give, a board that was lost.

    Raises:
        UsageError: there is no score.
        BoardError: the camera fails `FAILURES` times in a row.
        InfrastructureError: the board is lost twice for the same frame, or does not come back.
    """
    if contract is not None:
        check_scores(bench.ready_board(), contract)
    failed, lost = 0, False
    while True:
        board = bench.ready_board(_DOING)
        board.on_inference = None  # all answers of a long capture would fill the memory
        try:
            frame = board.camera_frame()
            look = Look(frame, None if contract is None else score_of(board, contract, frame))
        except BoardError as error:
            failed += 1
            if error.code is not ErrorCode.CAMERA or failed == FAILURES:
                raise
            on_failure(error)
        except InfrastructureError as error:
            if lost:
                raise
            lost = True
            bench.note_failure(error, _DOING)
            on_failure(error)
        else:
            failed, lost = 0, False
            bench.note_success()
            yield look


def check_scores(board: Board, contract: Contract) -> None:
    """Raises UsageError where the network gives no score to a frame of the camera."""
    what = hint = ""
    if not contract.task.classes:
        what = f"the network's task is {contract.task.kind}: its answers have no score"
        hint = "a score is of a class; hil check shows what the network is for"
    elif board.frame is None:
        what = "the board makes no frame of its camera into the input of this network"
        hint = "capture without a score; hil check shows what the input takes"
    if what:
        raise UsageError(what, where=board.where, hint=hint)


def score_of(board: Board, contract: Contract, frame: CameraFrame) -> float:
    """Percent: of the positive class, or the largest. The frame is on the board still."""
    inference = board.infer(frame.data, stage="frame", reuse=True)
    percents = contract.task.percents(_reals(board, contract, inference))
    positive = contract.task.positive_class
    percent = float(percents.max() if positive is None else percents[positive])
    return percent if math.isfinite(percent) else math.nan


def _reals(board: Board, contract: Contract, inference: Inference) -> NDArray[np.float64]:
    from hil.run.evaluation.answers import judged_output, value_type

    return value_type(contract).reals(judged_output(board, contract, inference))
