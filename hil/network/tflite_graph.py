"""Reads the graph of a .tflite file: tensors, operators, inputs and outputs.

Format: TensorFlow Lite's schema.fbs, file identifier "TFL3". Whatever the bytes are,
reading either succeeds or raises UsageError. Reading judges nothing: what a file holds
that nobody can run is found in `hil.network.model_check`.
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

from hil.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FILE_IDENTIFIER = b"TFL3"
_DAMAGE = (struct.error, IndexError, KeyError, TypeError, ValueError, OverflowError)
_SIGN_BYTES = 64
_DATA_OF_BUFFER = 4  # the vtable's slot of Buffer.data
_STEPPING = ("CONV_2D", "DEPTHWISE_CONV_2D", "AVERAGE_POOL_2D", "MAX_POOL_2D")
WITHOUT_OUTPUT = ("ASSIGN_VARIABLE", "CALL_ONCE")
"""Operators that give nothing."""
_OTHER_KINDS = {
    b"PK\x03\x04": "a zip archive, such as a .keras file",
    b"\x89HDF": "an HDF5 file, such as a .h5 of Keras",
    b"pytorch": "an ONNX or PyTorch file",
    b"onnx": "an ONNX file",
    b"camhil-network": "a model partition, packed already for the flash",
}
_BITS_PER_ELEMENT = {"INT4": 4, "INT8": 8, "UINT8": 8, "BOOL": 8, "INT16": 16, "FLOAT16": 16,
                     "UINT16": 16, "INT32": 32, "UINT32": 32, "FLOAT32": 32, "RESOURCE": 32,
                     "INT64": 64, "UINT64": 64, "FLOAT64": 64}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor of the graph.

    `scales` and `zero_points` are empty without quantization, have one entry per
    tensor, or one per index of dimension `quantized_dimension`. `data` is empty
    unless the tensor is a constant; `data_offset` is its place in the file. A size
    of `shape` is -1 where it is known only when the network runs. `variable`: keeps its
    values from one inference to the next. `sparse`: only some values are in the file.
    `outside`: its values are not in the FlatBuffer.
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
    data_offset: int = 0
    variable: bool = False
    sparse: bool = False
    outside: bool = False

    @property
    def elements(self) -> int:
        return math.prod(self.shape)

    @property
    def data_bytes(self) -> int:
        """Size of the tensor in memory; 0 for types of no fixed size."""
        return -(-self.elements * _BITS_PER_ELEMENT.get(self.type_name, 0) // 8)

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

    `pool` is (height, width) of the window of a pooling operator, `calls` the subgraph that
    CALL_ONCE runs, `variable` what VAR_HANDLE names, `custom` what a custom operator is called,
    `steps` the strides of a convolution or pooling operator, and its dilations.
    """

    index: int
    code: int
    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    pool: tuple[int, int] | None = None
    calls: int | None = None
    variable: tuple[str, str] | None = None
    custom: str = ""
    steps: tuple[int, ...] = ()

    @property
    def output(self) -> int:
        """Tensor index of the first output; ASSIGN_VARIABLE and CALL_ONCE have none."""
        return self.outputs[0]


