"""What may become of a network after the flash was checked: its constants and its options."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hil.network.tflite_graph import Graph

Made = tuple[str, Callable[[Any], None]]
"""In words, and the change of a `ModelT` of LiteRT's generated schema."""


def damaged_network(draw: random.Random, graph: Graph, op: int) -> Made:
    """One constant of an operator that has some is another."""
    kinds = [_bits, _byte, _bias, _scale, _zero_point]
    return draw.choice(kinds)(draw, graph, op)


def _buffer(model: Any, op: int, place: int) -> Any:
    subgraph = model.subgraphs[0]
    tensor = subgraph.tensors[int(subgraph.operators[op].inputs[place])]
    return model.buffers[tensor.buffer].data


def _bits(draw: random.Random, graph: Graph, op: int) -> Made:
    size = graph.tensors[graph.ops[op].inputs[1]].data_bytes
    at, bit = draw.randrange(size), draw.randrange(8)

    def edit(model: Any) -> None:
        _buffer(model, op, 1)[at] ^= 1 << bit

    return f"bit {bit} of weight byte {at} flips", edit


def _byte(draw: random.Random, graph: Graph, op: int) -> Made:
    size = graph.tensors[graph.ops[op].inputs[1]].data_bytes
    count = min(size, draw.choice((1, 4, 64)))
    at, value = draw.randrange(size - count + 1), draw.choice((0, 255))

    def edit(model: Any) -> None:
        _buffer(model, op, 1)[at : at + count] = value

    return f"weight bytes {at} to {at + count - 1} become {value}", edit


def _bias(draw: random.Random, graph: Graph, op: int) -> Made:
    if len(graph.ops[op].inputs) < 3:
        return _bits(draw, graph, op)
    channels = graph.tensors[graph.ops[op].inputs[2]].data_bytes // 4
    channel, step = draw.randrange(channels), draw.choice((-1, 1)) * 2 ** draw.randrange(6, 16)

    def edit(model: Any) -> None:
        _buffer(model, op, 2).view("<i4")[channel] += step

    return f"bias of channel {channel} {step:+d}", edit


def _scale(draw: random.Random, graph: Graph, op: int) -> Made:
    factor = 1 + draw.choice((-1, 1)) * 2.0 ** -draw.randrange(2, 9)
    whole, pick = draw.random() < 0.5, draw.random()

    def edit(model: Any) -> None:
        import numpy as np

        subgraph = model.subgraphs[0]
        quantization = subgraph.tensors[int(subgraph.operators[op].inputs[1])].quantization
        scales = np.array(quantization.scale, np.float32)
        where = slice(None) if whole else int(pick * len(scales))
        scales[where] *= np.float32(factor)
        quantization.scale = scales

    return f"{'all weight scales' if whole else 'one weight scale'} times {factor:g}", edit


def _zero_point(draw: random.Random, graph: Graph, op: int) -> Made:
    step = draw.choice((-4, -1, 1, 4))

    def edit(model: Any) -> None:
        subgraph = model.subgraphs[0]
        tensor = subgraph.tensors[int(subgraph.operators[op].inputs[0])]
        tensor.quantization.zeroPoint = [int(tensor.quantization.zeroPoint[0]) + step]

    return f"zero point of its input {step:+d}", edit
