"""Pictures through the board, one after the other without a pause, across its recoveries."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from hil.errors import InfrastructureError
from hil.evaluate.oracle_messages import Reply

if TYPE_CHECKING:
    from hil.board.facts import Inference
    from hil.testbench import Bench


def stream(bench: Bench, pictures: Iterable[Reply]) -> Iterator[tuple[Reply, Inference]]:
    """The board's answer for each picture, in order; the maps are always asked for.

    A board that gets lost is recovered, and goes on with the picture that it was lost in.

    Args:
        bench: whose board answers.
        pictures: with the model's input each.

    Raises:
        InfrastructureError: the board was lost twice in the same picture, or does not
            come back.
        FirmwareError: the board answers with an error.
    """
    source = iter(pictures)
    sent: deque[Reply] = deque()  # and not answered yet
    again: deque[Reply] = deque()  # to be sent once more, first
    lost_in: Reply | None = None
    while True:
        board = bench.ready_board(_name(again))
        try:
            for inference in board.infer_many(_sending(again, source, sent), cam_always=True):
                yield sent.popleft(), inference
            return
        except InfrastructureError as error:
            again.extendleft(reversed(sent))
            sent.clear()
            if not again or again[0] is lost_in:
                error.where = error.where or _name(again)
                raise
            lost_in = again[0]
            bench.note_failure(error, _name(again))


def _sending(again: deque[Reply], source: Iterator[Reply], sent: deque[Reply]) -> Iterator[bytes]:
    while True:
        picture = again.popleft() if again else next(source, None)
        if picture is None:
            return
        assert picture.tensor is not None
        sent.append(picture)
        yield picture.tensor


def _name(pictures: deque[Reply]) -> str:
    return pictures[0].entry.file if pictures else ""
