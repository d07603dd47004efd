"""From a run to cases: one image each, what was sent, what is right, what the board said."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hil.board.artifacts import ExpectedModel
from hil.diagnose.kernels import Convolution, convolution
from hil.diagnose.known import known_samples
from hil.diagnose.right import Right
from hil.errors import UsageError
from hil.facts.evidence import EvidenceRecord
from hil.facts.image import Grid, ImageFacts
from hil.facts.keys import frame_key
from hil.facts.packing import unpack_int8, unpack_plain, unpack_png
from hil.facts.records import FrameRecord, ModelRecord, TraceRecord
from hil.facts.run import Run
from hil.images import Photo, synthetic
from hil.judge.compare import input_size
from hil.judge.tolerance import Tolerances
from hil.judge.verdict import Status, judge_image
from hil.network.arrays import dtype_of, picture_input
from hil.network.cam_graph import CamGraph
from hil.network.contract import Contract
from hil.network.location import Location, NoLocation
from hil.network.tflite_graph import Graph
from hil.oracle import Oracle
from hil.oracle.preprocess import preprocess
from hil.oracle.submodel import ModelParts, parts_of
from hil.wire.errors import WireError
from hil.wire.network_header import CamHead, unpack_header

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
        read_back: its score tensor was read after the answer.
        first: nothing ran before it since the board started, as far as the run knows.
        last_cell: (row, column) of the last location that a right board gave before it.
        op_crcs: CRC-32 of each operator's output on the board; None without a trace.
        op_right: what they should be.
        repeated: whether the image, sent again, gave the same answer; None: not tried.
        source: the picture the tensor was made of, as a file; empty if it is the same.
    """

    name: str
    tensor: NDArray[np.int8]
    expected: Right
    facts: ImageFacts
    failing: bool
    scores: tuple[int, ...]
    score_tensor: tuple[int, ...]
    features: NDArray[np.int8] | None
    cam: NDArray[np.int32] | None
    before: tuple[NDArray[np.int8], ...] = ()
    traced_before: tuple[NDArray[np.int8], ...] = ()
    first: bool = False
    read_back: bool = False
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
    tflite: bytes
    cases: tuple[Case, ...]
    answers: dict[bytes, Right] = field(default_factory=dict, repr=False)
    _kept: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def model(self) -> CamGraph:
        cam = self.oracle.contract.cam
        assert cam is not None  # else there are no cases
        return cam

    @property
    def head(self) -> CamHead:
        """Of the network: which class the map is of, and from which score on it is answered."""
        head = self.oracle.contract.head
        assert head is not None
        return head

    @property
    def graph(self) -> Graph:
        return self.oracle.contract.graph

    @property
    def feature_op(self) -> int:
        """Index of the operator that makes the features."""
        producer = self.graph.producer(self.model.features.index)
        assert producer is not None
        return producer.index

    @property
    def parts(self) -> ModelParts:
        return parts_of(self.tflite)

    def convolution(self, op: int) -> Convolution | None:
        """The convolution of an operator; None if it is no convolution of int8."""
        return convolution(self.graph, self.parts.ops[op], op)

    def answer(self, tensor: NDArray[np.int8]) -> Right:
        """What the oracle says to an image, kept for the whole diagnosis."""
        data = tensor.tobytes()
        if data not in self.answers:
            self.answers[data] = Right.of(self.oracle.run(data))
        return self.answers[data]

    def kept(self, name: str, make: Callable[[], Any]) -> Any:
        """A value that is computed once in a diagnosis."""
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]


@dataclass(frozen=True, eq=False)
class Point:
    """One case at one stage of the board's work.

    A stage takes what the stages before gave it, as observed on the board where it is known.
    So a second mistake is looked for on top of the first, not instead of it.

    Attributes:
        given: what the stage worked on.
        right: what it should have given.
        observed: what the board gave.
    """

    case: Case
    world: World
    given: Any
    right: Any
    observed: Any
    failing: bool

    def previous(self) -> Right | None:
        """The oracle's answer to the image before; None if that is not known."""
        return self.world.answer(self.case.before[0]) if self.case.before else None


