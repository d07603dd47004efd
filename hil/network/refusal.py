"""What a board has to say to the content of its model partition: docs/protocol.md, "Refusals".

Written from that page and not from the firmware, which has the same rules in core/network.cpp.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from hil.network.cam_graph import MOST_CELLS
from hil.wire.crc import crc32
from hil.wire.enums import ErrorCode
from hil.wire.errors import WireError
from hil.wire.network_header import HEADER_BYTES, CamHead, NetworkHeader, unpack_header

_MOST_CHANNELS = 32768  # a sum of 255 * 255 for each fits 32 bits
_MOST_BYTES = 2**32 - 1
_MOST_PIXELS = 2**16 - 1
_ERASED = b"\xff"
_IDENTIFIER = slice(4, 8)
_TFLITE = b"TFL3"
_INT8, _UINT8 = 9, 3
VALUE_BYTES = (4, 2, 4, 1, 8, 0, 1, 2, 8, 1, 8, 16, 8, 0, 0, 4, 2)
"""Of each of TFLite's TensorTypes; 0: one that a tensor of a contract cannot have."""
_OTHER_VERSION = "header of the model partition: not one of this version"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error code with its two numbers, and the message beside it."""

    code: ErrorCode
    one: int = 0
    two: int = 0
    text: str = ""

    def __str__(self) -> str:
        return f"{self.code.name} ({self.one}, {self.two}) {self.text!r}"


@dataclass(frozen=True, slots=True)
class Room:
    """What a firmware has room for; None where a host cannot know.

    `sample_bytes`: of a sample. `trace_entries`: of a trace. `map_cells`: of a map.
    """

    sample_bytes: int
    trace_entries: int | None = None
    map_cells: int | None = None


def due_refusal(
    partition: bytes, partition_bytes: int, room: Room, outputs: Sequence[int] | None = None
) -> Refusal | None:
    """How a board refuses this content of its model partition; None for one that it takes.

    Args:
        partition: the content; behind it the flash is erased.
        partition_bytes: size of the partition.
        room: of the firmware.
        outputs: bytes of each output, as the .tflite has them; None where that is not known. What
            an engine finds in the .tflite besides is the engine's to say.
    """
    header = read_header(partition)
    if isinstance(header, Refusal):
        return header
    return _of_model(partition, partition_bytes, header) or _of_header(header, room, outputs)


def read_header(partition: bytes) -> NetworkHeader | Refusal:
    """The header of this content of the partition, or why there is none."""
    block = partition[:HEADER_BYTES].ljust(HEADER_BYTES, _ERASED)
    if not block.strip(_ERASED):
        return Refusal(ErrorCode.NO_MODEL, text="model partition is empty")
    (stored,), computed = struct.unpack("<I", block[-4:]), crc32(block[:-4])
    if stored != computed:
        text = "header of the model partition is damaged"
        return Refusal(ErrorCode.MODEL_HEADER, stored, computed, text)
    try:
        header = unpack_header(block)
    except WireError:
        return Refusal(ErrorCode.MODEL_HEADER, text=_OTHER_VERSION)
    if not all(_consistent(t.type, t.shape, t.size) for t in (*header.inputs, *header.outputs)):
        return Refusal(ErrorCode.MODEL_HEADER, text=_OTHER_VERSION)
    return header


def header_flaw(header: NetworkHeader) -> str:
    """What contradicts itself in a header, in the words of the protocol; empty for a sound one."""
    return next((text for is_so, text in _FLAWS if is_so(header)), "")


def _consistent(type_: int, shape: Sequence[int], size: int) -> bool:
    """Whether a tensor has the size that follows from its type and shape."""
    value = VALUE_BYTES[type_] if type_ < len(VALUE_BYTES) else 0
    return 0 < value * math.prod(shape) == size


def _of_model(partition: bytes, partition_bytes: int, header: NetworkHeader) -> Refusal | None:
    """Of the .tflite behind the header."""
    room = partition_bytes - HEADER_BYTES
    if header.model_bytes > room:
        text = f"model of {header.model_bytes} bytes does not fit its partition"
        return Refusal(ErrorCode.MODEL_HEADER, room, header.model_bytes, text)
    model = partition[HEADER_BYTES : HEADER_BYTES + header.model_bytes]
    model = model.ljust(header.model_bytes, _ERASED)
    if crc32(model) != header.model_crc:
        text = "model is damaged: wrong CRC-32"
        return Refusal(ErrorCode.MODEL_CRC, header.model_crc, crc32(model), text)
    if model[_IDENTIFIER] != _TFLITE:
        return Refusal(ErrorCode.MODEL_FORMAT, text="model is no .tflite")
    return None


def _of_header(header: NetworkHeader, room: Room, outputs: Sequence[int] | None) -> Refusal | None:
    """Of a header that contradicts itself, the firmware's room or the .tflite."""
    flaw = header_flaw(header)
    if flaw:
        return Refusal(ErrorCode.MODEL_HEADER, text=f"header of the model partition: {flaw}")
    for needed, available, of in rooms(header, room):
        if available is not None and needed > available:
            return no_room(needed, available, of)
    for index, (tensor, size) in enumerate(zip(header.outputs, outputs or (), strict=False)):
        if tensor.size != size:
            text = f"output {index} of the model has {size} bytes, by its header {tensor.size}"
            return Refusal(ErrorCode.MODEL_FORMAT, tensor.size, size, text)
    return None


