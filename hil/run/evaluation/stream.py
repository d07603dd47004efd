"""Samples through the board, one after the other without a pause, across its recoveries."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import TYPE_CHECKING

from hil.errors import HilError, InfrastructureError
from hil.run.evaluation.oracle_messages import Reply

if TYPE_CHECKING:
    from hil.facts.board import Inference
    from hil.link.stats import LinkStats
    from hil.run.testbench import Bench


def stream(
    bench: Bench, samples: Iterable[Reply], link: LinkCount | None = None
) -> Iterator[tuple[Reply, Inference]]:
    """The board's answer for each sample, in order; the maps are always asked for.

    A board that gets lost is recovered, and goes on with the sample that it was lost in.

    Args:
        bench: whose board answers.
        samples: with their bytes each.
        link: is told before the board is recovered.

    Raises:
        InfrastructureError: the board was lost twice in the same sample, or does not
            come back.
        FirmwareError: the board answers with an error.
    """
    source = _Source(iter(samples))
    lost_in: Reply | None = None
    while True:
        board = bench.ready_board(_name(source.again))
        board.on_inference = None  # judged here, one by one: the bench would keep every sample
        try:
            for inference in board.infer_many(source.take()):
                yield source.sent.popleft(), inference
        except InfrastructureError as error:
            source.take_back()
            if not source.again or source.again[0] is lost_in:
                error.where = error.where or _name(source.again)
                raise
            lost_in = source.again[0]
            if link is not None:
                link.settle(board.link_stats)
            bench.note_failure(error, _name(source.again))
            continue
        if source.error is not None:
            raise source.error
        return


class LinkCount:
    """What happened on the link, also when the port had to be opened anew meanwhile."""

    def __init__(self, start: LinkStats) -> None:
        self._before = start
        self._total = type(start)()

    def settle(self, now: LinkStats) -> LinkStats:
        """Counts what came since the last call; all since the start."""
        if now.bytes_out < self._before.bytes_out:  # counted from 0 again
            self._before = type(now)()
        new = now.since(self._before)
        for field in fields(new):
            setattr(
                self._total, field.name, getattr(self._total, field.name) + getattr(new, field.name)
            )
        self._before = now
        return self._total.copy()


class _Source:
    """Pictures for the board. `sent`: not answered yet; `again`: to be sent once more, first.

    An error of the pictures' own ends them, and is kept in `error`: raised inside of the
    board's loop it would look like the board's.
    """

    def __init__(self, pictures: Iterator[Reply]) -> None:
        self._pictures = pictures
        self.sent: deque[Reply] = deque()
        self.again: deque[Reply] = deque()
        self.error: HilError | None = None

    def take(self) -> Iterator[bytes]:
        while True:
            try:
                picture = self.again.popleft() if self.again else next(self._pictures, None)
            except HilError as error:
                self.error = error
                return
            if picture is None:
                return
            assert picture.tensor is not None
            self.sent.append(picture)
            yield picture.tensor

    def take_back(self) -> None:
        """What was sent without an answer is to be sent again."""
        self.again.extendleft(reversed(self.sent))
        self.sent.clear()


def _name(pictures: deque[Reply]) -> str:
    return pictures[0].entry.file if pictures else ""
