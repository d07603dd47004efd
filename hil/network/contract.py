"""The contract of a network: what its .tflite takes and gives, read and understood once.

Boards, oracle, judge, diagnosis and report read the contract and never assume a head. The part
that a board needs is `Contract.header`, which travels in front of the .tflite.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil.base.text_file import read_bytes
from hil.errors import UsageError
from hil.network.arrays import output_arrays, pack_sample, unpack_sample
from hil.network.cam_graph import CamGraph, look_for_cam
from hil.network.input_contract import (
    REMEDY,
    PixelScale,
    Quantization,
    contradiction,
    no_usual_scale,
    pixel_tables,
    remedy_for,
    usual_scale,
)
from hil.network.model_check import graph_problems
from hil.network.model_problem import Problem, RefusedModelError
from hil.network.settings import NetworkSettings, read_settings
from hil.network.task import NO_TASK, Task, choose_task
from hil.network.tflite_graph import Graph, read_graph
from hil.network.tflite_graph import Tensor as GraphTensor
from hil.wire.errors import WireError
from hil.wire.network_header import CamHead, ImageInput, NetworkHeader, Tensor, pack_partition

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hil.network.arrays import Sample

_LOWEST = {"INT8": -128, "UINT8": 0}
_CHANNELS = (1, 3)
_NAME_BYTES = 48

NO_PICTURE = "no picture: "
"""How the note begins that says why an input is none."""


@dataclass(frozen=True, eq=False)
class Contract:
    """What a network takes and gives.

    Attributes:
        header: the part that travels to the board: inputs, outputs, picture, head.
        graph: the file as it was read.
        model: the .tflite bytes.
        cam: where in the graph the head's parts are; None without a head.
        pixels: what the trainer made of pixels; None where the input is no picture.
        task: what its answers mean.
        notes: why there is no head, or no picture, and what of the settings has no meaning.
        where: the file, for errors.
        said: the settings.
    """

    header: NetworkHeader
    graph: Graph
    model: bytes
    cam: CamGraph | None = None
    pixels: PixelScale | None = None
    task: Task = NO_TASK
    notes: tuple[str, ...] = ()
    where: str = "model"
    said: NetworkSettings = field(default_factory=NetworkSettings)

    @property
    def declared(self) -> bool:
        """Whether the settings say what pixels become; else it is the scale of the file's range."""
        return self.said.pixels is not None

    @property
    def head(self) -> CamHead | None:
        """The class activation map that this network has; None without one."""
        return self.header.head

    @property
    def image(self) -> ImageInput | None:
        """What pixels become; None where the input is no picture or nobody declared it."""
        return self.header.image

    @property
    def operators(self) -> tuple[str, ...]:
        """Names of the operators that a firmware needs for it, each once, in order of use."""
        return self.graph.operators

    @cached_property
    def partition(self) -> bytes:
        """The content of the model partition."""
        return pack_partition(self.header, self.model)

    def pack(self, sample: Sample) -> bytes:
        """The bytes of a sample, as they are sent.

        Raises UsageError, with the input's name, for a wrong name, number, shape, type or range.
        """
        if isinstance(sample, Mapping):
            sample = {self.short_name(name): array for name, array in sample.items()}
        return pack_sample(self.header, sample)

    def short_name(self, name: str) -> str:
        """The contract's name of an input, which may be shortened, for that in the .tflite."""
        short = [tensor.name for tensor in self.header.inputs]
        full = [self.graph.tensors[index].name for index in self.graph.inputs]
        return name if name in short or name not in full else short[full.index(name)]

    def unpack(self, data: bytes) -> tuple[NDArray[Any], ...]:
        """The input arrays of a sample's bytes, in the order of the inputs; read-only."""
        return unpack_sample(self.header, data)

    def outputs(self, parts: Sequence[bytes]) -> tuple[NDArray[Any], ...]:
        """Output arrays in their type and shape, of the bytes of each; read-only."""
        return output_arrays(self.header, parts)


