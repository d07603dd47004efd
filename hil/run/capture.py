"""On a wrong answer, while the board is there: what only the board can still tell."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from hil.diagnose import divergence
from hil.errors import HilError, InfrastructureError
from hil.facts.evidence import DivergenceRecord, EvidenceRecord
from hil.facts.packing import pack_int8
from hil.judge.verdict import Status

if TYPE_CHECKING:
    from hil.board import Board
    from hil.images import Photo
    from hil.run.testbench import Bench, Measurement

MOST_IMAGES = 5
"""Failing images that the board is asked about again; the others leave what they have."""

_LARGEST_SOURCE = 1 << 20


def wrong(measurement: Measurement) -> bool:
    """Whether a measurement leaves evidence."""
    scores = tuple(int(v) for v in measurement.score_tensor.reshape(-1))
    failed = any(verdict.status is Status.FAILED for verdict in measurement.verdicts)
    return failed or scores != tuple(measurement.inference.scores)


def investigate(bench: Bench, measurement: Measurement) -> None:
    """Adds evidence and, for the first few images, the first diverging operator.

    The board is asked to run the image again, traced: that must not hide the failure that
    was found, so trouble with it is noted and not raised.
    """
    name = measurement.facts.image
    known = {record.image for record in bench.divergences}
    asked = name not in known and len(known) < MOST_IMAGES
    repeated: bool | None = None
    if asked:
        try:
            board = bench.ready_board()
            repeated = _repeats(board, measurement)
            record = locate(bench, board, measurement)
        except InfrastructureError as error:
            bench.note_failure(error, f"looking for the first difference in {name}")
            record = _without_trace(bench, measurement, f"the board was lost: {_line(error)}")
        except HilError as error:
            record = _without_trace(bench, measurement, f"tracing failed: {_line(error)}")
        if record is not None:
            bench.divergences.append(record)
    bench.evidence.append(
        EvidenceRecord(
            image=name,
            facts=measurement.facts,
            score_tensor=tuple(int(v) for v in measurement.score_tensor.reshape(-1)),
            features=pack_int8(measurement.features),
            repeated=repeated,
            source=_source(measurement.photo),
        )
    )


def locate(bench: Bench, board: Board, measurement: Measurement) -> DivergenceRecord | None:
    """The first operator that differs, or what can be told without a trace."""
    facts = measurement.facts
    engine_wrong = any(d is not None and d.differing for d in (facts.features, facts.scores))
    if not engine_wrong:
        return _without_trace(bench, measurement, "features and scores are right")
    if not board.identity.capabilities.trace:
        return _without_trace(bench, measurement, "this board cannot trace")
    return traced(bench, board, measurement.photo)


def note_operator(bench: Bench, photo: Photo) -> None:
    """Adds the first operator that differs in a trace, unless the image is known already."""
    known = {record.image for record in bench.divergences}
    if photo.name in known or len(known) >= MOST_IMAGES:
        return
    try:
        record = traced(bench, bench.ready_board(), photo)
    except InfrastructureError as error:
        bench.note_failure(error, f"looking for the first difference in {photo.name}")
        return
    except HilError:
        return  # the trace that was taken says as much
    if record is not None:
        bench.divergences.append(record)


def traced(bench: Bench, board: Board, photo: Photo) -> DivergenceRecord | None:
    """The first operator that differs in a traced run of an image, read back if it can be."""
    from hil.judge.compare import compare_ops

    oracle = bench.oracle
    board.infer(photo.tensor, cam_always=True, trace=True)
    answer = oracle.run(photo.tensor, ops=True)
    op = divergence.first_diverging(compare_ops(answer, oracle, board.trace()))
    if op is None:
        detail = (
            "every operator is right in a traced run of the same image: the answer is wrong "
            "behind them, or differs from run to run"
        )
        return DivergenceRecord(
            photo.name, "none", None, "", (), 0, 0, 0, 0.0, None, (), (), "", detail
        )
    captured = None
    assert answer.op_outputs is not None
    right = answer.op_outputs[op]
    if board.identity.capabilities.capture and right.dtype == "int8":
        found = board.infer(photo.tensor, cam_always=True, capture_op=op).captured
        if found is not None and len(found.data) == right.nbytes:
            import numpy as np

            captured = np.frombuffer(found.data, np.int8).reshape(right.shape)
    return divergence.by_operator(photo.name, oracle, answer, op, captured)


def _without_trace(bench: Bench, measurement: Measurement, why: str) -> DivergenceRecord | None:
    return divergence.by_outputs(
        measurement.facts.image,
        bench.oracle,
        measurement.answer,
        measurement.facts,
        measurement.features,
        why,
    )


def _repeats(board: Board, measurement: Measurement) -> bool:
    """Whether the same image gives the same answer once more."""
    import numpy as np

    first = measurement.inference
    again = board.infer(
        measurement.photo.tensor, cam_always=True, threshold=measurement.facts.threshold
    )
    same_map = (first.cam is None) == (again.cam is None)
    if first.cam is not None and again.cam is not None:
        same_map = bool(np.array_equal(first.cam, again.cam))
    return same_map and (first.scores, first.location) == (again.scores, again.location)


def _source(photo: Photo) -> str:
    """The file that the image was made of, if something was changed; base64."""
    if photo.path is None or not photo.notes:
        return ""
    try:
        data = photo.path.read_bytes()
    except OSError:
        return ""  # it was there a moment ago; the diagnosis can do without it
    return base64.b64encode(data).decode("ascii") if len(data) <= _LARGEST_SOURCE else ""


def _line(error: HilError) -> str:
    return error.message.splitlines()[0]
