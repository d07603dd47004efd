"""From a verdict to a test outcome: failed is a failure, not run is never a pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import pytest

from hil.errors import NotAskedError, NotRunError
from hil.run.run_log import BY_VERDICT

if TYPE_CHECKING:
    from hil.board import Board
    from hil.facts.board import Inference
    from hil.judge.verdict import Verdict
    from hil.oracle import OracleAnswer
    from hil.run.measurement import FrameMeasurement, Measurement, SampleMeasurement
    from hil.run.testbench import Bench


def expect(measurement: Measurement | FrameMeasurement | SampleMeasurement, *checks: str) -> None:
    """Fails unless these checks of the measurement passed."""
    from hil.judge.verdict import Status

    failed = []
    for check in checks:
        verdict = measurement.verdict(check)
        if verdict.status is Status.FAILED:
            failed.append(_text(verdict))
        else:
            expect_verdict(verdict)
    if failed:
        wrong = pytest.fail.Exception("\n".join(failed), pytrace=False)
        setattr(wrong, BY_VERDICT, measurement.keys)
        raise wrong


def expect_verdict(verdict: Verdict) -> None:
    """Fails with the verdict's explanation unless it passed."""
    from hil.judge.verdict import Status

    if verdict.status is Status.NOT_RUN:
        raise NotRunError(
            _text(verdict),
            hint="what this check needs was not measured; it does not count as passed",
        )
    if verdict.status is Status.FAILED:
        pytest.fail(_text(verdict), pytrace=False)


def expect_figures(bench: Bench, *keys: str) -> None:
    """Fails where these figures of the run so far are wrong (`hil.judge.whole_run`)."""
    from hil.judge.whole_run import wrong_figures
    from hil.run.summing_up import figures

    found = wrong_figures(figures(bench), keys)
    if found:
        wrong = pytest.fail.Exception("\n".join(map(str, found)), pytrace=False)
        setattr(wrong, BY_VERDICT, tuple(one.key for one in found))
        raise wrong


def answer_of(inference: Inference) -> tuple[object, ...]:
    """The part of a result that must not depend on when it was asked for."""
    cam = None if inference.cam is None else inference.cam.tobytes()
    outputs = tuple(part.crc for part in inference.outputs)
    return outputs, inference.scores, inference.location, cam


def expect_first(board: Board, inference: Inference) -> None:
    """Fails unless this is the first inference since the board's start, or behind a camera's."""
    first = inference.count == 1 or (inference.count > 1 and board.identity.capabilities.camera)
    assert first, f"the first inference after a start is counted as number {inference.count}"


def expect_trace(board: Board, right: OracleAnswer, of: str) -> None:
    """Fails unless the board's trace, of the inference before, is the oracle's.

    `right`: with the operators. `of`: what was traced, in words.
    """
    traced, due = [entry.crc for entry in board.trace()], right.op_crcs()
    wrong = [n for n, crc in enumerate(due) if n >= len(traced) or traced[n] != crc]
    if wrong:
        pytest.fail(
            f"{of}: {len(wrong)} of {len(due)} outputs of operators are others in the trace, the "
            f"first is entry {wrong[0]}",
            pytrace=False,
        )


def _text(verdict: Verdict) -> str:
    return f"{verdict.check}: {verdict.explanation}"


def not_asked(reason: str) -> NoReturn:
    """Leaves a check out that is none for this board; a skipped test would be one not run."""
    raise NotAskedError(reason, hint="nothing to do: this board cannot be asked for it")
