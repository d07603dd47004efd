"""Many inferences in one start of the board, and between them what else a host may ask.

What creeps, leaks or wraps shows in one long start and not in many short ones. What the start has
answered before counts, so that on a board that was busy with tests little is left to do.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from hil.link.errors import BoardError
from hil.link.stats import LinkStats
from hil.run.soak import parse_soak

if TYPE_CHECKING:
    from hil.board import Board
    from hil.facts.board import Inference
    from hil.run.testbench import Bench

SAMPLES = ("uniform-0", "normal-0", "extremes-max", "uniform-1")

_ROUNDS = 16
"""At least; after each the board reports its memory."""
_MOST_OF_A_ROUND = 50
_FEWEST_OF_A_ROUND = 4
_SAY_EVERY_S = 10.0


class LongRun:
    """The long run of a bench: made by its first use, and anew where the board was reset since."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._boot = -1
        self.first: tuple[Inference, ...] = ()
        self.last: tuple[Inference, ...] = ()
        """The answers to `SAMPLES` at its begin and at its end."""
        self.link = LinkStats()
        """What happened on the link in between."""

    def prolong(self) -> None:
        """Lets this start of the board answer as much as `--soak` says.

        Raises NotAskedError as `Board.needs_its_order`.
        """
        board = self._bench.ready_board()
        board.needs_its_order()
        self.first = self.last = () if self._boot != self._start() else self.last
        if self.last:
            return
        before = board.link_stats
        self.first = self._samples(board)
        rounds = 0
        while (left := self._left(board)) > 0 or rounds < _ROUNDS:
            in_rounds = -(-left // max(1, _ROUNDS - rounds))
            self._round(board, rounds, min(_MOST_OF_A_ROUND, max(_FEWEST_OF_A_ROUND, in_rounds)))
            rounds += 1
        self.last = self._samples(board)
        self.link = board.link_stats.since(before)
        self._boot = self._start()

    def begin_anew(self) -> None:
        """Resets the board and asks it for a while: what crept because of the board is back."""
        from hil.judge.trends import after_reset

        board, boot = self._bench.ready_board(), self._start()
        answered = sum(record.boot == boot for record in self._bench.answers.inferences)
        board.reset()
        self._infer(board, after_reset(answered))

    def _start(self) -> int:
        records = self._bench.answers.inferences
        return records[-1].boot if records else 0

    def _left(self, board: Board) -> int:
        """Inferences that are to come; of a run by time one round as long as it is not over."""
        soak, boot = parse_soak(self._bench.options.soak), self._start()
        # Counted here: the board's own count may be what is wrong.
        answered = [r for r in self._bench.answers.inferences if r.boot == boot]
        if not soak.seconds:
            return soak.inferences - len(answered)
        over = board.clock() >= answered[0].at_s + soak.seconds
        return 0 if over else _MOST_OF_A_ROUND * _ROUNDS

    def _round(self, board: Board, number: int, inferences: int) -> None:
        self._infer(board, inferences)
        sample = self._bench.sample(SAMPLES[number % len(SAMPLES)]).data
        # Refusals: whether they are the right ones, others test.
        with suppress(BoardError):
            board.infer(sample, claimed_crc=0)
        with suppress(BoardError):
            board.infer(sample[:-1])
        board.echo(bytes(range(64)))
        board.memory()

    def _infer(self, board: Board, inferences: int) -> None:
        said = board.clock()
        for number in range(inferences):
            name = SAMPLES[number % len(SAMPLES)]
            # As in production: the map only where the threshold is reached.
            board.infer(self._bench.sample(name).data, cam_always=False)
            if board.clock() > said + _SAY_EVERY_S:
                said = board.clock()
                self._bench.progress(f"long run: {len(self._bench.answers.inferences)} answers")

    def _samples(self, board: Board) -> tuple[Inference, ...]:
        return tuple(board.infer(self._bench.sample(name).data) for name in SAMPLES)
