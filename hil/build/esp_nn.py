"""The memory that ESP-NN's kernels take in the arena, which no host has to measure.

Of esp-nn 1.2.3: on an ESP32 none, on an ESP32-S3 padded and aligned copies of what a convolution
reads (esp_nn_get_conv_scratch_size_esp32s3 and its depthwise neighbour; here a little more). A row
of a softmax, on both, is left to the margin.
"""

from __future__ import annotations

from hil.network.tflite_graph import Graph, Op

_COPYING = "esp32s3"
_LARGEST_COPY = 40 * 1024  # of a depthwise input; a larger one is copied in strips


def more_arena(graph: Graph, target: str) -> int:
    """By how many bytes a chip's arena is larger than one of reference kernels, at most."""
    if target != _COPYING:
        return 0
    live = _live_bytes(graph)
    most = max(live, default=0)
    return (
        max((n + _copies(graph, op) for n, op in zip(live, graph.ops, strict=True)), default=0)
        - most
    )


def _live_bytes(graph: Graph) -> list[int]:
    """For each operator, the tensors that are in the arena while it runs, in bytes."""
    end = len(graph.ops)
    first = dict.fromkeys(graph.inputs, 0)
    last = dict.fromkeys(graph.outputs, end)
    for op in graph.ops:
        for index in op.outputs:
            first.setdefault(index, op.index)
        for index in (*op.inputs, *op.outputs):
            last[index] = max(last.get(index, 0), op.index)
    return [
        sum(
            graph.tensors[index].data_bytes
            for index, start in first.items()
            if index >= 0 and start <= step <= last[index]
        )
        for step in range(end)
    ]


def _copies(graph: Graph, op: Op) -> int:
    if op.name not in ("CONV_2D", "DEPTHWISE_CONV_2D"):
        return 0
    image, weights, made = (graph.tensors[n] for n in (*op.inputs[:2], op.output))
    _, height, width, channels = image.shape
    filters, rows, columns, _ = weights.shape
    window = rows * columns
    padded = (height + rows) * (width + columns)
    if op.name == "CONV_2D":
        wide = _multiple(channels, 16)
        if window == 1:
            copy = height * width * wide if channels % 8 else 0
            return copy + wide * (filters + 16) + 64
        if columns * channels < 16:
            return (filters + 1) * _multiple(window * channels, 16) + 4 * filters + 96
        return 2 * (window * wide * filters + padded * channels) + 4 * filters + 64
    if channels % 16 == 0 and (rows, columns) == (3, 3) and weights.elements == 9 * channels:
        return weights.elements + min(padded * channels, _LARGEST_COPY) + 16
    wide = _multiple(channels, 8)
    result = made.elements if channels > 8 else 0
    return 2 * (weights.elements + window * wide + padded * wide) + result + 12 * wide + 128


def _multiple(value: int, of: int) -> int:
    return -(-value // of) * of
