"""Pictures through the board, one after the other without a pause, across its recoveries."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from hil.errors import InfrastructureError
from hil.evaluate.pictures import Loaded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.board.facts import Inference
    from hil.testbench import Bench


def stream(bench: Bench, pictures: Iterable[Loaded]) -> Iterator[tuple[Loaded, Inference]]:
    """The board's answer for each picture, in order; the maps are always asked for.

    A board that gets lost is recovered, and goes on with the picture that it was lost in.

    Args:
        bench: whose board answers.
        pictures: with a tensor each.

    Raises:
        InfrastructureError: the board was lost twice in the same picture, or does not
            come back.
        FirmwareError: the board answers with an error.
    """
    source = iter(pictures)
    sent: deque[Loaded] = deque()  # taken, and not answered yet
    lost_in: Loaded | None = None
    while True:
        board = bench.ready_board(_name(sent))
        again = list(sent)
        sent.clear()
        try:
            for inference in board.infer_many(_taken(again, source, sent), cam_always=True):
                yield sent.popleft(), inference
            return
        except InfrastructureError as error:
            # What was to be sent again and was not reached yet is still to be sent.
            sent.extend(loaded for loaded in again if loaded not in sent)
            if not sent or sent[0] is lost_in:
                error.where = error.where or _name(sent)
                raise
            lost_in = sent[0]
            bench.note_failure(error, _name(sent))


def _taken(
    again: Iterable[Loaded], source: Iterator[Loaded], sent: deque[Loaded]
) -> Iterator[NDArray[np.int8]]:
    for pictures in (again, source):
        for loaded in pictures:
            assert loaded.tensor is not None
            sent.append(loaded)
            yield loaded.tensor


def _name(sent: deque[Loaded]) -> str:
    return sent[0].entry.file if sent else ""
