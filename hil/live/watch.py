"""Owns the board: one frame after the other, its answer, and what to do when the board is lost."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from hil.errors import FirmwareError, HilError, InfrastructureError, UsageError
from hil.link.line import BITS_PER_BYTE
from hil.live.moment import LinkFacts, Moment, Scores
from hil.live.scores import scores_of
from hil.network.contract import NO_PICTURE
from hil.oracle.preprocess import region_of
from hil.run.evaluation.answers import judged_output

if TYPE_CHECKING:
    from hil.board import Board
    from hil.facts.board import Inference
    from hil.live.feed import Feed
    from hil.network.contract import Contract
    from hil.wire.replies import MemoryReport

PATIENCE_S = 60.0
"""So long it is tried to bring a lost board back."""

_MEMORY_S = 2.0
_AGAIN_S = 1.0


def check_watchable(contract: Contract) -> None:
    """Raises UsageError for a network that takes no picture."""
    if contract.image is not None:
        return
    reasons = [note.removeprefix(NO_PICTURE) for note in contract.notes if NO_PICTURE in note]
    raise UsageError(
        "this network takes no picture, so there is nothing to see"
        + "".join(f": {reason}" for reason in reasons[:1]),
        where=contract.where,
        hint="hil validate shows what a network of any kind answers",
    )


class Watch:
    """Looks through a board's camera until `stop`, `most_per_s` times a second or less often."""

    def __init__(
        self,
        board: Board,
        contract: Contract,
        feed: Feed,
        *,
        most_per_s: float,
        patience_s: float = PATIENCE_S,
    ) -> None:
        check_watchable(contract)
        self._board, self._contract, self._feed = board, contract, feed
        self._period_s, self._patience_s = 1 / most_per_s, patience_s
        self._began = time.monotonic()
        self._stopped = threading.Event()
        self._number = 0
        self._memory: MemoryReport | None = None
        self._memory_at = 0.0
        self._first: HilError | None = None
        self._first_at = 0.0
        # What a run keeps of every answer would fill the memory of a view that is never closed.
        board.on_inference = None

    @property
    def first_cause(self) -> HilError | None:
        """Why the board is lost; None while it works."""
        return self._first

    def stop(self) -> None:
        """From any thread: after the frame that is under way."""
        self._stopped.set()

    def run(self) -> None:
        """Raises the first cause of a board that stays lost; what no board can mend, at once."""
        due = time.monotonic()
        while not self._stopped.is_set():
            try:
                moment = self.look()
            except (InfrastructureError, FirmwareError) as error:
                if self._number == 0:
                    raise  # it never worked: nothing that comes back by itself
                self._bring_back(error)
                due = time.monotonic()
                continue
            self._first = None
            self._feed.put(moment)
            due = max(due + self._period_s, time.monotonic())
            self._stopped.wait(due - time.monotonic())

    def look(self) -> Moment:
        """One frame, and the answer to exactly it."""
        board, contract = self._board, self._contract
        image = contract.image
        assert image is not None
        before = board.link_stats.copy()
        started = time.monotonic()
        frame = board.camera_frame()
        taken = time.monotonic()
        # The board has it still: it is not sent back.
        answer = board.infer(frame.data, stage="frame", reuse=True)
        scores = self._scores(answer)
        done = time.monotonic()
        passed = board.link_stats.since(before)
        crossed = passed.bytes_in + passed.bytes_out
        stats = board.link_stats
        self._forget()
        self._number += 1
        return Moment(
            number=self._number,
            at_s=started - self._began,
            pixels=frame.pixels,
            region=region_of((frame.size.rows, frame.size.columns), image.size),
            size=image.size,
            scores=scores,
            cam=answer.cam,
            location=answer.location,
            times=answer.times,
            transfer_s=taken - started,
            answer_s=done - taken,
            memory=self._remembered_memory(),
            link=LinkFacts(
                baud=board.baud,
                frame_bytes=crossed,
                line_s=crossed * BITS_PER_BYTE / board.baud,
                round_trip_s=board.round_trip_s,
                damaged=stats.damaged + stats.damaged_at_board,
                retransmitted=stats.retransmitted,
            ),
        )

    def _scores(self, answer: Inference) -> Scores:
        board, contract = self._board, self._contract
        output = judged_output(board, contract, answer)
        rebuilt = contract.task.kind == "reconstruction"
        taken = board.read_input().tobytes() if rebuilt else b""
        return scores_of(contract, taken, output)

    def _remembered_memory(self) -> MemoryReport:
        now = time.monotonic()
        if self._memory is None or now - self._memory_at >= _MEMORY_S:
            self._memory, self._memory_at = self._board.memory(), now
        return self._memory

    def _forget(self) -> None:
        """What a board keeps for the end of a run, but for the last."""
        for kept in (self._board.stamps, self._board.memories, self._board.oddities):
            del kept[:-1]

    def _bring_back(self, error: HilError) -> None:
        """Recovers the board. Raises the first cause when that has been tried for long enough."""
        now = time.monotonic()
        if self._first is None:
            self._first, self._first_at = error, now
        elif now - self._first_at >= self._patience_s:
            raise self._first
        self._feed.lost(self._first)
        self._stopped.wait(_AGAIN_S)
        if self._board.first_cause is not None and not self._stopped.is_set():
            try:
                self._board.recover()
            except (InfrastructureError, FirmwareError):
                return  # the next look says that it is lost, and asks for the time
        self._memory = None
