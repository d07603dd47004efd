"""Headers of a model partition with a right CRC-32 whose fields contradict each other, and a few
that just do not."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from hil.network.refusal import VALUE_BYTES
from hil.suite.surroundings import Surroundings
from hil.wire.crc import crc32
from hil.wire.network_header import HEADER_BYTES, NetworkHeader, Tensor, pack_header

MOST_SAMPLE_BYTES = 16 << 20
"""More than any board of ours has room for; of the simulated board it is what it has."""

_FLOAT32, _UINT8, _INT16, _INT8 = 0, 3, 7, 9
CONTRADICTIONS: dict[str, Callable[[Surroundings], bytes]] = {}
"""By name: the content of the partition."""


def _with(change: Callable[[Surroundings], NetworkHeader]) -> Callable[[Surroundings], bytes]:
    """The base's .tflite behind another header."""
    return lambda s: pack_header(change(s)) + s.base.tflite


def _fields(**values: Callable[[Surroundings], Any]) -> Callable[[Surroundings], bytes]:
    return _with(
        lambda s: dataclasses.replace(s.header, **{name: of(s) for name, of in values.items()})
    )


def _head(**values: Callable[[Surroundings], Any]) -> Callable[[Surroundings], bytes]:
    def make(s: Surroundings) -> NetworkHeader:
        head = dataclasses.replace(s.head, **{name: of(s) for name, of in values.items()})
        return dataclasses.replace(s.header, head=head)

    return _with(make)


def _end(which: str, index: int, **values: Any) -> Callable[[Surroundings], bytes]:
    """One input or output that is another; `index` as of the head's, -1 and -2."""

    def make(s: Surroundings) -> NetworkHeader:
        tensors: list[Tensor] = list(getattr(s.header, which))
        place = {-1: s.head.score_output, -2: s.head.features_output}.get(index, index)
        found = {k: of(tensors[place]) if callable(of) else of for k, of in values.items()}
        tensors[place] = dataclasses.replace(tensors[place], **found)
        ends: dict[str, Any] = {which: tuple(tensors)}
        return dataclasses.replace(s.header, **ends)

    return _with(make)


def _inputs(*sizes: int) -> Callable[[Surroundings], bytes]:
    """Inputs of so many bytes, and neither picture nor map."""

    def make(s: Surroundings) -> NetworkHeader:
        inputs = tuple(
            Tensor(f"in{n}", _INT8, (size,), 0.0, 0, size) for n, size in enumerate(sizes)
        )
        return dataclasses.replace(s.header, inputs=inputs, image=None, head=None)

    return _with(make)


def _output(index: int, factor: int) -> Callable[[Surroundings], bytes]:
    """An output that the .tflite has in another size, where no head looks at it."""

    def make(s: Surroundings) -> NetworkHeader:
        outputs = list(s.header.outputs)
        old = outputs[index]
        shape = (*old.shape[:-1], old.shape[-1] * factor)
        outputs[index] = dataclasses.replace(old, shape=shape, size=old.size * factor)
        return dataclasses.replace(s.header, outputs=tuple(outputs), head=None)

    return _with(make)


def _renamed(model: bytes) -> Callable[[Surroundings], bytes]:
    """Something else than a .tflite, with the CRC-32 that it has."""

    def make(s: Surroundings) -> bytes:
        behind = model or s.base.tflite[:4] + b"TFL2" + s.base.tflite[8:]
        sized = dataclasses.replace(s.header, model_bytes=len(behind), model_crc=crc32(behind))
        return pack_header(sized) + behind

    return make


def _whole_partition(more: int) -> Callable[[Surroundings], bytes]:
    def make(s: Surroundings) -> bytes:
        room = s.partition_bytes - HEADER_BYTES
        header = dataclasses.replace(s.header, model_bytes=room + more)
        return (pack_header(header) + s.base.tflite).ljust(s.partition_bytes * (not more), b"\xff")

    return make


def _typed(*kinds: int) -> Callable[[Surroundings], bytes]:
    """An input of each of these types, with the size that three of its values have; one byte each
    where a type has none."""

    def make(s: Surroundings) -> NetworkHeader:
        sizes = [(f"type{kind}", kind, 3 * (VALUE_BYTES[kind] or 1)) for kind in kinds]
        inputs = tuple(Tensor(name, kind, (3,), 0.0, 0, size) for name, kind, size in sizes)
        return dataclasses.replace(s.header, inputs=inputs, image=None, head=None)

    return _with(make)


_SIZED = [kind for kind, size in enumerate(VALUE_BYTES) if size]
_MOST_INPUTS = 8
for _number in range(len(VALUE_BYTES)):
    CONTRADICTIONS[f"an input of type {_number}"] = _typed(_number)
for _first in range(0, len(_SIZED), _MOST_INPUTS):
    _kinds = _SIZED[_first : _first + _MOST_INPUTS]
    CONTRADICTIONS[f"inputs of types {_kinds[0]} to {_kinds[-1]}"] = _typed(*_kinds)

ONE_BY_ONE = tuple(f"an input of type {kind}" for kind in _SIZED)
"""What a header with inputs of many types shows too."""

