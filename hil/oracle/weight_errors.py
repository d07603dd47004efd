"""What quantizing an operator's weights lost: of the files alone, without a sample."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hil.facts.layers import ErrorFacts, decibels
from hil.network.tflite_graph import Graph, Op, Tensor

_FORMATS = {"INT8": "i1", "UINT8": "u1", "INT16": "<i2"}


def weight_error(floats: Graph, ours: Op, ints: Graph, theirs: Op) -> ErrorFacts | None:
    """Of the largest constant that both operators have; None without one."""
    pairs = [
        (floats.tensors[a], ints.tensors[b])
        for a, b in zip(ours.inputs, theirs.inputs, strict=False)
        if a >= 0 and b >= 0
    ]
    known = [pair for pair in pairs if _comparable(*pair)]
    if not known:
        return None
    right, got = max(known, key=lambda pair: pair[0].elements)
    axis = got.quantized_dimension if len(got.scales) > 1 else 0
    f = np.frombuffer(right.data, "<f4").astype(np.float64).reshape(right.shape)
    q = np.frombuffer(got.data, _FORMATS[got.type_name]).astype(np.float64).reshape(got.shape)
    along = [-1 if n == axis else 1 for n in range(q.ndim)]
    scales, points = (np.reshape(each, along) for each in (got.scales, got.zero_points))
    off = f - (q - points) * scales
    signal, noise = (_by_channel(np.square(each), axis) for each in (f, off))
    sums = [(float(s), float(n)) for s, n in zip(signal, noise, strict=True)]
    worst = min(range(len(sums)), key=lambda n: decibels(*sums[n]))
    return ErrorFacts(
        values=f.size,
        signal=float(signal.sum()),
        noise=float(noise.sum()),
        absolute=float(np.abs(off).sum()),
        magnitude=float(np.abs(f).sum()),
        channels=len(sums),
        channel=worst,
        channel_signal=sums[worst][0],
        channel_noise=sums[worst][1],
    )


def _comparable(right: Tensor, got: Tensor) -> bool:
    scaled = len(got.scales) in (1, got.shape[got.quantized_dimension] if got.shape else 1)
    return (
        right.type_name == "FLOAT32"
        and got.type_name in _FORMATS
        and right.shape == got.shape
        and len(got.shape) > 0
        and len(right.data) == 4 * right.elements
        and len(got.data) == got.data_bytes
        and scaled
        and len(got.zero_points) == len(got.scales)
    )


def _by_channel(values: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    others = tuple(n for n in range(values.ndim) if n != axis)
    sums: NDArray[np.float64] = values.sum(axis=others)
    return sums
