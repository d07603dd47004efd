"""From a run to cases: one image each, what was sent, what is right, what the board said."""

from __future__ import annotations

import base64
import dataclasses
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hil.errors import UsageError
from hil.facts.image import ImageFacts, OpFacts
from hil.facts.keys import frame_key
from hil.facts.packing import unpack_int8, unpack_png
from hil.judge.verdict import Status, judge_image
from hil.network.location import Location, NoLocation

if TYPE_CHECKING:
    from hil.facts.evidence import EvidenceRecord
    from hil.facts.records import FrameRecord
    from hil.facts.run import Run
    from hil.judge.tolerance import Tolerances
    from hil.oracle import Oracle, OracleAnswer


_BEFORE = 4


class Sent(Protocol):
    """An image as mistakes in the input need it; a `Case` is one."""

    @property
    def tensor(self) -> NDArray[np.int8]: ...
    @property
    def before(self) -> tuple[NDArray[np.int8], ...]: ...
    @property
    def source(self) -> bytes: ...


@dataclass(frozen=True, eq=False)
class Image:
    """An image alone: `before` is what its buffer held."""

    tensor: NDArray[np.int8]
    before: tuple[NDArray[np.int8], ...]
    source: bytes = b""


@dataclass(frozen=True, eq=False)
class Case:
    """One image of a run.

    Attributes:
        name: of the image.
        tensor: int8 [height, width], as sent.
        expected: the oracle's answer.
        facts: what was measured.
        failing: a check of it failed, by the run's tolerances.
        scores: the board's, int8 per class.
        score_tensor: as read back; the same where it was not.
        features: the board's, int8 [rows, columns, C]; None where they are not known.
        cam: the board's map, int32; None where it sent none.
        before: tensors of the images that ran before it, the last one first.
        traced_before: the same for its traced inference.
        last_cell: (row, column) of the last location that a right board gave before it.
        op_crcs: CRC-32 of each operator's output on the board; None without a trace.
        op_right: what they should be.
        repeated: whether the image, sent again, gave the same answer; None: not tried.
        source: the picture the tensor was made of, as a file; empty if it is the same.
    """

    name: str
    tensor: NDArray[np.int8]
    expected: OracleAnswer
    facts: ImageFacts
    failing: bool
    scores: tuple[int, ...]
    score_tensor: tuple[int, ...]
    features: NDArray[np.int8] | None
    cam: NDArray[np.int32] | None
    before: tuple[NDArray[np.int8], ...] = ()
    traced_before: tuple[NDArray[np.int8], ...] = ()
    last_cell: tuple[int, int] | None = None
    op_crcs: tuple[int | None, ...] | None = None
    op_right: tuple[int, ...] = ()
    repeated: bool | None = None
    source: bytes = b""

    @property
    def first_diverging(self) -> int | None:
        """Index of the first operator whose traced output differs; None if none does."""
        crcs = zip(self.op_crcs or (), self.op_right, strict=True)
        return next((n for n, (got, right) in enumerate(crcs) if got not in (None, right)), None)

    @property
    def location(self) -> Location | NoLocation:
        return self.facts.device.location

    @property
    def features_wrong(self) -> bool:
        found = self.facts.features
        return found is not None and found.differing > 0


@dataclass(frozen=True, eq=False)
class World:
    """All cases of a run, and the oracle that knows what is right."""

    run: Run
    oracle: Oracle
    model: bytes
    cases: tuple[Case, ...]
    answers: dict[bytes, OracleAnswer] = field(default_factory=dict, repr=False)
    _kept: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def failing(self) -> tuple[Case, ...]:
        return tuple(case for case in self.cases if case.failing)

    def answer(self, tensor: NDArray[np.int8]) -> OracleAnswer:
        """What the oracle says to an image, kept for the whole diagnosis."""
        data = tensor.tobytes()
        if data not in self.answers:
            self.answers[data] = self.oracle.run(tensor)
        return self.answers[data]

    def kept(self, name: str, make: Callable[[], Any]) -> Any:
        """A value that is computed once in a diagnosis."""
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]


def model_of(run: Run) -> bytes:
    """The .tflite file that a run holds. Raises UsageError if it holds none."""
    if run.model is None:
        raise UsageError(
            "the run does not hold the model that it was made with",
            where="run",
            hint="a run that reached no board, or was interrupted, has no model to compare with",
        )
    try:
        return base64.b64decode(run.model.tflite, validate=True)
    except ValueError as error:
        raise UsageError(
            f"the run's model is damaged: {error}", where="run", hint="record the run again"
        ) from error


def oracle_of(run: Run) -> Oracle:
    """The oracle for the model that a run holds.

    Raises:
        UsageError: the run holds none.
    """
    from hil.oracle import Oracle

    model = model_of(run)
    assert run.model is not None
    return Oracle(
        model,
        positive_class=run.model.positive_class,
        threshold=run.model.threshold,
        where="the model in the run",
    )