def read_contract(
    tflite: bytes, *, where: str = "model", settings: NetworkSettings | None = None
) -> Contract:
    """Reads and understands a .tflite file.

    Args:
        tflite: the file's bytes.
        where: what errors name as the place.
        settings: what the file cannot say of itself.

    Raises:
        UsageError: not a TFLite file.
        RefusedModelError: (a UsageError) all that is wrong with it at once.
    """
    graph = read_graph(tflite, where=where)
    said = settings or NetworkSettings()
    problems = graph_problems(tflite, graph)
    notes: list[str] = []
    if said.sha256 and said.sha256 != graph.sha256:
        problems.append(
            Problem(
                f"the settings {said.where} are of another model: SHA-256 {said.sha256}, the file "
                f"has {graph.sha256}",
                "write them again for this file, or leave sha256 out",
            )
        )
    image, pixels = _picture(graph, said, problems, notes)
    cam, head = _head(graph, said, problems, notes)
    task = choose_task(graph, said, head, problems, notes)
    if problems:
        raise RefusedModelError(problems, where=where)
    try:
        header = NetworkHeader.of(
            tflite,
            ops=len(graph.ops),
            op_outputs=len(graph.trace),
            stateful=graph.stateful,
            inputs=_ends(graph, graph.inputs),
            outputs=_ends(graph, graph.outputs),
            image=image,
            head=head,
        )
    except WireError as error:
        raise UsageError(
            f"the contract cannot hold this network: {error}",
            where=where,
            hint="make its inputs and outputs smaller, or fewer",
        ) from error
    model = bytes(tflite)
    return Contract(header, graph, model, cam, pixels, task, tuple(notes), where, said)


def read_network(tflite: Path, settings: Path | NetworkSettings | None = None) -> Contract:
    """The contract of a .tflite file, with the settings given or in a file, or else beside it.

    Raises UsageError as `read_contract`, and where a file cannot be read, or settings are given
    and beside it too.
    """
    beside = tflite.with_suffix(".toml")
    if isinstance(settings, NetworkSettings):
        if beside.is_file():
            raise UsageError(
                f"the network's settings stand in {settings.where} and beside the network",
                where=str(beside),
                hint="keep them in one place: beside the network they go wherever it goes",
            )
        said: NetworkSettings | None = settings
    else:
        if settings is None and beside.is_file():
            settings = beside
        said = None if settings is None else read_settings(settings)
    return read_contract(read_bytes(tflite, "the model"), where=str(tflite), settings=said)


def _ends(graph: Graph, indexes: Sequence[int]) -> tuple[Tensor, ...]:
    """Inputs or outputs, each with a name of its own."""
    names: list[str] = []
    for index in indexes:
        # Names go to terminals as they are.
        clean = "".join(c if c.isprintable() else "?" for c in graph.tensors[index].name)
        name = _shortened(clean or "unnamed", _NAME_BYTES)
        while name in names:
            mark = f"#{len(names)}"
            name = _shortened(name.partition("#")[0], _NAME_BYTES - len(mark)) + mark
        names.append(name)
    return tuple(_end(graph.tensors[i], name) for i, name in zip(indexes, names, strict=True))


def _end(tensor: GraphTensor, name: str) -> Tensor:
    quantized = tensor.scales and tensor.zero_points
    scale, zero_point = (tensor.scale(), tensor.zero_point()) if quantized else (0.0, 0)
    return Tensor(name, tensor.type_code, tensor.shape, scale, zero_point, tensor.data_bytes)


def _shortened(name: str, size: int) -> str:
    return name.encode("utf-8", "replace")[:size].decode("utf-8", "ignore")


