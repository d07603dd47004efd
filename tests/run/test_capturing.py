"""Frames of a camera that fails at times, and the score that belongs to each."""

from __future__ import annotations

from contextlib import suppress
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from hil.errors import HilError, InfrastructureError, UsageError
from hil.link.errors import BoardError
from hil.network.task import Task
from hil.run.capturing import line_seconds, looks
from hil.wire.enums import ErrorCode
from hil.wire.network_header import Tensor
from hil.wire.replies import Detail, ErrorReply


def failure(code: ErrorCode = ErrorCode.CAMERA) -> BoardError:
    return BoardError(ErrorReply(code, Detail(0, 0), "no frame in time"), request="GetFrame")


class Board:
    """Gives these frames, or fails; its answer to each is that of `scores`, int8."""

    where = "a board"
    recovered = 0

    def __init__(self, frames: list[Any], scores: dict[bytes, list[int]] | None = None) -> None:
        self._frames = iter(frames)
        self._scores = scores or {}
        self.frame: object | None = "one"
        self.on_inference: object = "keeps answers"

    def camera_frame(self) -> Any:
        frame = next(self._frames)
        if isinstance(frame, HilError):
            raise frame
        return SimpleNamespace(data=frame)

    def infer(self, data: bytes, *, stage: str, reuse: bool) -> Any:
        assert (stage, reuse) == ("frame", True)  # the one that is on the board
        scores = np.array(self._scores[data], np.int8)
        return SimpleNamespace(outputs=[SimpleNamespace(data=scores.tobytes())])


class Bench:
    """Has this board, and remembers how often it had to come back."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._in_doubt = False
        board.recovered = 0

    def ready_board(self, test: str = "") -> Board:
        self._board.recovered += self._in_doubt
        self._in_doubt = False
        return self._board

    def note_failure(self, error: InfrastructureError, test: str) -> None:
        self._in_doubt = True

    def note_success(self) -> None:
        assert not self._in_doubt


def network(task: Task) -> Any:
    """Scores as a softmax has them: 1/256 a step from -128 on."""
    scores = Tensor("scores", 9, (1, 2), 1 / 256, -128, 2)
    return SimpleNamespace(task=task, header=SimpleNamespace(outputs=(scores,)))


def seen(board: Board, contract: Any = None) -> tuple[list[Any], list[str]]:
    """All frames, as (bytes, percent), and what was said of failures."""
    said: list[str] = []
    found: list[Any] = []
    taken: Any = looks(
        cast("Any", Bench(board)), contract, lambda error: said.append(error.message)
    )
    with suppress(HilError, RuntimeError):  # or there are no more frames
        found.extend((look.frame.data, look.percent) for look in taken)
    return found, said


def test_a_camera_that_fails_at_times_does_not_end_a_capture() -> None:
    found, said = seen(Board([b"a", failure(), failure(), failure(), b"b", failure(), b"c"]))
    assert [data for data, _ in found] == [b"a", b"b", b"c"]
    assert len(said) == 4


def test_a_camera_that_stays_away_ends_it() -> None:
    board = Board([b"a", *[failure()] * 4, b"never"])
    found, said = seen(board)
    assert [data for data, _ in found] == [b"a"]
    assert len(said) == 3


def test_a_board_that_is_lost_and_comes_back_does_not_end_it() -> None:
    gone = InfrastructureError("the port is gone", hint="plug it in")
    board = Board([b"a", gone, b"b", gone, b"c"])
    found, said = seen(board)
    assert [data for data, _ in found] == [b"a", b"b", b"c"]
    assert (board.recovered, said) == (2, ["the port is gone"] * 2)
    board = Board([b"a", gone, gone, b"never"])
    found, _ = seen(board)
    assert [data for data, _ in found] == [b"a"]


def test_another_refusal_is_not_tried_again() -> None:
    _, said = seen(Board([failure(ErrorCode.UNSUPPORTED), b"never"]))
    assert said == []


@pytest.mark.parametrize(("positive", "percents"), [(1, [25.0, 75.0]), (None, [75.0, 75.0])])
def test_the_score_is_that_of_the_positive_class_or_the_largest(
    positive: int | None, percents: list[float]
) -> None:
    task = Task("classification", activation="softmax", classes=2, positive_class=positive)
    board = Board([b"a", b"b"], {b"a": [64, -64], b"b": [-64, 64]})  # 192 and 64 steps of 256
    found, _ = seen(board, network(task))
    assert found == [(b"a", percents[0]), (b"b", percents[1])]
    assert board.on_inference is None  # which would keep every frame


def test_without_classes_or_without_frames_there_is_no_score() -> None:
    with pytest.raises(UsageError, match="task is regression"):
        next(looks(cast("Any", Bench(Board([]))), network(Task("regression")), print))
    board = Board([])
    board.frame = None
    with pytest.raises(UsageError, match="makes no frame"):
        next(looks(cast("Any", Bench(board)), network(Task("classification", classes=2)), print))


def test_a_frame_takes_its_bits_and_little_more() -> None:
    assert 19_200 * 10 / 115_200 < line_seconds(19_200, 115_200) < 1.05 * 19_200 * 10 / 115_200