def read_world(run: Run, oracle: Oracle, tolerances: Tolerances) -> World:
    """The cases of a run, in the order in which they were measured."""
    evidence = {(e.image, e.facts): e for e in run.evidence}
    traces = {trace.image: trace for trace in run.traces}
    tensors = {record.name: _tensor(record.png, record.name) for record in run.images}
    order = _Order(run, tensors)
    cases: list[Case] = []
    for record in run.images:
        trace = traces.get(record.name)
        ops = () if trace is None else trace.ops
        crc = record.facts.image_crc
        before = order.before(crc, record.times.invoke_us)
        traced = () if trace is None else order.before(crc, trace.invoke_us)
        found = evidence.get((record.name, record.facts))
        case = _case(record.facts, tensors[record.name], oracle, tolerances, found, before, ops)
        last = order.last_cell(oracle, crc, record.times.invoke_us)
        cases.append(dataclasses.replace(case, traced_before=traced, last_cell=last))
    known = {(record.name, record.facts) for record in run.images}
    for extra in run.evidence:
        tensor = tensors.get(extra.image)
        if tensor is None or (extra.image, extra.facts) in known:
            continue
        before = order.before(extra.facts.image_crc, extra.facts.invoke_us)
        case = _case(extra.facts, tensor, oracle, tolerances, extra, before, ())
        last = order.last_cell(oracle, extra.facts.image_crc, extra.facts.invoke_us)
        cases.append(dataclasses.replace(case, last_cell=last))
    for frame in run.frames:
        if frame.input:
            continue  # the model saw something else: that is explained for itself
        before = order.before(frame.facts.image_crc, frame.times.invoke_us)
        case = _case(frame.facts, _of_frame(frame), oracle, tolerances, None, before, ())
        last = order.last_cell(oracle, frame.facts.image_crc, frame.times.invoke_us)
        cases.append(dataclasses.replace(case, name=frame_key(frame.name), last_cell=last))
    return World(run, oracle, model_of(run), tuple(cases))


class _Order:
    """Which images ran before another, by the results of the whole run."""

    def __init__(self, run: Run, tensors: dict[str, NDArray[np.int8]]) -> None:
        from hil.images import synthetic

        self._tensors = {photo.name: photo.tensor for photo in synthetic()} | tensors
        self._by_crc = {zlib.crc32(t.tobytes()): t for t in self._tensors.values()}
        frames = {record.facts.image_crc: _of_frame(record) for record in run.frames}
        self._by_crc |= frames  # sent as they are, or as the tensors that they give
        self._by_crc |= {zlib.crc32(tensor.tobytes()): tensor for tensor in frames.values()}
        self._results = run.inferences
        self._numbers: dict[tuple[int, int | None], int] = {}
        for number, result in enumerate(run.inferences):
            self._numbers.setdefault((result.image_crc, result.times.invoke_us), number)
        self._images = [tensors[record.name] for record in run.images]

    def before(self, crc: int, invoke_us: int | None) -> tuple[NDArray[np.int8], ...]:
        """The newest first; fewer where an image is not known. By the order of images where
        the run does not hold its results."""
        if not self._results:
            crcs = [zlib.crc32(tensor.tobytes()) for tensor in self._images]
            at = crcs.index(crc) if crc in crcs else 0
            return tuple(self._images[max(at - _BEFORE, 0) : at][::-1])
        number = self._number(crc, invoke_us)
        return () if number is None else self._known(number)

    def last_cell(self, oracle: Oracle, crc: int, invoke_us: int | None) -> tuple[int, int] | None:
        """(row, column) of the last location that a right board gave before this result."""
        number = self._number(crc, invoke_us)
        for result in self._results[: number or 0][::-1]:
            tensor = self._by_crc.get(result.image_crc)
            if tensor is None:
                return None
            location = oracle.run(tensor, threshold=result.threshold).location
            if isinstance(location, Location):
                return location.row, location.column
        return None

    def _number(self, crc: int, invoke_us: int | None) -> int | None:
        """Which of the run's results is the one of an image."""
        return self._numbers.get((crc, invoke_us))

    def _known(self, number: int) -> tuple[NDArray[np.int8], ...]:
        found = []
        for result in self._results[max(number - _BEFORE, 0) : number][::-1]:
            tensor = self._by_crc.get(result.image_crc)
            if tensor is None:
                break
            found.append(tensor)
        return tuple(found)


def _case(
    facts: ImageFacts,
    tensor: NDArray[np.int8],
    oracle: Oracle,
    tolerances: Tolerances,
    evidence: EvidenceRecord | None,
    before: tuple[NDArray[np.int8], ...],
    ops: tuple[OpFacts, ...],
) -> Case:
    expected = oracle.run(tensor, threshold=facts.threshold)
    features: NDArray[np.int8] | None = None
    if facts.features is not None and facts.features.differing == 0:
        features = expected.features
    elif evidence is not None and evidence.features:
        features = unpack_int8(evidence.features, expected.features.shape, where=facts.image)
    failing = evidence is not None
    failing = failing or any(v.status is Status.FAILED for v in judge_image(facts, tolerances))
    failing = failing or any(op.device_crc not in (None, op.expected_crc) for op in ops)
    cam = facts.device.cam
    return Case(
        name=facts.image,
        tensor=tensor,
        expected=expected,
        facts=facts,
        failing=failing,
        scores=facts.device.scores,
        score_tensor=facts.device.scores if evidence is None else evidence.score_tensor,
        features=features,
        cam=None if cam is None else np.array(cam, np.int32),
        before=before,
        op_crcs=tuple(op.device_crc for op in ops) or None,
        op_right=tuple(op.expected_crc for op in ops),
        repeated=None if evidence is None else evidence.repeated,
        source=base64.b64decode(evidence.source) if evidence is not None else b"",
    )


def sent_images(run: Run) -> tuple[NDArray[np.int8], ...]:
    """The images of a run, and the synthetic ones that tests use."""
    from hil.images import synthetic

    size = run.images[0].facts.input_size if run.images else None
    made = synthetic() if size is None else synthetic(size=size)
    return (
        *(_tensor(record.png, record.name) for record in run.images),
        *(photo.tensor for photo in made),
    )


def _of_frame(record: FrameRecord) -> NDArray[np.int8]:
    """What the model saw of a frame, as far as preprocessing is right."""
    from hil.oracle.preprocess import preprocess

    return preprocess(unpack_png(record.png, where=record.name), record.facts.input_size)


def _tensor(png: str, name: str) -> NDArray[np.int8]:
    from hil.images import to_tensor

    return to_tensor(unpack_png(png, where=name))