_TABLE = bytes(256)
CONTRADICTIONS |= {
    "an input of another size than its shape": _end("inputs", 0, size=lambda t: t.size + 1),
    "an output of another size than its shape": _end("outputs", 1, size=lambda t: t.size - 1),
    "an input of no known type": _end("inputs", 0, type=200),
    "an output of a type without a size": _end("outputs", 0, type=5),
    "an input without any value": _end("inputs", 0, shape=(0,), size=0),
    "a shape beyond all sizes": _end("inputs", 0, shape=(2**20, 2**20, 2**20), size=0),
    "a .tflite larger than the partition": _whole_partition(1),
    "a .tflite as large as the partition": _whole_partition(0),
    "a .tflite of a byte less": _fields(model_bytes=lambda s: s.header.model_bytes - 1),
    "another file": _renamed(b""),
    "a file of seven bytes": _renamed(b"\0\0\0\0TFL"),
    "inputs beyond 32 bits": _inputs(2**31, 2**31),
    "inputs of 32 bits": _inputs(2**31, 2**31 - 1),
    "a sample larger than any room": _inputs(MOST_SAMPLE_BYTES, 1),
    "more outputs of operators than any room": _fields(op_outputs=lambda s: 2**16 - 1),
    "a picture with a row more": _fields(
        image=lambda s: dataclasses.replace(s.image, rows=s.image.rows + 1)
    ),
    "a picture with a column less": _fields(
        image=lambda s: dataclasses.replace(s.image, columns=s.image.columns - 1)
    ),
    "a picture with a channel more": _fields(
        image=lambda s: dataclasses.replace(s.image, tables=(*s.image.tables, _TABLE))
    ),
    "a picture of two inputs": _fields(
        inputs=lambda s: (*s.header.inputs, *s.header.inputs), head=lambda s: None
    ),
    "a picture of float32": _end("inputs", 0, type=_FLOAT32, size=lambda t: 4 * t.size),
    "a picture of int16": _with(
        lambda s: dataclasses.replace(
            s.header,
            inputs=(
                dataclasses.replace(
                    s.header.inputs[0],
                    type=_INT16,
                    shape=(1, s.image.rows, s.image.columns // 2, 1),
                    size=s.image.rows * (s.image.columns // 2) * 2,
                ),
            ),
        )
    ),
    "scores of an output that is not there": _head(score_output=lambda s: len(s.header.outputs)),
    "features of an output that is not there": _head(
        features_output=lambda s: len(s.header.outputs)
    ),
    "a class more than scores": _head(classes=lambda s: s.head.classes + 1),
    "a class less than scores": _head(
        classes=lambda s: s.head.classes - 1, positive_class=lambda s: 0
    ),
    "a positive class beyond the last": _head(positive_class=lambda s: s.head.classes),
    "scores of another type": _end("outputs", -1, type=_UINT8),
    "features of another type": _end("outputs", -2, type=_UINT8),
    "a map without rows": _head(rows=lambda s: 0),
    "a map without columns": _head(columns=lambda s: 0),
    "a map with a row more": _head(rows=lambda s: s.head.rows + 1),
    "a map with a column less": _head(columns=lambda s: s.head.columns - 1),
    "features with a channel more": _head(channels=lambda s: s.head.channels + 1),
    "weights behind the .tflite": _head(
        weights=lambda s: s.header.model_bytes - s.head.channels + 1
    ),
    "weights at the very end of the .tflite": _head(
        weights=lambda s: s.header.model_bytes - s.head.channels
    ),
    "weights at the end of all bytes": _head(weights=lambda s: 2**32 - 1),
    "a map over an input of three dimensions": _with(
        lambda s: dataclasses.replace(
            s.header,
            inputs=(
                dataclasses.replace(s.header.inputs[0], shape=(1, s.image.rows, s.image.columns)),
            ),
        )
    ),
    "an output of the .tflite larger in the header": _output(0, 2),
    "the last output of the .tflite larger in the header": _output(-1, 3),
}


def _features(cells: tuple[int, int], channels: int) -> Callable[[Surroundings], bytes]:
    """A map of so many cells and channels, and features of that size."""

    def make(s: Surroundings) -> NetworkHeader:
        outputs = list(s.header.outputs)
        shape = (1, *cells, channels)
        size = cells[0] * cells[1] * channels
        place = s.head.features_output
        outputs[place] = dataclasses.replace(outputs[place], shape=shape, size=size)
        head = dataclasses.replace(
            s.head, rows=cells[0], columns=cells[1], channels=channels, weights=0
        )
        return dataclasses.replace(s.header, outputs=tuple(outputs), head=head)

    return _with(make)


def _tall_input(rows: int, columns: int) -> Callable[[Surroundings], bytes]:
    def make(s: Surroundings) -> NetworkHeader:
        shape, size = (1, rows, columns, 1), rows * columns
        tensor = dataclasses.replace(s.header.inputs[0], shape=shape, size=size)
        return dataclasses.replace(s.header, inputs=(tensor,), image=None)

    return _with(make)


CONTRADICTIONS |= {
    "a map of 258 cells": _features((129, 2), 1),
    "a map of 256 cells": _features((128, 2), 1),
    "a channel more than a sum holds": _features((1, 2), 2**15 + 1),
    "as many channels as a sum holds": _features((1, 2), 2**15),
    "a map over 65536 rows": _tall_input(2**16, 1),
    "a map over 65536 columns": _tall_input(1, 2**16),
    "a map over 65535 columns": _tall_input(1, 2**16 - 1),
}
