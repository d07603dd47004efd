"""From a verdict to a test outcome: failed is a failure, not run is never a pass."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from hil.errors import NotAskedError, NotRunError
from hil.run.run_log import BY_VERDICT

if TYPE_CHECKING:
    from hil.board import Board
    from hil.facts.board import Inference
    from hil.judge.verdict import Verdict
    from hil.link.errors import BoardError
    from hil.oracle import OracleAnswer
    from hil.run.measurement import FrameMeasurement, Measurement, SampleMeasurement
    from hil.run.testbench import Bench
    from hil.wire.enums import ErrorCode


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


def expect_same(got: Inference, due: Inference, what: str) -> None:
    """Fails unless two results are the same answer. `what`: which is compared with which."""
    parts = [f"output {n}" for n, part in enumerate(got.outputs) if part.crc != _crc(due, n)]
    parts += ["the number of outputs"] * (len(got.outputs) != len(due.outputs))
    head = zip(("scores", "location", "map"), answer_of(got)[1:], answer_of(due)[1:], strict=True)
    parts += [name for name, one, other in head if one != other]
    if parts:
        pytest.fail(f"{what}: another answer, in {', '.join(parts)}", pytrace=False)


def expect_right(
    got: Inference, right: OracleAnswer, what: str, before: OracleAnswer | None = None
) -> None:
    """Fails unless outputs and map are the oracle's. `before`: its answer to the sample before."""
    wrong = [
        f"output {number}" + _stale(_crc(got, number), before, number)
        for number, crc in enumerate(right.output_crcs())
        if _crc(got, number) != crc
    ]
    if right.cam is not None and got.cam is None:
        wrong.append("no map")
    elif right.cam is not None and got.cam is not None:
        cam = got.cam.tolist()
        stale = before is not None and before.cam is not None and cam == before.cam.tolist()
        if cam != right.cam.tolist():
            wrong.append("the map" + _OF_BEFORE * stale)
    if wrong:
        pytest.fail(f"{what}: not the oracle's: {', '.join(wrong)}", pytrace=False)


_OF_BEFORE = " (it is that of the sample before)"


def _stale(crc: int | None, before: OracleAnswer | None, number: int) -> str:
    return _OF_BEFORE if before is not None and before.output_crcs()[number] == crc else ""


def _crc(inference: Inference, number: int) -> int | None:
    return inference.outputs[number].crc if number < len(inference.outputs) else None


def expect_order(inferences: Sequence[Inference], samples: Sequence[bytes]) -> None:
    """Fails unless each result is about the sample in its place."""
    got, due = [one.image_crc for one in inferences], [zlib.crc32(data) for data in samples]
    if got == due:
        return
    places = [due.index(crc) if crc in due else None for crc in got]
    pytest.fail(
        f"results are not of the samples in their order: they are of samples {places} "
        f"(counted from 0, None: of none of them), due is {list(range(len(due)))}",
        pytrace=False,
    )


def expect_refused(refused: pytest.ExceptionInfo[BoardError], code: ErrorCode, what: str) -> None:
    """Fails unless it was refused for this reason."""
    found = refused.value
    if found.code is not code:
        pytest.fail(
            f"{what} is refused as {found.code.name}, due is {code.name}: {found.message}",
            pytrace=False,
        )


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


def other_fields(got: Any, due: Any) -> list[str]:
    """The names of the fields in which two of a dataclass differ."""
    names = (field.name for field in dataclasses.fields(due))
    return [name for name in names if getattr(got, name) != getattr(due, name)]


def _text(verdict: Verdict) -> str:
    return f"{verdict.check}: {verdict.explanation}"


def not_asked(reason: str) -> NoReturn:
    """Leaves a check out that is none for this board; a skipped test would be one not run."""
    raise NotAskedError(reason, hint="nothing to do: this board cannot be asked for it")
