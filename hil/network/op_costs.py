"""What each operator of a .tflite file costs: multiply-accumulates and weights.

Counted are the multiplications by weights: convolutions and dense layers, as MobileNet's
paper and most tables count them. MEAN, SOFTMAX and what only moves data count 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hil.network.tflite_graph import Graph, Op

_DENSE = ("CONV_2D", "FULLY_CONNECTED")
_DEPTHWISE = "DEPTHWISE_CONV_2D"


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


def _cost(graph: Graph, op: Op) -> OpCost:
    inputs = [graph.tensors[index] for index in op.inputs if index >= 0]
    # Quantized constants are weights; axes and shapes have no scale.
    weights = [tensor for tensor in inputs if tensor.data and tensor.scales]
    output = graph.tensors[op.output]
    shape = weights[0].shape if weights else ()
    per_output = 0
    if op.name in _DENSE:
        per_output = math.prod(shape[1:])  # [filters, ...]
    elif op.name == _DEPTHWISE:
        per_output = math.prod(shape[:-1])  # [1, height, width, channels]
    return OpCost(
        index=op.index,
        name=op.name,
        input=inputs[0].shape if inputs else (),
        output=output.shape,
        filter=shape,
        macs=output.elements * per_output if shape else 0,
        weight_bytes=sum(tensor.data_bytes for tensor in weights),
    )