def ints(array: Any) -> tuple[int, ...]:
    """The values of an array as integers."""
    return tuple(int(value) for value in array.reshape(-1))


def contract_of(model: ModelRecord) -> Contract:
    """The network of a run. Raises UsageError if it is damaged."""
    try:
        tflite = base64.b64decode(model.tflite, validate=True)
        header = unpack_header(base64.b64decode(model.header, validate=True))
    except (ValueError, WireError) as error:
        raise UsageError(
            f"the run's model is damaged: {error}", where="run", hint="record the run again"
        ) from error
    return ExpectedModel(tflite, header, "the model in the run").contract


def explainable(contract: Contract) -> bool:
    """Whether what is wrong about images can be explained: of a map, with one gray int8 input."""
    image, tensor = contract.image, contract.header.inputs[0]
    gray = image is not None and image.channels == 1
    return contract.head is not None and gray and dtype_of(tensor) == np.int8


def read_world(
    run: Run, model: ModelRecord, oracle: Oracle | None, tolerances: Tolerances
) -> World:
    """The cases of a run, in the order in which they were measured.

    Args:
        run: as recorded.
        model: that it was made with.
        oracle: for this model; None makes one.
        tolerances: to tell what fails.

    Raises:
        UsageError: the model or a picture is damaged.
    """
    oracle = oracle or Oracle(contract_of(model))
    read = _Reader(run, oracle, tolerances)
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
            name, tensor = frame_key(frame.name), _of_frame(frame, oracle.contract)
            cases.append(read.case(frame.facts, tensor, frame.times.invoke_us, name=name))
    return World(run, oracle, oracle.contract.model, tuple(cases))


class _Reader:
    """Makes cases; knows which images ran before another, by the results of the whole run."""

    def __init__(self, run: Run, oracle: Oracle, tolerances: Tolerances) -> None:
        self._oracle, self._tolerances = oracle, tolerances
        contract = oracle.contract
        self.tensors = {
            record.name: _tensor(record.png, record.name, contract) for record in run.images
        }
        self._images = [self.tensors[record.name] for record in run.images]
        known = {photo.name: as_input(photo.pixels, contract) for photo in made(contract)}
        known |= self.tensors
        shape = as_input(made(contract)[0].pixels, contract).shape
        samples = {
            crc: np.frombuffer(data, np.int8).reshape(shape)
            for crc, data in known_samples(run, contract).items()
        }
        frames = {record.facts.image_crc: _of_frame(record, contract) for record in run.frames}
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
        if facts.features is not None and facts.features.differing == 0:
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
            first=self._first(facts.image_crc, invoke_us),
            read_back=evidence is not None,
            last_cell=self._last_cell(facts.image_crc, invoke_us),
            op_crcs=tuple(op.device_crc for op in ops) or None,
            op_right=tuple(op.expected_crc for op in ops),
            repeated=None if evidence is None else evidence.repeated,
            source=b"" if evidence is None else unpack_plain(evidence.source, where=facts.image),
        )

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


def sent_images(run: Run, contract: Contract) -> tuple[NDArray[np.int8], ...]:
    """The images of a run, and the synthetic ones that tests use."""
    return (
        *(_tensor(record.png, record.name, contract) for record in run.images),
        *(as_input(photo.pixels, contract) for photo in made(contract)),
    )


def made(contract: Contract) -> tuple[Photo, ...]:
    """The synthetic pictures in the size of the network's input."""
    return synthetic(size=input_size(contract))


def as_input(pixels: NDArray[np.uint8], contract: Contract) -> NDArray[np.int8]:
    """A gray picture as int8 [height, width] of the network's input."""
    tensor: NDArray[np.int8] = picture_input(contract.header, pixels).reshape(pixels.shape)
    return tensor


def _of_frame(record: FrameRecord, contract: Contract) -> NDArray[np.int8]:
    """What the model saw of a frame, as far as preprocessing is right."""
    frame = unpack_png(record.png, where=record.name)
    tensor: NDArray[np.int8] = preprocess(frame, contract.header).reshape(input_size(contract))
    return tensor


def _tensor(png: str, name: str, contract: Contract) -> NDArray[np.int8]:
    return as_input(unpack_png(png, where=name), contract)
