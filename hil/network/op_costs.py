"""What each operator of a .tflite file costs: multiply-accumulates and weights.

Counted are the multiplications of matrices: convolutions, dense and recurrent layers, as
MobileNet's paper and most tables count them. MEAN, SOFTMAX and what only moves data count 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hil.network.tflite_graph import Graph, Op, Tensor


@dataclass(frozen=True, slots=True)
class OpCost:
    """One operator, in execution order.

    `input`, `output`: shapes of the first of each. `filter`: shape of its weights, empty
    without any. `weight_bytes`: of filter and bias.
    """

    index: int
    name: str
    input: tuple[int, ...]
    output: tuple[int, ...]
    filter: tuple[int, ...]
    macs: int
    weight_bytes: int


def op_costs(graph: Graph) -> tuple[OpCost, ...]:
    """The cost of every operator of a graph."""
    return tuple(_cost(graph, op) for op in graph.ops)


def total_macs(costs: Sequence[OpCost]) -> int:
    """Multiply-accumulates of one inference."""
    return sum(cost.macs for cost in costs)


# What these read must not be overwritten while they write.
_NOT_IN_PLACE = (
    *("CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "FULLY_CONNECTED", "BATCH_MATMUL"),
    *("AVERAGE_POOL_2D", "MAX_POOL_2D", "CONCATENATION"),
)


def arena_needed(graph: Graph) -> int:
    """Bytes of an arena without which no plan of memory can do: one operator's own tensors."""
    needed = 0
    for op in graph.ops:
        if op.name in _NOT_IN_PLACE:
            own = {index for index in (*op.inputs, *op.outputs) if index >= 0}
            tensors = [graph.tensors[index] for index in own]
            needed = max(needed, sum(t.data_bytes for t in tensors if not t.data))
    return needed


def _cost(graph: Graph, op: Op) -> OpCost:
    inputs = [graph.tensors[index] for index in op.inputs if index >= 0]
    # Real or quantized constants are weights; axes and shapes have no scale.
    weights = [t for t in inputs if t.data and (t.scales or t.type_name == "FLOAT32")]
    return OpCost(
        index=op.index,
        name=op.name,
        input=inputs[0].shape if inputs else (),
        output=graph.tensors[op.output].shape if op.outputs else (),
        filter=weights[0].shape if weights else (),
        macs=_macs(graph, op, inputs, weights),
        weight_bytes=sum(tensor.data_bytes for tensor in weights),
    )


def _macs(graph: Graph, op: Op, inputs: Sequence[Tensor], weights: Sequence[Tensor]) -> int:
    if op.name == "BATCH_MATMUL":
        columns = graph.tensors[op.output].shape[-1]
        return inputs[0].elements * columns
    if not weights or not op.outputs:
        return 0
    output, shape = graph.tensors[op.output], weights[0].shape
    if op.name in ("CONV_2D", "FULLY_CONNECTED"):
        return output.elements * math.prod(shape[1:])  # [filters, ...]
    if op.name == "DEPTHWISE_CONV_2D":
        return output.elements * math.prod(shape[:-1])  # [1, height, width, channels]
    if op.name == "TRANSPOSE_CONV":  # each input value meets each filter
        return graph.tensors[op.inputs[2]].elements * math.prod(shape[:-1])
    if op.name == "SVDF":
        return sum(tensor.elements for tensor in weights[:2])
    if op.name == "UNIDIRECTIONAL_SEQUENCE_LSTM":
        matrices = sum(tensor.elements for tensor in weights if len(tensor.shape) == 2)
        return matrices * math.prod(output.shape[:-1])
    return 0
