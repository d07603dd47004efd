"""Experiments on a board that answered wrongly, at the end of a run: what the diagnosis wants to
know. Their answers are in the run file like all others, each with what it was for."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from hil.errors import FirmwareError, HilError, InfrastructureError

if TYPE_CHECKING:
    from hil.board import Board
    from hil.facts.board import Inference
    from hil.facts.diagnosis import Ask, Experiment, Probe
    from hil.facts.run import Run
    from hil.run.testbench import Bench

MOST_SECONDS = 20.0
"""All experiments of a run; what is not done by then is left out."""

_PAUSE_S = 1.0
_ALL_PERCENT = 101


def perform_wanted(bench: Bench, run: Run, most_s: float = MOST_SECONDS) -> None:
    """What the diagnosis of this run wants, if the board is still in order, for `most_s` seconds.

    Whatever happens on the way, the run's result stands: trouble ends the experiments.
    """
    from hil.diagnose.wanted import experiments_wanted
    from hil.judge.judged import judge_recorded

    board = bench.open_board
    if board is None or board.first_cause is not None or board.replays or bench.model is None:
        return
    wanted = experiments_wanted(judge_recorded(run, bench.tolerances))
    if not wanted:
        return
    bench.progress("asking the board about its wrong answers ...")
    try:
        perform(bench, board, wanted, most_s)
    except HilError as error:
        if isinstance(error, InfrastructureError):
            bench.note_failure(error, "the experiments at the end")
    finally:
        bench.answers.experiment = bench.answers.after = ""
        bench.review()  # the oracle's answers belong to them; that they are wrong is known


def perform(
    bench: Bench,
    board: Board,
    wanted: tuple[Experiment, ...],
    most_s: float = MOST_SECONDS,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Takes the board through the experiments, as far as `most_s` seconds allow."""
    end = clock() + most_s
    for experiment in wanted:
        bench.answers.experiment = experiment.what
        for probe in experiment.steps:
            if clock() > end:
                return
            if probe.action == "pause":
                pause(_PAUSE_S)
                bench.answers.after = "pause"
            else:
                _step(bench, board, probe)


def _step(bench: Bench, board: Board, probe: Probe) -> None:
    if probe.action == "reset":
        board.reset()
    elif probe.action == "refusal":
        _refused(bench, board)
    elif probe.action == "bisect":
        _bisect(bench, board, probe)
    elif probe.ask is not None:
        _asked(bench, board, probe.ask, probe.ask.threshold)


def _asked(bench: Bench, board: Board, ask: Ask, threshold: int | None) -> Inference | None:
    """The answer; None for a sample that is no longer known."""
    data = bench.answers.samples.get(ask.image_crc)
    if data is None:
        return None
    return board.infer(data, threshold=threshold, cam_always=ask.cam)


def _refused(bench: Bench, board: Board) -> None:
    """A request that every board has to refuse."""
    data = next(iter(bench.answers.samples.values()), None)
    if data is not None:
        with suppress(FirmwareError):
            board.infer(data, claimed_crc=0)


def _bisect(bench: Bench, board: Board, probe: Probe) -> None:
    """Asks with thresholds that come nearer to the one at which the decision changes."""
    from hil.network.location import NoLocation

    ask, passes, fails = probe.ask, 0, _ALL_PERCENT
    while ask is not None and fails - passes > 1:
        percent = (passes + fails) // 2
        if probe.before is not None:
            _asked(bench, board, probe.before, probe.before.threshold)
        answer = _asked(bench, board, ask, percent)
        if answer is None:
            return
        if answer.location is NoLocation.BELOW_THRESHOLD:
            fails = percent
        else:
            passes = percent
