"""Reads the graph of a .tflite file: tensors, operators, inputs and outputs.

Format: TensorFlow Lite's schema.fbs, file identifier "TFL3". Only the first
subgraph is read, as TFLM and LiteRT run it. Whatever the bytes are, reading
either succeeds or raises UsageError.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import math
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hil.base.resources import find
from hil.base.toml_table import read_toml
from hil.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FILE_IDENTIFIER = b"TFL3"
_DAMAGE = (struct.error, IndexError, KeyError, TypeError, ValueError, OverflowError)
_SIGN_BYTES = 64
_OTHER_KINDS = {
    b"PK\x03\x04": "a zip archive, such as a .keras file",
    b"\x89HDF": "an HDF5 file, such as a .h5 of Keras",
    b"pytorch": "an ONNX or PyTorch file",
    b"onnx": "an ONNX file",
    b"camhil-model": "a model partition, packed already for the flash",
}
_BYTES_PER_ELEMENT = {"INT8": 1, "UINT8": 1, "BOOL": 1, "INT16": 2, "FLOAT16": 2, "INT32": 4,
                      "UINT32": 4, "FLOAT32": 4, "INT64": 8, "FLOAT64": 8}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor of the graph.

    `scales` and `zero_points` are empty without quantization, have one entry per
    tensor, or one per index of dimension `quantized_dimension`. `data` is empty
    unless the tensor is a constant.
    """

    index: int
    name: str
    shape: tuple[int, ...]
    type_code: int
    type_name: str
    scales: tuple[float, ...]
    zero_points: tuple[int, ...]
    quantized_dimension: int
    data: bytes = field(repr=False)

    @property
    def elements(self) -> int:
        return math.prod(self.shape)

    @property
    def data_bytes(self) -> int:
        """Size of the tensor in memory; 0 for types of no fixed size."""
        return self.elements * _BYTES_PER_ELEMENT.get(self.type_name, 0)

    def zero_point(self, index: int = 0) -> int:
        """The zero point for one index of the quantized dimension."""
        return self.zero_points[index if len(self.zero_points) > 1 else 0]

    def scale(self, index: int = 0) -> float:
        """The scale for one index of the quantized dimension."""
        return self.scales[index if len(self.scales) > 1 else 0]

    def describe(self) -> str:
        # A converter names a fused tensor by all that went into it; the last is the layer.
        name = self.name.rpartition(";")[2] or self.name
        return f"{self.type_name.lower()} {list(self.shape)} ({name!r})"


@dataclass(frozen=True, slots=True)
class Op:
    """One operator, in execution order. Inputs that are left out have index -1.

    `pool` is (height, width) of the window of a pooling operator.
    """

    index: int
    code: int
    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    pool: tuple[int, int] | None = None

    @property
    def output(self) -> int:
        """Tensor index of the first output."""
        return self.outputs[0]


