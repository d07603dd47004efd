"""From a run to its cases: every answer that can be held against the oracle's."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hil.diagnose.case import (
    Case,
    World,
    as_input,
    contract_of,
    frame_input,
    made,
    picture_tensor,
)
from hil.diagnose.known import known_samples
from hil.diagnose.right import Right
from hil.errors import UsageError
from hil.facts.evidence import EvidenceRecord
from hil.facts.image import Grid, ImageFacts
from hil.facts.keys import frame_key
from hil.facts.packing import unpack_int8, unpack_plain
from hil.facts.records import ModelRecord, TraceRecord
from hil.facts.run import Run
from hil.judge.answers import JudgedAnswer
from hil.judge.judged import JudgedRun
from hil.judge.tolerance import Tolerances
from hil.judge.verdict import Status, judge_image
from hil.network.location import Location
from hil.oracle import Oracle

_BEFORE = 4


def read_world(judged: JudgedRun, model: ModelRecord, oracle: Oracle | None) -> World:
    """The cases of a run, in the order in which they were measured.

    Args:
        judged: the run, and what of it fails.
        model: that it was made with.
        oracle: for this model; None makes one.

    Raises:
        UsageError: the model or a picture is damaged.
    """
    oracle, run = oracle or Oracle(contract_of(model)), judged.run
    read = _Reader(run, oracle, judged.tolerances)
    evidence = {(e.image, e.facts): e for e in run.evidence}
    traces = {trace.image: trace for trace in run.traces}
    cases = [
        read.case(
            record.facts,
            read.tensors[record.name],
            record.times.invoke_us,
            evidence=evidence.get((record.name, record.facts)),
            trace=traces.get(record.name),
        )
        for record in run.images
    ]
    known = {(record.name, record.facts) for record in run.images}
    for extra in run.evidence:
        tensor = read.tensors.get(extra.image)
        if tensor is not None and (extra.image, extra.facts) not in known:
            cases.append(read.case(extra.facts, tensor, extra.facts.invoke_us, evidence=extra))
    for frame in run.frames:
        # Else the model saw something else: that is explained for itself.
        if not frame.input and isinstance(frame.facts, ImageFacts):
            name, tensor = frame_key(frame.name), frame_input(frame, oracle.contract)
            cases.append(read.case(frame.facts, tensor, frame.times.invoke_us, name=name))
    cases += read.other_answers(cases, judged.answers)
    return World(run, oracle, oracle.contract.model, tuple(cases))


class _Reader:
    """Makes cases; knows which images ran before another, by the results of the whole run."""

    def __init__(self, run: Run, oracle: Oracle, tolerances: Tolerances) -> None:
        self._oracle, self._tolerances = oracle, tolerances
        contract = oracle.contract
        self.tensors = {
            record.name: picture_tensor(record.png, record.name, contract) for record in run.images
        }
        self._images = [self.tensors[record.name] for record in run.images]
        known = {photo.name: as_input(photo.pixels, contract) for photo in made(contract)}
        known |= self.tensors
        shape = as_input(made(contract)[0].pixels, contract).shape
        samples = {
            crc: np.frombuffer(data, np.int8).reshape(shape)
            for crc, data in known_samples(run, contract).items()
        }
        frames = {record.facts.image_crc: frame_input(record, contract) for record in run.frames}
        self._by_crc = samples
        self._by_crc |= {zlib.crc32(tensor.tobytes()): tensor for tensor in known.values()}
        self._by_crc |= frames  # sent as they are, or as the tensors that they give
        self._by_crc |= {zlib.crc32(tensor.tobytes()): tensor for tensor in frames.values()}
        self._results = run.inferences
        self._numbers: dict[tuple[int, int | None], int] = {}
        for number, result in enumerate(run.inferences):
            self._numbers.setdefault((result.image_crc, result.times.invoke_us), number)

    def case(
        self,
        facts: ImageFacts,
        tensor: NDArray[np.int8],
        invoke_us: int | None,
        *,
        name: str = "",
        evidence: EvidenceRecord | None = None,
        trace: TraceRecord | None = None,
    ) -> Case:
        """One image. `name`: if it is not the one in the facts."""
        expected = Right.of(self._oracle.run(tensor.tobytes(), threshold=facts.threshold))
        features: NDArray[np.int8] | None = None
        told_right = any(o.same for o in facts.outputs if o.role == "features")
        if told_right if facts.features is None else not facts.features.differing:
            features = expected.features
        elif evidence is not None and evidence.features:
            features = unpack_int8(evidence.features, expected.features.shape, where=facts.image)
        traced = () if trace is None else trace.ops
        ops, cam = tuple(op for op in traced if not op.output), facts.device.cam
        return Case(
            name=name or facts.image,
            tensor=tensor,
            expected=expected,
            facts=facts,
            failing=evidence is not None
            or any(v.status is Status.FAILED for v in judge_image(facts, self._tolerances))
            or any(op.differs for op in ops),
            scores=facts.device.scores,
            score_tensor=facts.device.scores if evidence is None else evidence.score_tensor,
            features=features,
            cam=None if cam is None else _map(cam, facts.image),
            before=self._before(facts.image_crc, invoke_us),
            traced_before=() if trace is None else self._before(facts.image_crc, trace.invoke_us),
            traced_right=all(o.same for o in trace.outputs) if trace and trace.outputs else None,
            first=self._first(facts.image_crc, invoke_us),
            read_back=evidence is not None,
            last_cell=self._last_cell(facts.image_crc, invoke_us),
            op_crcs=tuple(op.device_crc for op in ops) or None,
            op_right=tuple(op.expected_crc for op in ops),
            repeated=None if evidence is None else evidence.repeated,
            source=b"" if evidence is None else unpack_plain(evidence.source, where=facts.image),
        )

    def other_answers(self, cases: Sequence[Case], answers: Sequence[JudgedAnswer]) -> list[Case]:
        """What the run was answered beside these cases, whoever asked; the same but once."""
        known = {_answer_of(case.facts, case.before) for case in cases}
        found = []
        for record, answer in zip(self._results, answers, strict=False):
            facts, tensor = answer.facts, self._by_crc.get(record.asked.image_crc)
            if tensor is None or record.asked.stage != "tensor":
                continue
            if not isinstance(facts, ImageFacts):
                continue
            same = _answer_of(facts, self._before(facts.image_crc, facts.invoke_us))
            if same not in known:
                known.add(same)
                case = self.case(facts, tensor, facts.invoke_us, name=facts.image or answer.name)
                found.append(dataclasses.replace(case, failing=answer.says_wrong))
        return found

    def _before(self, crc: int, invoke_us: int | None) -> tuple[NDArray[np.int8], ...]:
        """The newest first; fewer where an image is not known. By the order of images where
        the run does not hold its results."""
        if not self._results:
            crcs = [zlib.crc32(tensor.tobytes()) for tensor in self._images]
            at = crcs.index(crc) if crc in crcs else 0
            return tuple(self._images[max(at - _BEFORE, 0) : at][::-1])
        number = self._numbers.get((crc, invoke_us), 0)
        found = []
        for result in self._results[max(number - _BEFORE, 0) : number][::-1]:
            tensor = self._by_crc.get(result.image_crc)
            if tensor is None or result.boot != self._results[number].boot:
                break
            found.append(tensor)
        return tuple(found)

    def _first(self, crc: int, invoke_us: int | None) -> bool:
        if not self._results:
            return bool(self._images) and zlib.crc32(self._images[0].tobytes()) == crc
        number = self._numbers.get((crc, invoke_us))
        if number is None:
            return False
        return number == 0 or self._results[number - 1].boot != self._results[number].boot

    def _last_cell(self, crc: int, invoke_us: int | None) -> tuple[int, int] | None:
        """(row, column) of the last location that a right board gave before this result."""
        for result in self._results[: self._numbers.get((crc, invoke_us), 0)][::-1]:
            tensor = self._by_crc.get(result.image_crc)
            if tensor is None:
                return None
            location = self._oracle.run(tensor.tobytes(), threshold=result.threshold).location
            if isinstance(location, Location):
                return location.row, location.column
        return None


def _map(cam: Grid, where: str) -> NDArray[np.int32]:
    try:
        found = np.array(cam, np.int32)
    except (ValueError, OverflowError):
        found = np.empty(0, np.int32)
    if found.ndim != 2 or not found.size:
        raise UsageError("a damaged map", where=where, hint="record the run again")
    return found


def _answer_of(facts: ImageFacts, before: tuple[NDArray[np.int8], ...]) -> tuple[object, ...]:
    """What makes an answer another one to the diagnosis."""
    crcs = tuple(output.device_crc for output in facts.outputs)
    last = before[0].tobytes() if before else None
    return (facts.image_crc, facts.threshold, facts.cam_requested, facts.device, crcs, last)