def rooms(header: NetworkHeader, room: Room) -> Iterator[tuple[int, int | None, str]]:
    """(needed, available, of what) of all that a firmware has to have room for, in order."""
    yield header.sample_bytes, room.sample_bytes, "bytes of a sample"
    yield header.op_outputs, room.trace_entries, "entries of a trace"
    if header.head is not None:
        yield header.head.rows * header.head.columns, room.map_cells, "cells of a map"


def no_room(needed: int, available: int, of: str) -> Refusal:
    """The refusal of a network that needs more than the firmware was built with."""
    text = f"built with room for {available} {of}, the network needs {needed}"
    return Refusal(ErrorCode.NO_ROOM, needed, available, text)


def _other_image(header: NetworkHeader) -> bool:
    image, first = header.image, header.inputs[0]
    if image is None:
        return False
    pixels = image.rows * image.columns * image.channels
    return len(header.inputs) != 1 or first.type not in (_INT8, _UINT8) or pixels != first.size


def _of_head(is_so: Callable[[NetworkHeader, CamHead], bool]) -> Callable[[NetworkHeader], bool]:
    return lambda header: header.head is not None and is_so(header, header.head)


def _no_outputs(header: NetworkHeader, head: CamHead) -> bool:
    return max(head.score_output, head.features_output) >= len(header.outputs)


def _other_scores(header: NetworkHeader, head: CamHead) -> bool:
    scores = header.outputs[head.score_output]
    fits = scores.type == _INT8 and scores.size == head.classes
    return not fits or head.positive_class >= head.classes


def _other_features(header: NetworkHeader, head: CamHead) -> bool:
    features = header.outputs[head.features_output]
    cells = head.rows * head.columns
    return (
        not 0 < cells <= MOST_CELLS
        or head.channels > _MOST_CHANNELS
        or features.type != _INT8
        or features.size != cells * head.channels
    )


def _other_input(header: NetworkHeader, head: CamHead) -> bool:
    shape = header.inputs[0].shape
    rows, columns = shape[1:3] if len(shape) == 4 else (0, 0)
    return not (0 < rows <= _MOST_PIXELS and 0 < columns <= _MOST_PIXELS)


def _weights_outside(header: NetworkHeader, head: CamHead) -> bool:
    return head.weights + head.channels > header.model_bytes


_FLAWS: tuple[tuple[Callable[[NetworkHeader], bool], str], ...] = (
    (lambda header: header.sample_bytes > _MOST_BYTES, "inputs are too large"),
    (_other_image, "image is not the input"),
    (_of_head(_no_outputs), "head is of outputs that are not there"),
    (_of_head(_other_scores), "head does not fit the scores"),
    (_of_head(_other_features), "head does not fit the features"),
    (_of_head(_other_input), "head does not fit the input"),
    (_of_head(_weights_outside), "weights are outside the model"),
)
"""In the order in which a board looks."""
