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
from hil.diagnose.right import Right
from hil.errors import UsageError
from hil.facts.image import ImageFacts
from hil.facts.packing import unpack_png
from hil.facts.records import FrameRecord, ModelRecord
from hil.facts.run import Run
from hil.images import Photo, synthetic
from hil.judge.compare import input_size
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


class Sent(Protocol):
    """An image as mistakes in the input need it; a `Case` is one."""

    @property
    def tensor(self) -> NDArray[np.int8]: ...
    @property
    def before(self) -> tuple[NDArray[np.int8], ...]: ...
    @property
    def source(self) -> bytes: ...


class Traced(Protocol):
    """A sample whose operators were traced; a `Case` is one.

    `op_crcs`: CRC-32 of each operator's output on the board, `repeated` as of a `Case`.
    """

    @property
    def name(self) -> str: ...
    @property
    def op_crcs(self) -> tuple[int | None, ...] | None: ...
    @property
    def repeated(self) -> bool | None: ...


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
        traced_right: all outputs of that traced inference are right; None where that is not known.
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
    traced_right: bool | None = None
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
    def features_crc(self) -> int | None:
        """CRC-32 of the board's features as its answer says; None without one."""
        return next((o.device_crc for o in self.facts.outputs if o.role == "features"), None)

    @property
    def features_unknown(self) -> bool:
        """Neither read back nor told by their CRC-32."""
        return self.features is None and self.features_crc is None and self.facts.features is None

    def has_features(self, predicted: NDArray[np.int8]) -> bool:
        """Whether these are the board's, as far as its features are known."""
        if self.features is not None:
            return np.array_equal(predicted, self.features)
        return self.features_crc in (None, zlib.crc32(predicted.tobytes()))

    @property
    def features_wrong(self) -> bool:
        found, crc = self.facts.features, self.features_crc
        if found is not None:
            return found.differing > 0
        return crc is not None and crc != zlib.crc32(self.expected.features.tobytes())


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


def sent_images(run: Run, contract: Contract) -> tuple[NDArray[np.int8], ...]:
    """The images of a run, and the synthetic ones that tests use."""
    return (
        *(picture_tensor(record.png, record.name, contract) for record in run.images),
        *(as_input(photo.pixels, contract) for photo in made(contract)),
    )


def made(contract: Contract) -> tuple[Photo, ...]:
    """The synthetic pictures in the size of the network's input."""
    return synthetic(size=input_size(contract))


def as_input(pixels: NDArray[np.uint8], contract: Contract) -> NDArray[np.int8]:
    """A gray picture as int8 [height, width] of the network's input."""
    tensor: NDArray[np.int8] = picture_input(contract.header, pixels).reshape(pixels.shape)
    return tensor


def frame_input(record: FrameRecord, contract: Contract) -> NDArray[np.int8]:
    """What the model saw of a frame, as far as preprocessing is right."""
    frame = unpack_png(record.png, where=record.name)
    tensor: NDArray[np.int8] = preprocess(frame, contract.header).reshape(input_size(contract))
    return tensor


def picture_tensor(png: str, name: str, contract: Contract) -> NDArray[np.int8]:
    return as_input(unpack_png(png, where=name), contract)
