"""Small networks of every kind, as .tflite files: several inputs, all types, state."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from hil.network.contract import read_contract
from hil.testing.model_builder import ModelBuilder
from hil.wire.network_header import NetworkHeader, pack_partition

TYPES = ("INT8", "UINT8", "INT16", "INT32", "BOOL", "FLOAT32")
_QUANTIZED = ("INT8", "UINT8", "INT16")


def reshapes(types: Sequence[str] = TYPES, shape: Sequence[int] = (2, 3)) -> bytes:
    """An input of each type, and as many outputs with the same values, flat."""
    file, size = ModelBuilder(), math.prod(shape)
    outputs = []
    for number, kind in enumerate(types):
        scale = 0.5 if kind in _QUANTIZED else None
        given = file.input(f"in{number}", shape, kind, scale)
        outputs.append(file.tensor(f"out{number}", [size], kind, scale))
        file.op("RESHAPE", [given, file.ints(f"shape{number}", [size])], outputs[-1])
    return file.build(outputs)


def splits() -> bytes:
    """float32 [4, 2] in two halves [2, 2], by an operator with two outputs."""
    file = ModelBuilder()
    given = file.input("in", [4, 2], "FLOAT32")
    axis = file.tensor("axis", [], "INT32", values=np.array(0, np.int32))
    halves = [file.tensor(name, [2, 2], "FLOAT32") for name in ("first", "second")]
    file.op("SPLIT", [axis, given], halves, "SplitOptions", numSplits=2)
    return file.build(halves)


def sums(size: int = 4) -> bytes:
    """float32 [1, size], the sum of all inputs since the start; kept in a resource variable."""
    file = ModelBuilder()
    given = file.input("in", [1, size], "FLOAT32")
    read, total = (file.tensor(name, [1, size], "FLOAT32") for name in ("read", "total"))
    handle = file.tensor("handle", [], "RESOURCE")
    file.op("VAR_HANDLE", [], handle, "VarHandleOptions", sharedName="sum", container="")
    file.op("READ_VARIABLE", [handle], read, "ReadVariableOptions")
    file.op("ADD", [given, read], total, "AddOptions")
    file.op("ASSIGN_VARIABLE", [handle, total], [], "AssignVariableOptions")
    return file.build([total])


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
