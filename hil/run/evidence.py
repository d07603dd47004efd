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
    from hil.oracle import Oracle
    from hil.run.board_of_run import BoardOfRun
    from hil.run.measurement import Measurement, SampleMeasurement

MOST_IMAGES = 5
"""Failing images, and as many samples, that the board is asked about again; the others leave what
they have."""

_LARGEST_SOURCE = 1 << 20


class Evidence:
    """What was found out about wrong answers; both lists only grow.

    `records`: one for each wrong image. `divergences`: the first operator that differs, for the
    first few images.
    """

    def __init__(self, board: BoardOfRun) -> None:
        self.records: list[EvidenceRecord] = []
        self.divergences: list[DivergenceRecord] = []
        self._board = board
        self._samples: set[str] = set()

    def look_at(self, oracle: Oracle, measurement: Measurement, data: bytes) -> None:
        """Adds evidence where a measurement is wrong.

        The board is asked to run the image again, traced: that must not hide the failure that
        was found, so trouble with it is noted and not raised.
        """
        if not _wrong(measurement):
            return
        name = measurement.facts.image
        repeated: bool | None = None
        if self._worth_asking(name):
            try:
                board = self._board.ready_board()
                repeated = _repeats(board, measurement, data)
                record = _locate(board, oracle, measurement, data)
            except InfrastructureError as error:
                self._board.note_failure(error, f"looking for the first difference in {name}")
                why = f"the board was lost: {_line(error)}"
                record = _without_trace(oracle, measurement, why)
            except HilError as error:
                record = _without_trace(oracle, measurement, f"tracing failed: {_line(error)}")
            if record is not None:
                self.divergences.append(record)
        self.records.append(
            EvidenceRecord(
                image=name,
                facts=measurement.facts,
                score_tensor=_scores(measurement),
                features=pack_int8(measurement.features),
                repeated=repeated,
                source=_source(measurement.photo),
            )
        )

    def note_sample(self, oracle: Oracle, measurement: SampleMeasurement) -> None:
        """Adds where a sample first differs: by its operators, else by its outputs."""
        facts, sample = measurement.facts, measurement.sample
        self._samples.add(sample.name)
        if any(op.differs for op in facts.ops or ()):
            self.note_operator(oracle, sample.name, sample.data)
        elif any(not output.same for output in facts.outputs) and self._worth_asking(sample.name):
            why = "every operator is right" if facts.ops else "this board cannot trace"
            record = divergence.by_outputs(
                sample.name, oracle, measurement.answer, facts, measurement.tensors, why
            )
            if record is not None:
                self.divergences.append(record)

    def note_operator(self, oracle: Oracle, name: str, data: bytes) -> None:
        """Adds the first operator that differs in a trace, unless the image is known already."""
        if not self._worth_asking(name):
            return
        try:
            record = _traced(self._board.ready_board(), oracle, name, data)
        except InfrastructureError as error:
            self._board.note_failure(error, f"looking for the first difference in {name}")
            return
        except HilError:
            return  # the trace that was taken says as much
        if record is not None:
            self.divergences.append(record)

    def _worth_asking(self, image: str) -> bool:
        known = {record.image for record in self.divergences}
        alike = known & self._samples if image in self._samples else known - self._samples
        return image not in known and len(alike) < MOST_IMAGES


def _wrong(measurement: Measurement) -> bool:
    failed = any(verdict.status is Status.FAILED for verdict in measurement.verdicts)
    return failed or _scores(measurement) != tuple(measurement.inference.scores)


def _scores(measurement: Measurement) -> tuple[int, ...]:
    """The scores as read back after the inference."""
    return tuple(int(value) for value in measurement.score_tensor.reshape(-1))


def _locate(
    board: Board, oracle: Oracle, measurement: Measurement, data: bytes
) -> DivergenceRecord | None:
    """The first operator that differs, or what can be told without a trace."""
    facts = measurement.facts
    engine_wrong = any(d is not None and d.differing for d in (facts.features, facts.scores))
    if not engine_wrong:
        return _without_trace(oracle, measurement, "features and scores are right")
    if not board.identity.capabilities.trace:
        return _without_trace(oracle, measurement, "this board cannot trace")
    return _traced(board, oracle, facts.image, data)


def _traced(board: Board, oracle: Oracle, name: str, data: bytes) -> DivergenceRecord | None:
    """The first operator that differs in a traced run of an image, read back if it can be."""
    from hil.judge.compare import compare_ops
    from hil.run.measuring import captured_output

    board.infer(data, cam_always=True, trace=True)
    answer = oracle.run(data, ops=True)
    first = divergence.first_diverging(compare_ops(answer, oracle.contract, board.trace()))
    if first is None:
        detail = (
            "every operator is right in a traced run of the same image: the answer is wrong "
            "behind them, or differs from run to run"
        )
        return DivergenceRecord(name, "none", None, "", (), 0, 0, 0, 0.0, None, (), (), "", detail)
    captured = None
    assert answer.op_outputs is not None
    if board.identity.capabilities.capture:
        right = answer.op_outputs[first.index][first.output]
        captured = captured_output(board, data, first.index, first.output, right)
    return divergence.by_operator(name, oracle, answer, first, captured)


def _without_trace(oracle: Oracle, measurement: Measurement, why: str) -> DivergenceRecord | None:
    return divergence.by_outputs(
        measurement.facts.image,
        oracle,
        measurement.answer,
        measurement.facts,
        measurement.tensors,
        why,
    )


def _repeats(board: Board, measurement: Measurement, data: bytes) -> bool:
    """Whether the same image gives the same answer once more."""
    import numpy as np

    first = measurement.inference
    facts = measurement.facts
    again = board.infer(data, cam_always=facts.cam_requested, threshold=facts.threshold)
    same_map = (first.cam is None) == (again.cam is None)
    if first.cam is not None and again.cam is not None:
        same_map = bool(np.array_equal(first.cam, again.cam))
    outputs = [[part.crc for part in answer.outputs] for answer in (first, again)]
    same_outputs = outputs[0] == outputs[1]
    same = (first.scores, first.location) == (again.scores, again.location)
    return same_map and same_outputs and same


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
