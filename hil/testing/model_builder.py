"""Writes small .tflite files, tensor by tensor and operator by operator.

Needs no converter and no TensorFlow, so a test can have any shape, type and quantization, and
contradictions too: nothing is checked here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

# The first version of each operator that takes int8, where LiteRT minds (op_version.cc).
_VERSIONS = {
    "BROADCAST_TO": 2,
    "CONV_2D": 3,
    "MEAN": 2,
    "AVERAGE_POOL_2D": 2,
    "FULLY_CONNECTED": 4,
    "SOFTMAX": 2,
}


class ModelBuilder:
    """Tensors are named by the indexes that the methods return."""

    def __init__(self) -> None:
        import numpy as np
        from ai_edge_litert import schema_py_generated as schema

        self._np = np
        self.schema: Any = schema
        self._buffers: list[Any] = [schema.BufferT()]
        self._codes: list[str] = []
        self._graphs: list[Any] = []
        self.tensors: list[Any] = []
        self.inputs: list[int] = []
        self._ops: list[Any] = []

    def tensor(
        self,
        name: str,
        shape: Sequence[int],
        type_name: str = "INT8",
        scale: float | Sequence[float] | None = None,
        zero_point: int = 0,
        *,
        values: NDArray[Any] | None = None,
        dimension: int = 0,
        variable: bool = False,
    ) -> int:
        """Adds a tensor; one with `values` is a constant. `dimension`: of several scales."""
        schema = self.schema
        tensor = schema.TensorT()
        tensor.name = name
        tensor.shape = list(shape)
        tensor.type = getattr(schema.TensorType, type_name)
        tensor.buffer = 0
        tensor.isVariable = variable
        if values is not None:
            buffer = schema.BufferT()
            buffer.data = self._np.frombuffer(values.tobytes(), self._np.uint8)
            tensor.buffer = len(self._buffers)
            self._buffers.append(buffer)
        if scale is not None:
            quantization = schema.QuantizationParametersT()
            quantization.scale = [scale] if isinstance(scale, (int, float)) else list(scale)
            quantization.zeroPoint = [zero_point] * len(quantization.scale)
            quantization.quantizedDimension = dimension
            tensor.quantization = quantization
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def input(
        self,
        name: str,
        shape: Sequence[int],
        type_name: str = "INT8",
        scale: float | None = None,
        zero_point: int = 0,
    ) -> int:
        """Adds a tensor that is an input of the network."""
        self.inputs.append(self.tensor(name, shape, type_name, scale, zero_point))
        return self.inputs[-1]

    def ints(self, name: str, values: Sequence[int] | Sequence[Sequence[int]]) -> int:
        """Adds a constant of int32, such as axes or a shape."""
        array = self._np.array(values, self._np.int32)
        return self.tensor(name, array.shape, "INT32", values=array)

    def op(
        self,
        name: str,
        inputs: Sequence[int],
        outputs: int | Sequence[int],
        options: str = "",
        *,
        intermediates: Sequence[int] = (),
        **fields: Any,
    ) -> None:
        """Adds an operator. `options`: the schema's table of its options; `fields`: of it."""
        schema = self.schema
        if name not in self._codes:
            self._codes.append(name)
        op = schema.OperatorT()
        op.opcodeIndex = self._codes.index(name)
        op.inputs = list(inputs)
        op.outputs = [outputs] if isinstance(outputs, int) else list(outputs)
        op.intermediates = list(intermediates) or None
        if options:
            op.builtinOptionsType = getattr(schema.BuiltinOptions, options)
            op.builtinOptions = getattr(schema, f"{options}T")()
            for key, value in fields.items():
                setattr(op.builtinOptions, key, value)
        self._ops.append(op)

    def end_graph(self, outputs: Sequence[int], name: str = "main") -> None:
        """Makes a subgraph of what was added since the last; the first is the network."""
        graph = self.schema.SubGraphT()
        graph.name = name
        graph.tensors, graph.operators = self.tensors, self._ops
        graph.inputs, graph.outputs = self.inputs, list(outputs)
        self._graphs.append(graph)
        self.tensors, self._ops, self.inputs = [], [], []

    def build(self, outputs: Sequence[int] | None = None, description: str = "camhil") -> bytes:
        """The .tflite file; `outputs` end the graph first. Equal calls give equal bytes."""
        if outputs is not None:
            self.end_graph(outputs)
        model = self.schema.ModelT()
        model.version = 3
        model.description = description
        model.operatorCodes = [self._operator_code(name) for name in self._codes]
        model.subgraphs = self._graphs
        model.buffers = self._buffers
        return tflite_file(model)

    def _operator_code(self, name: str) -> Any:
        entry = self.schema.OperatorCodeT()
        code = getattr(self.schema.BuiltinOperator, name)
        entry.builtinCode = code
        entry.deprecatedBuiltinCode = min(code, 127)
        entry.version = _VERSIONS.get(name, 1)
        if name == "CUSTOM":
            entry.customCode = "camhil"
        return entry


def builtin_codes(names: Iterable[str]) -> set[int]:
    """TFLite's BuiltinOperator of each of these operators."""
    from ai_edge_litert import schema_py_generated as schema

    return {getattr(schema.BuiltinOperator, name) for name in names}


def tflite_file(model: Any) -> bytes:
    """The .tflite bytes of a `ModelT` of the schema's object API."""
    import flatbuffers  # type: ignore[import-untyped]

    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())