def _picture(
    graph: Graph, said: NetworkSettings, problems: list[Problem], notes: list[str]
) -> tuple[ImageInput | None, PixelScale | None]:
    """The input as a picture, or None with a note (undeclared) or a problem (wrongly declared)."""
    inputs = [graph.tensors[index] for index in graph.inputs]
    shape, input_ = _image_input(inputs)
    if input_ is None:
        seen = ", ".join(tensor.describe() for tensor in inputs) or "none"
        what = f"a picture is one int8 or uint8 input [1, height, width, 1 or 3]; there is {seen}"
        if said.pixels is not None:
            problems.append(Problem(f"the settings declare pixels, but {what}", 'pixels = "none"'))
        else:
            notes.append(f"{NO_PICTURE}{what}")
        return None, None
    if said.no_picture:
        notes.append(f"{NO_PICTURE}the settings say so")
        return None, None
    if not input_.usable:
        return None, None  # a problem of the file, told already
    pixels, rows, columns, channels = said.pixels, *shape[1:]
    if pixels is None:
        pixels = usual_scale(input_)
        if pixels is None:
            notes.append(f"{NO_PICTURE}{no_usual_scale(input_)}; {REMEDY}")
            return None, None
    elif len(pixels.channels) not in (1, channels):
        problems.append(
            Problem(
                f"the settings declare pixels of {len(pixels.channels)} channels, the input has "
                f"{channels}",
                REMEDY,
            )
        )
        return None, None
    elif wrong := contradiction(pixels, input_):
        problems.append(Problem(f"wrong pixels: {wrong}", remedy_for(input_)))
        return None, None
    return ImageInput(rows, columns, pixel_tables(pixels, input_, channels)), pixels


def _image_input(inputs: Sequence[GraphTensor]) -> tuple[tuple[int, ...], Quantization | None]:
    """Shape and quantization of the only input, if it can be a picture."""
    if len(inputs) != 1:
        return (), None
    tensor = inputs[0]
    shape, lowest = tensor.shape, _LOWEST.get(tensor.type_name)
    if lowest is None or len(tensor.scales) != 1 or len(tensor.zero_points) != 1:
        return (), None
    if len(shape) != 4 or shape[0] != 1 or min(shape) < 1 or shape[3] not in _CHANNELS:
        return (), None
    if max(shape) > 0xFFFF:
        return (), None
    return shape, Quantization(tensor.scale(), tensor.zero_point(), lowest)


def _head(
    graph: Graph, said: NetworkSettings, problems: list[Problem], notes: list[str]
) -> tuple[CamGraph | None, CamHead | None]:
    """The head, or None with a note why there is none."""
    cam, missing = look_for_cam(graph)
    positive, threshold = said.positive_class, said.threshold
    if cam is None:
        notes.append(f"no class activation map: {missing}")
        return None, None
    if positive is None or threshold is None:
        lacking = "positive_class" if positive is None else "threshold_percent"
        notes.append(
            f"no class activation map, although the graph has what it needs: the settings lack "
            f"{lacking}; write positive_class = 1 and threshold_percent = 50, or what is right, "
            "into the .toml beside the model"
        )
        return None, None
    if not positive < cam.classes:
        problems.append(
            Problem(
                f"positive_class {positive} does not exist: the model has {cam.classes} classes",
                f"give 0 to {cam.classes - 1}",
            )
        )
        return None, None
    if said.labels and len(said.labels) != cam.classes:
        problems.append(
            Problem(
                f"{len(said.labels)} labels for {cam.classes} classes",
                "give the settings one label for each class",
            )
        )
        return None, None
    rows, columns = cam.grid
    head = CamHead(
        score_output=cam.score_output,
        features_output=cam.features_output,
        classes=cam.classes,
        positive_class=positive,
        threshold=threshold,
        rows=rows,
        columns=columns,
        channels=cam.channels,
        weights=cam.weights.data_offset + positive * cam.channels,
        weight_zero_point=cam.weights.zero_point(positive),
        feature_zero_point=cam.features.zero_point(),
    )
    return cam, head
