"""One bit of one weight, or of one bias, that is wrong: damaged flash or memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from hil.diagnose.kernels import RIGHT, Convolution, convolution
from hil.diagnose.operators import At, Wrong, as_right, label, only_channel
from hil.diagnose.scores import parts


def damages(ats: Sequence[At]) -> Iterator[Wrong]:
    """A bit that fell over in the weights: looked for when nothing else fits."""
    world, op = ats[0].world, ats[0].op
    conv = convolution(world.oracle.model.graph, parts(world).ops[op], op)
    if conv is not None:
        yield from _damaged_weights(ats, conv)


def _damaged_weights(ats: Sequence[At], conv: Convolution) -> Iterator[Wrong]:
    """One bit of one weight, or of one bias: only in the one channel that differs."""
    channel = only_channel(ats)
    first = next((at for at in ats if at.failing and at.captured is not None), None)
    if channel is None or first is None:
        return
    assert first.captured is not None
    wanted = first.captured[..., channel]
    named = (("op", label(ats[0].world, conv.op)),)
    weights = conv.weights[..., channel]
    if weights.size > 1024:
        return
    one = dataclasses.replace(
        conv,
        weights=weights[..., None]
        if not conv.depthwise
        else conv.weights[..., channel : channel + 1],
        bias=conv.bias[channel : channel + 1],
        scales=conv.scales[channel : channel + 1],
    )
    source = first.inputs[0][..., channel : channel + 1] if conv.depthwise else first.inputs[0]
    sums = one.sums_of(source[0], RIGHT)
    moves = _taps(one, source)
    for index, tap in enumerate(moves):
        value = int(weights.reshape(-1)[index])
        for bit in range(8):
            damaged = int(np.uint8(value & 0xFF ^ 1 << bit).astype(np.int8))
            output = one.finish(sums + (damaged - value) * tap[..., None], RIGHT)
            if np.array_equal(output[..., 0], wanted):
                how = (
                    f"damaged: weight {index} of channel {channel} is {damaged} instead of {value}"
                )
                yield _with_weight(conv, index, channel, damaged, (*named, ("how", how)))
    for bit in range(32):
        value = int(conv.bias[channel])
        damaged = int(np.uint32(value & 0xFFFFFFFF ^ 1 << bit).astype(np.int32))
        output = one.finish(sums + (damaged - value), RIGHT)
        if np.array_equal(output[..., 0], wanted):
            bias = conv.bias.copy()
            bias[channel] = damaged
            changed = dataclasses.replace(conv, bias=bias)
            how = f"damaged: that of channel {channel} is {damaged} instead of {value}"
            yield Wrong(
                "kernel.bias",
                lambda at, c=changed: as_right(at, c.run(at.inputs[0])),  # type: ignore[misc]
                (*named, ("how", how)),
            )


def _taps(one: Convolution, source: NDArray[np.int8]) -> Iterator[NDArray[np.int64]]:
    """What each weight is multiplied with, int64 [rows, columns], in the weights' order."""
    for index in range(one.weights.size):
        alone = np.zeros(one.weights.size, np.int64)
        alone[index] = 1
        tap = dataclasses.replace(one, weights=alone.reshape(one.weights.shape), bias=one.bias * 0)
        yield tap.sums_of(source[0], RIGHT)[..., 0]


def _with_weight(
    conv: Convolution, index: int, channel: int, value: int, named: tuple[tuple[str, object], ...]
) -> Wrong:
    weights = conv.weights.copy()
    one = weights[..., channel].copy()
    one.reshape(-1)[index] = value
    weights[..., channel] = one
    changed = dataclasses.replace(conv, weights=weights)
    return Wrong("kernel.weights", lambda at: as_right(at, changed.run(at.inputs[0])), named)