@dataclass(frozen=True, slots=True)
class Graph:
    """The first subgraph of a model; `inputs` and `outputs` are tensor indexes.

    `others`: the operators of each further subgraph.
    """

    tensors: tuple[Tensor, ...]
    ops: tuple[Op, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    model_bytes: int
    sha256: str
    others: tuple[tuple[Op, ...], ...] = ()

    @property
    def operators(self) -> tuple[str, ...]:
        """Names of all operators that are needed to run the model, in order of use."""
        each = (*self.ops, *(op for ops in self.others for op in ops))
        return tuple(dict.fromkeys(op.name for op in each))

    @property
    def variables(self) -> tuple[tuple[str, str], ...]:
        """The variables that VAR_HANDLE names, in the order in which TFLM numbers them."""
        each = (*self.ops, *(op for ops in self.others for op in ops))
        return tuple(dict.fromkeys(op.variable for op in each if op.variable is not None))

    @property
    def stateful(self) -> bool:
        """Whether an inference depends on those before it."""
        return bool(self.variables) or any(tensor.variable for tensor in self.tensors)

    @property
    def trace(self) -> tuple[tuple[int, int], ...]:
        """(operator, output) of all outputs of all operators, the order of a board's trace."""
        return tuple((op.index, n) for op in self.ops for n in range(len(op.outputs)))

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
    return _read(bytes(model), where)


@functools.lru_cache(maxsize=8)
def _read(model: bytes, where: str) -> Graph:
    """Contract, costs and weights of one network are each asked for by themselves."""
    return _Reader(model, where).graph()


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
        self._buffers: list[tuple[bytes, int, bool]] = []

    def graph(self) -> Graph:
        schema = _schema()
        with self._at("the model's header"):
            model = schema.Model.GetRootAs(self._bytes, 0)
            codes = range(self._count(model.OperatorCodesLength()))
            buffers = range(self._count(model.BuffersLength()))
            count = self._count(model.SubgraphsLength())
            if count == 0:
                raise ValueError("no subgraph")
        for index in buffers:
            with self._at(f"buffer {index}"):
                self._buffers.append(_buffer(model.Buffers(index)))
        op_codes: list[tuple[int, str]] = []
        for index in codes:
            with self._at(f"operator code {index}"):
                code = model.OperatorCodes(index)
                name = (code.CustomCode() or b"").decode("utf-8", "replace")
                op_codes.append((max(code.BuiltinCode(), code.DeprecatedBuiltinCode()), name))
        tensors, ops, inputs, outputs = self._subgraph(model, 0, op_codes)
        others = tuple(self._subgraph(model, index, op_codes)[1] for index in range(1, count))
        digest = hashlib.sha256(self._bytes).hexdigest()
        return Graph(tensors, ops, inputs, outputs, len(self._bytes), digest, others)

    def _subgraph(
        self, model: Any, number: int, op_codes: Sequence[tuple[int, str]]
    ) -> tuple[tuple[Tensor, ...], tuple[Op, ...], tuple[int, ...], tuple[int, ...]]:
        place = f" of subgraph {number}" if number else ""
        with self._at(f"the header{place}" if number else "the model's header"):
            subgraph = model.Subgraphs(number)
            inputs = _ints(subgraph.InputsAsNumpy())
            outputs = _ints(subgraph.OutputsAsNumpy())
            tensor_count = self._count(subgraph.TensorsLength())
            op_count = self._count(subgraph.OperatorsLength())
            if not all(0 <= index < tensor_count for index in inputs + outputs):
                raise ValueError("an input or output is no tensor of the graph")
        tensors = []
        for index in range(tensor_count):
            with self._at(f"tensor {index}{place}"):
                tensors.append(self._tensor(index, subgraph.Tensors(index)))
        ops = []
        for index in range(op_count):
            with self._at(f"operator {index}{place}"):
                ops.append(_op(index, subgraph.Operators(index), op_codes, tensor_count))
        return tuple(tensors), tuple(ops), inputs, outputs

    def _tensor(self, index: int, raw: Any) -> Tensor:
        shape = _ints(raw.ShapeAsNumpy())
        if any(size < -1 for size in shape):
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
        data, data_offset, outside = self._buffers[raw.Buffer()]
        return Tensor(
            index=index,
            name=(raw.Name() or b"").decode("utf-8", "replace"),
            shape=shape,
            type_code=code,
            type_name=_names_of("TensorType").get(code, f"UNKNOWN_{code}"),
            scales=scales,
            zero_points=zero_points,
            quantized_dimension=dimension,
            data=data,
            data_offset=data_offset,
            variable=bool(raw.IsVariable()),
            sparse=raw.Sparsity() is not None,
            outside=outside or raw.ExternalBuffer() > 0,
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


def _op(index: int, raw: Any, codes: Sequence[tuple[int, str]], tensor_count: int) -> Op:
    inputs = _ints(raw.InputsAsNumpy())
    outputs = tuple(index for index in _ints(raw.OutputsAsNumpy()) if index != -1)
    code, custom = codes[raw.OpcodeIndex()]
    name = op_name(code)
    if not outputs and name not in WITHOUT_OUTPUT:
        raise ValueError("it has no output")
    in_range = all(-1 <= i < tensor_count for i in inputs)
    if not in_range or not all(0 <= i < tensor_count for i in outputs):
        raise ValueError("it names a tensor that the graph does not have")
    options = _options(raw)
    if name in _STEPPING:
        options.setdefault("steps", (0, 0))  # what the kernels take where there are no options
    return Op(index, code, name, inputs, outputs, **options, custom=custom)


def _options(raw: Any) -> dict[str, Any]:
    """What this package needs of an operator's options."""
    kinds, table, kind = _schema().BuiltinOptions, raw.BuiltinOptions(), raw.BuiltinOptionsType()

    def read(name: str) -> Any:
        options = getattr(_schema(), name)()
        options.Init(table.Bytes, table.Pos)
        return options

    if table is None:
        return {}
    if kind == kinds.Pool2DOptions:
        window = read("Pool2DOptions")
        size = (int(window.FilterHeight()), int(window.FilterWidth()))
        return {"pool": size, "steps": (int(window.StrideH()), int(window.StrideW()))}
    for named in ("Conv2DOptions", "DepthwiseConv2DOptions"):
        if kind == getattr(kinds, named):
            conv = read(named)
            steps = conv.StrideH(), conv.StrideW()
            dilations = conv.DilationHFactor(), conv.DilationWFactor()
            return {"steps": tuple(map(int, (*steps, *dilations)))}
    if kind == kinds.CallOnceOptions:
        return {"calls": int(read("CallOnceOptions").InitSubgraphIndex())}
    if kind == kinds.VarHandleOptions:
        named = read("VarHandleOptions")
        texts = (named.Container() or b"", named.SharedName() or b"")
        return {"variable": tuple(text.decode("utf-8", "replace") for text in texts)}
    return {}


def _ints(array: NDArray[np.integer[Any]] | int) -> tuple[int, ...]:
    """A vector as ints; the generated accessors answer 0 for one that is absent."""
    return () if isinstance(array, int) else tuple(int(value) for value in array)


def _buffer(raw: Any) -> tuple[bytes, int, bool]:
    """A buffer's bytes, their place in the file, and whether they lie behind the FlatBuffer."""
    outside = raw.Offset() > 1  # 0 and 1 mean that it does not
    data = raw.DataAsNumpy()
    if isinstance(data, int):
        return b"", 0, outside
    table = raw._tab  # the generated class has no accessor for the place
    return data.tobytes(), int(table.Vector(table.Offset(_DATA_OF_BUFFER))), outside
