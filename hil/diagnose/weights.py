"""One bit of one weight, or of one bias, that is wrong: damaged flash or memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from hil.diagnose.hypothesis import Hypothesis
from hil.diagnose.kernels import RIGHT, Convolution
from hil.diagnose.operators import At, label, only_channel, varied, wrong


def damages(ats: Sequence[At]) -> Iterator[Hypothesis[At]]:
    """A bit that fell over, in the one channel that differs: looked for when nothing else fits."""
    conv, channel = ats[0].world.convolution(ats[0].op), only_channel(ats)
    first = next((at for at in ats if at.failing and at.captured is not None), None)
    if conv is None or channel is None or first is None:
        return
    assert first.captured is not None
    wanted = first.captured[..., channel]
    op, source, only = label(first.world, conv.op), first.inputs[0], slice(channel, channel + 1)
    if conv.depthwise:
        source = source[..., only]
    one = dataclasses.replace(
        conv, weights=conv.weights[..., only], bias=conv.bias[only], scales=conv.scales[only]
    )
    if one.weights.size > 1024:
        return
    sums = one.sums_of(source[0], RIGHT)
    for index, tap in enumerate(_taps(one, source)):
        value = int(one.weights.flat[index])
        for bit in range(8):
            damaged = int(np.uint8(value & 0xFF ^ 1 << bit).astype(np.int8))
            output = one.finish(sums + (damaged - value) * tap[..., None], RIGHT)
            if np.array_equal(output[..., 0], wanted):
                weights = conv.weights.copy()
                weights.reshape(-1, weights.shape[-1])[index, channel] = damaged
                changed = dataclasses.replace(conv, weights=weights)
                how = (
                    f"damaged: weight {index} of channel {channel} is {damaged} instead of {value}"
                )
                yield wrong("kernel.weights", varied, changed, RIGHT, op=op, how=how)
    value = int(one.bias[0])
    for bit in range(32):
        damaged = int(np.uint32(value & 0xFFFFFFFF ^ 1 << bit).astype(np.int32))
        output = one.finish(sums + (damaged - value), RIGHT)
        if np.array_equal(output[..., 0], wanted):
            bias = conv.bias.copy()
            bias[channel] = damaged
            changed = dataclasses.replace(conv, bias=bias)
            how = f"damaged: that of channel {channel} is {damaged} instead of {value}"
            yield wrong("kernel.bias", varied, changed, RIGHT, op=op, how=how)


def _taps(one: Convolution, source: NDArray[np.int8]) -> Iterator[NDArray[np.int64]]:
    """What each weight is multiplied with, int64 [rows, columns], in the weights' order."""
    for index in range(one.weights.size):
        alone = np.zeros(one.weights.size, np.int64)
        alone[index] = 1
        tap = dataclasses.replace(one, weights=alone.reshape(one.weights.shape), bias=one.bias * 0)
        yield tap.sums_of(source[0], RIGHT)[..., 0]
