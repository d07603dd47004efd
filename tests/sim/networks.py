"""Small networks of every kind, as .tflite files: several inputs, all types, state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flatbuffers  # type: ignore[import-untyped]
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from hil.network.contract import read_contract
from hil.wire.network_header import NetworkHeader, pack_partition

TYPES = ("INT8", "UINT8", "INT16", "INT32", "BOOL", "FLOAT32")
_QUANTIZED = ("INT8", "UINT8", "INT16")


class _Network:
    def __init__(self) -> None:
        self.model = schema.ModelT()
        self.model.version = 3
        self.model.buffers = [schema.BufferT()]
        self.graph = schema.SubGraphT()
        self.graph.name = "main"
        self.graph.tensors, self.graph.operators = [], []
        self.graph.inputs, self.graph.outputs = [], []
        self._codes: list[int] = []

    def tensor(
        self, name: str, kind: str, shape: Sequence[int], data: NDArray[Any] | None = None
    ) -> int:
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.buffer = name, list(shape), 0
        tensor.type = getattr(schema.TensorType, kind)
        if kind in _QUANTIZED:
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale, tensor.quantization.zeroPoint = [0.5], [0]
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(data.tobytes(), np.uint8)
            tensor.buffer = len(self.model.buffers)
            self.model.buffers.append(buffer)
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def op(
        self, name: str, inputs: list[int], outputs: list[int], options: str = "", **fields: Any
    ) -> None:
        code = getattr(schema.BuiltinOperator, name)
        if code not in self._codes:
            self._codes.append(code)
        op = schema.OperatorT()
        op.opcodeIndex, op.inputs, op.outputs = self._codes.index(code), inputs, outputs
        if options:
            op.builtinOptionsType = getattr(schema.BuiltinOptions, options)
            op.builtinOptions = getattr(schema, f"{options}T")()
            for key, value in fields.items():
                setattr(op.builtinOptions, key, value)
        self.graph.operators.append(op)

    def bytes(self) -> bytes:
        self.model.operatorCodes = []
        for code in self._codes:
            entry = schema.OperatorCodeT()
            entry.builtinCode, entry.deprecatedBuiltinCode, entry.version = code, min(code, 127), 1
            self.model.operatorCodes.append(entry)
        self.model.subgraphs = [self.graph]
        builder = flatbuffers.Builder(1024)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def reshapes(types: Sequence[str] = TYPES, shape: Sequence[int] = (2, 3)) -> bytes:
    """An input of each type, and as many outputs with the same values, flat."""
    network, size = _Network(), int(np.prod(shape))
    for number, kind in enumerate(types):
        given = network.tensor(f"in{number}", kind, shape)
        flat = network.tensor(f"shape{number}", "INT32", [1], np.array([size], np.int32))
        out = network.tensor(f"out{number}", kind, [size])
        network.op("RESHAPE", [given, flat], [out])
        network.graph.inputs.append(given)
        network.graph.outputs.append(out)
    return network.bytes()


def splits() -> bytes:
    """float32 [4, 2] in two halves [2, 2], by an operator with two outputs."""
    network = _Network()
    given = network.tensor("in", "FLOAT32", [4, 2])
    axis = network.tensor("axis", "INT32", [], np.array(0, np.int32))
    halves = [network.tensor(name, "FLOAT32", [2, 2]) for name in ("first", "second")]
    network.op("SPLIT", [axis, given], halves, "SplitOptions", numSplits=2)
    network.graph.inputs, network.graph.outputs = [given], halves
    return network.bytes()


def sums(size: int = 4) -> bytes:
    """float32 [1, size], the sum of all inputs since the start; kept in a resource variable."""
    network = _Network()
    given, read, total = (network.tensor(name, "FLOAT32", [1, size]) for name in "abc")
    handle = network.tensor("handle", "RESOURCE", [])
    network.op("VAR_HANDLE", [], [handle], "VarHandleOptions", sharedName="sum", container="")
    network.op("READ_VARIABLE", [handle], [read], "ReadVariableOptions")
    network.op("ADD", [given, read], [total], "AddOptions")
    network.op("ASSIGN_VARIABLE", [handle, total], [], "AssignVariableOptions")
    network.graph.inputs, network.graph.outputs = [given], [total]
    return network.bytes()


def partition(model: bytes, like: bytes) -> bytes:
    """A model partition that says of a network, which the host would refuse, what it says of
    another one."""
    known = read_contract(like).header
    header = NetworkHeader.of(
        model,
        ops=known.ops,
        op_outputs=known.op_outputs,
        stateful=known.stateful,
        inputs=known.inputs,
        outputs=known.outputs,
    )
    return pack_partition(header, model)