@dataclass(frozen=True, slots=True)
class Graph:
    """The first subgraph of a model; `inputs` and `outputs` are tensor indexes.

    `subgraphs`: how many the file has.
    """

    tensors: tuple[Tensor, ...]
    ops: tuple[Op, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    model_bytes: int
    sha256: str
    subgraphs: int = 1

    def producer(self, tensor: int) -> Op | None:
        """The operator whose output the tensor is; None for inputs and constants."""
        return next((op for op in self.ops if tensor in op.outputs), None)


def read_graph(model: bytes, *, where: str = "model") -> Graph:
    """The graph of a .tflite file's bytes.

    Raises UsageError, with `where` as its place, for what is no TFLite file, or truncated or
    damaged (naming the part).
    """
    if len(model) < 8 or model[4:8] != _FILE_IDENTIFIER:
        raise UsageError(
            f"not a TFLite file: {what_instead(model)}",
            where=where,
            hint="give the .tflite file that the converter wrote (tf.lite.TFLiteConverter, with "
            "full integer quantization)",
        )
    return _Reader(bytes(model), where).graph()


def firmware_ops() -> tuple[str, ...]:
    """Names of the operators that the firmware registers (firmware/ops.toml)."""
    table = read_toml(find("firmware") / "ops.toml")
    names = table.take("ops", list)
    table.finish()
    known = vars(_schema().BuiltinOperator)
    for name in names:
        if not isinstance(name, str) or name not in known:
            raise table.error(
                f"{name!r} is no TFLite operator", hint="see BuiltinOperator of schema.fbs"
            )
    return tuple(names)


def missing_ops(graph: Graph, available: Sequence[str] | None = None) -> tuple[str, ...]:
    """Operators of the graph that are not `available`, each once, in order of use.

    None stands for the firmware's own list.
    """
    have = firmware_ops() if available is None else available
    return tuple(dict.fromkeys(op.name for op in graph.ops if op.name not in have))


def op_name(code: int) -> str:
    """Name of a BuiltinOperator code, as in schema.fbs; "UNKNOWN_<code>" for others."""
    return _names_of("BuiltinOperator").get(code, f"UNKNOWN_{code}")


def _schema() -> Any:
    from ai_edge_litert import schema_py_generated

    return schema_py_generated


@functools.cache
def _names_of(enum: str) -> dict[int, str]:
    pairs = vars(getattr(_schema(), enum)).items()
    return {value: name for name, value in pairs if isinstance(value, int)}


def what_instead(model: bytes) -> str:
    """What bytes are that are no .tflite: "it is a ZIP file"."""
    if not model:
        return "the file is empty"
    if model.startswith(b"version https://git-lfs"):
        return "it is a Git LFS pointer"
    for sign, what in _OTHER_KINDS.items():
        if sign in model[:_SIGN_BYTES]:
            return f"it is {what}"
    if len(model) < 8:
        return f"only {len(model)} bytes"
    return f"bytes 4 to 7 are {model[4:8]!r}, not {_FILE_IDENTIFIER!r}"


class _Reader:
    """Walks the flatbuffer with the generated accessors, each step guarded."""

    def __init__(self, model: bytes, where: str) -> None:
        self._bytes = model
        self._where = where
        self._buffers: list[bytes] = []

    def graph(self) -> Graph:
        schema = _schema()
        with self._at("the model's header"):
            model = schema.Model.GetRootAs(self._bytes, 0)
            codes = range(self._count(model.OperatorCodesLength()))
            buffers = range(self._count(model.BuffersLength()))
            count = self._count(model.SubgraphsLength())
            if count == 0:
                raise ValueError("no subgraph")
            subgraph = model.Subgraphs(0)
            inputs = _ints(subgraph.InputsAsNumpy())
            outputs = _ints(subgraph.OutputsAsNumpy())
            tensor_count = self._count(subgraph.TensorsLength())
            op_count = self._count(subgraph.OperatorsLength())
            if not all(0 <= index < tensor_count for index in inputs + outputs):
                raise ValueError("an input or output is no tensor of the graph")
        for index in buffers:
            with self._at(f"buffer {index}"):
                if model.Buffers(index).Offset() > 1:  # 0 and 1 mean that there is none
                    raise UsageError(
                        f"buffer {index} lies behind the FlatBuffer, where TensorFlow Lite Micro "
                        "does not read it",
                        where=self._where,
                        hint="convert the model again, below 2 GB and without offset buffers",
                    )
                self._buffers.append(_bytes(model.Buffers(index).DataAsNumpy()))
        op_codes = []
        for index in codes:
            with self._at(f"operator code {index}"):
                code = model.OperatorCodes(index)
                op_codes.append(max(code.BuiltinCode(), code.DeprecatedBuiltinCode()))
        tensors = []
        for index in range(tensor_count):
            with self._at(f"tensor {index}"):
                tensors.append(self._tensor(index, subgraph.Tensors(index)))
        ops = []
        for index in range(op_count):
            with self._at(f"operator {index}"):
                ops.append(_op(index, subgraph.Operators(index), op_codes, tensor_count))
        digest = hashlib.sha256(self._bytes).hexdigest()
        return Graph(tuple(tensors), tuple(ops), inputs, outputs, len(self._bytes), digest, count)

    def _tensor(self, index: int, raw: Any) -> Tensor:
        shape = _ints(raw.ShapeAsNumpy())
        if any(size < 0 for size in shape):
            raise ValueError(f"shape {list(shape)}")
        code = int(raw.Type())
        scales: tuple[float, ...] = ()
        zero_points: tuple[int, ...] = ()
        dimension = 0
        quantization = raw.Quantization()
        if quantization is not None:
            scale_array = quantization.ScaleAsNumpy()
            scales = () if isinstance(scale_array, int) else tuple(map(float, scale_array))
            zero_points = _ints(quantization.ZeroPointAsNumpy())
            dimension = int(quantization.QuantizedDimension())
        return Tensor(
            index=index,
            name=(raw.Name() or b"").decode("utf-8", "replace"),
            shape=shape,
            type_code=code,
            type_name=_names_of("TensorType").get(code, f"UNKNOWN_{code}"),
            scales=scales,
            zero_points=zero_points,
            quantized_dimension=dimension,
            data=self._buffers[raw.Buffer()],
        )

    def _count(self, length: int) -> int:
        """A vector's length; every entry takes at least four bytes of the file."""
        if length * 4 > len(self._bytes):
            raise ValueError(f"{length} entries in {len(self._bytes)} bytes")
        return length

    @contextlib.contextmanager
    def _at(self, place: str) -> Iterator[None]:
        try:
            yield
        except _DAMAGE as error:
            raise UsageError(
                f"the TFLite file is truncated or damaged at {place}: {error}",
                where=self._where,
                hint=f"the file has {len(self._bytes)} bytes; copy or convert the model again",
            ) from error


def _op(index: int, raw: Any, codes: Sequence[int], tensor_count: int) -> Op:
    inputs = _ints(raw.InputsAsNumpy())
    outputs = _ints(raw.OutputsAsNumpy())
    if not outputs:
        raise ValueError("it has no output")
    in_range = all(-1 <= i < tensor_count for i in inputs)
    if not in_range or not all(0 <= i < tensor_count for i in outputs):
        raise ValueError("it names a tensor that the graph does not have")
    code = codes[raw.OpcodeIndex()]
    schema = _schema()
    pool = None
    options = raw.BuiltinOptions()
    if options is not None and raw.BuiltinOptionsType() == schema.BuiltinOptions.Pool2DOptions:
        window = schema.Pool2DOptions()
        window.Init(options.Bytes, options.Pos)
        pool = (int(window.FilterHeight()), int(window.FilterWidth()))
    return Op(index, code, op_name(code), inputs, outputs, pool)


def _ints(array: NDArray[np.integer[Any]] | int) -> tuple[int, ...]:
    """A vector as ints; the generated accessors answer 0 for one that is absent."""
    return () if isinstance(array, int) else tuple(int(value) for value in array)


def _bytes(array: NDArray[np.uint8] | int) -> bytes:
    return b"" if isinstance(array, int) else array.tobytes()
