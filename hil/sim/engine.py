"""What runs the network on the simulated board: the common part of both engines."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from hil.wire.enums import ErrorCode

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

OnOp = Callable[[int, int, "NDArray[np.generic]"], None]
"""Gets operator, output of that operator, and what is in it."""

ShapeAndType = tuple[tuple[int, ...], Any]
"""Of a tensor; its type as numpy has it."""

ENGINES = ("auto", "tflm", "litert")

# Types that hold bytes; a RESOURCE, say, is a handle, of which a trace knows no bytes.
_READABLE = ("FLOAT32", "INT32", "UINT8", "INT64", "BOOL", "INT16", "INT8", "UINT32", "FLOAT64")
_NO_TENSOR = -1
_DAMAGE = (struct.error, IndexError, TypeError, ValueError, OverflowError, AttributeError)


class EngineError(Exception):
    """The engine refuses a network or a run, with a code of the protocol and two details."""

    def __init__(self, code: ErrorCode, message: str, one: int = 0, two: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.detail = (one, two)


class Engine(Protocol):
    """One interpreter. Called from one thread at a time. `kernels`: by whose code it computes."""

    name: str
    kernels: str

    def load(self, model: bytes, arena_bytes: int) -> int:
        """Prepares the network; returns the bytes of arena in use, 0 if it cannot tell.

        Raises EngineError.
        """

    def invoke(self, sample: NDArray[np.uint8], on_op: OnOp | None) -> None:
        """Runs the network on a sample: the bytes of all inputs, one behind the other.

        `on_op` gets every output of every operator, in execution order. Raises EngineError.
        """

    def output(self, index: int) -> NDArray[np.generic]:
        """Graph output `index` of the last run."""

    def output_bytes(self) -> list[int]:
        """The size of each graph output; after `load`."""

    def reset_state(self) -> None:
        """Sets the network's variables to their initial values."""


@dataclass(frozen=True)
class OpOutput:
    """One output of an operator. `tensor` is None where it has no bytes."""

    op: int
    output: int
    tensor: int | None


@dataclass(frozen=True)
class Plan:
    """What an engine needs to know of a network's file.

    Attributes:
        inputs, outputs: how many it has.
        op_outputs: in execution order.
        variables: how many resource variables (VAR_HANDLE) it has.
        stateful: what one run leaves behind reaches the next.
    """

    inputs: int
    outputs: int
    op_outputs: tuple[OpOutput, ...]
    variables: int
    stateful: bool


def read_plan(model: bytes, schema: Any) -> Plan:
    """The plan of a .tflite; `schema` is the module that reads it, of either package.

    Reads no weights. Raises EngineError for what cannot be read.
    """
    try:
        return _plan(schema.Model.GetRootAs(model, 0), schema)
    except _DAMAGE as error:
        message = f"the network's file is damaged: {error}"
        raise EngineError(ErrorCode.MODEL_FORMAT, message) from error


def _plan(model: Any, schema: Any) -> Plan:
    builtin, options = schema.BuiltinOperator, schema.BuiltinOptions
    types = vars(schema.TensorType)
    readable = {types[name] for name in _READABLE}
    codes = [_code(model.OperatorCodes(n)) for n in range(model.OperatorCodesLength())]
    graphs = [model.Subgraphs(n) for n in range(model.SubgraphsLength())]
    names = set()
    for graph in graphs:
        for op in _each(graph.Operators, graph.OperatorsLength()):
            if codes[op.OpcodeIndex()] == builtin.VAR_HANDLE:
                handle = schema.VarHandleOptions()
                if op.BuiltinOptionsType() == options.VarHandleOptions:
                    table = op.BuiltinOptions()
                    handle.Init(table.Bytes, table.Pos)
                    names.add(handle.SharedName())
    main = graphs[0]
    outputs = []
    for index, op in enumerate(_each(main.Operators, main.OperatorsLength())):
        for number in range(op.OutputsLength()):
            tensor = op.Outputs(number)
            has_bytes = tensor != _NO_TENSOR and main.Tensors(tensor).Type() in readable
            outputs.append(OpOutput(index, number, tensor if has_bytes else None))
    variable = any(
        tensor.IsVariable()
        for graph in graphs
        for tensor in _each(graph.Tensors, graph.TensorsLength())
    )
    counts = main.InputsLength(), main.OutputsLength()
    return Plan(*counts, tuple(outputs), len(names), variable or bool(names))


def _each(get: Callable[[int], Any], count: int) -> Iterable[Any]:
    return map(get, range(count))


def _code(code: Any) -> int:
    return max(int(code.BuiltinCode()), int(code.DeprecatedBuiltinCode()))


def shape_and_type(details: dict[str, Any]) -> ShapeAndType:
    """Out of what an interpreter tells of a tensor."""
    return tuple(map(int, details["shape"])), details["dtype"]


def size_of(shape: tuple[int, ...], dtype: Any) -> int:
    """Bytes of a tensor."""
    import numpy as np

    return math.prod(shape) * int(np.dtype(dtype).itemsize)


def split(sample: NDArray[np.uint8], parts: Iterable[ShapeAndType]) -> list[NDArray[np.generic]]:
    """The arrays of a sample's inputs.

    Raises EngineError where the bytes are not those of the inputs.
    """
    import numpy as np

    arrays: list[NDArray[np.generic]] = []
    start = 0
    for shape, dtype in parts:
        part = sample[start : start + size_of(shape, dtype)]
        start += size_of(shape, dtype)
        if start <= sample.size:
            arrays.append(np.require(part.view(dtype).reshape(shape), requirements="A"))
    if start != sample.size:
        message = f"the sample has {sample.size} bytes, the inputs {start}"
        raise EngineError(ErrorCode.ENGINE, message)
    return arrays
