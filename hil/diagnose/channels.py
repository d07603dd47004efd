"""Channels of a convolution that are wrong by themselves: weights, bias or scale, solved."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hil.diagnose.hypothesis import Hypothesis
from hil.diagnose.kernels import RIGHT, Convolution
from hil.diagnose.operators import At, label, varied, wrong
from hil.diagnose.solving import (
    Channel,
    fitted,
    likely_scales,
    multiples,
    products,
    scales_for,
    spread,
)

_MOST_FIXES = 24
_TOLD = 3


@dataclass(frozen=True, eq=False)
class Fix:
    """What a channel has instead of what is right.

    Attributes:
        id: of the catalogue.
        how: in words.
        freedom: bits of what was read off.
        weights, bias, scale: of the channel; None where they are right.
        value: of its whole output, if it is constant.
    """

    id: str
    how: str
    freedom: float
    weights: NDArray[np.int64] | None = None
    bias: int | None = None
    scale: float | None = None
    value: int | None = None


def wrong_channels(
    at: At, conv: Convolution, channels: Sequence[Channel]
) -> Iterator[Hypothesis[At]]:
    """The board's output of each channel that is wrong, by one change of that channel alone."""
    fixes: dict[int, list[Fix]] = {}
    for channel in channels:
        if (channel.conv.finish(channel.sums[:, None], RIGHT)[0, :, 0] != channel.got).any():
            fixes[channel.index] = found = _fixes(channel, conv)
            if not found:
                return
    op = label(at.world, conv.op)
    for number in range(min(max(map(len, fixes.values()), default=0), _MOST_FIXES)):
        chosen = {index: found[min(number, len(found) - 1)] for index, found in fixes.items()}
        yield _hypothesis(op, conv, chosen)


def _hypothesis(op: str, conv: Convolution, fixes: dict[int, Fix]) -> Hypothesis[At]:
    changed = dataclasses.replace(
        conv, weights=conv.weights.copy(), bias=conv.bias.copy(), scales=conv.scales.copy()
    )
    values = {}
    for index, fix in fixes.items():
        if fix.weights is not None:
            changed.weights[..., index] = fix.weights.reshape(conv.weights.shape[:3])
        if fix.bias is not None:
            changed.bias[index] = fix.bias
        if fix.scale is not None:
            changed.scales[index] = fix.scale
        if fix.value is not None:
            values[index] = fix.value

    def output(at: At) -> Any:
        made = varied(at, changed, RIGHT)
        for index, value in values.items():
            made[..., index] = value
        return made

    freedom = sum(fix.freedom + math.log2(conv.scales.size) for fix in fixes.values())
    ids = {fix.id for fix in fixes.values()}
    (index, first), *others = fixes.items()
    if others:
        told = [f"{fix.how} (channel {at})" for at, fix in list(fixes.items())[:_TOLD]]
        told += [f"and {len(fixes) - _TOLD} channels more"] * (len(fixes) > _TOLD)
        how = "; ".join(told)
        made = wrong("kernel.channels", output, op=op, count=len(fixes), how=how)
    else:
        made = wrong("kernel.channel", output, op=op, channel=index, how=f" ({first.how})")
    if len(ids) == 1 and first.id != "kernel.channel":
        told_of = made.parameters["how"] if others else f"{first.how} (channel {index})"
        damaged = "damaged: " if first.id in _DAMAGED else ""
        parameters = {"op": op, "how": f"{damaged}{told_of}"}
        made = dataclasses.replace(made, id=first.id, parameters=parameters)
    return dataclasses.replace(made, freedom=freedom)


_INT32 = (-(1 << 31), (1 << 31) - 1)
_DAMAGED = ("kernel.weights", "kernel.bias")


def _fixes(channel: Channel, conv: Convolution) -> list[Fix]:
    """The changes that give this channel's output at all places that were read back."""
    found = [*_constant(channel), *_other_weights(channel, conv), *_bias(channel, conv)]
    found += [*_scale(channel, conv)]
    if not found:
        found += list(_one_weight(channel))
    if not found:
        all_weights = fitted(channel)
        if all_weights is not None:
            found.append(_weights(channel, *all_weights))
    return found


def _constant(channel: Channel) -> Iterator[Fix]:
    if (channel.got == channel.got[0]).all():
        value = int(channel.got[0])
        yield Fix("kernel.channel", f"it is always {value}", 8.0, value=value)


def _gives(channel: Channel, sums: NDArray[np.int64]) -> Any:
    """Whether these sums, int64 [places, tried], give the output: bool [tried]."""
    inside = (channel.low[:, None] <= sums) & (sums <= channel.high[:, None])
    return inside.all(axis=0)


def _other_weights(channel: Channel, conv: Convolution) -> Iterator[Fix]:
    """None, another channel's, or its own some places off."""
    own, count = channel.weights, channel.weights.size
    tried: list[tuple[str, NDArray[np.int64], int | None]] = [
        ("its weights are zero", own * 0, None),
        ("its weights and its bias are zero", own * 0, 0),
        ("its weights have the other sign", -own, None),
        ("its weights are read as uint8", own & 0xFF, None),
    ]
    columns = conv.weights.reshape(-1, conv.scales.size)
    for other in range(columns.shape[1]):
        if other != channel.index:
            how = f"that of channel {other}"
            tried.append((f"weights: {how}", columns[:, other], None))
            tried.append((f"weights and bias: {how}", columns[:, other], int(conv.bias[other])))
    for off in (*range(1, min(count, 9)), *range(-min(count, 9) + 1, 0)):
        tried.append((f"its weights are read {off:+d} places off", np.roll(own, off), None))
    weights = np.stack([w for _, w, _ in tried], axis=1)
    bias = np.array([int(channel.conv.bias[0]) if b is None else b for _, _, b in tried])
    fits = _gives(channel, products(channel.windows, weights) + bias)
    for (how, other_weights, other_bias), fit in zip(tried, fits, strict=True):
        if fit:
            freedom = math.log2(len(tried))
            yield Fix("kernel.channel", how, freedom, weights=other_weights, bias=other_bias)


def _bias(channel: Channel, conv: Convolution) -> Iterator[Fix]:
    ones = np.ones((channel.sums.size, 1), np.int64)
    least, most = (int(end[0]) for end in multiples(channel.sums, channel.low, channel.high, ones))
    right = int(channel.conv.bias[0])
    least, most = max(least, _INT32[0] - right), min(most, _INT32[1] - right)
    if least > most:
        return
    known = {0: "0", 2 * right: "twice what it should be"}
    known |= {int(b): f"that of channel {n}" for n, b in enumerate(conv.bias) if int(b) != right}
    for value, what in known.items():
        if value != right and least <= value - right <= most:
            yield Fix("kernel.channel", f"its bias is {what}", math.log2(len(known)), bias=value)
    for value in _likely(right, right + least, right + most, bits=32):
        yield Fix("kernel.bias", f"it is {value} instead of {right}", 32.0, bias=value)


def _likely(right: int, least: int, most: int, bits: int) -> list[int]:
    """Values of a range: those that are one bit off, then from its middle."""
    wraps = 1 << bits
    flipped = [(right ^ 1 << bit) % wraps for bit in range(bits)]
    signed = [value - wraps if value >= wraps >> 1 else value for value in flipped]
    middle = (least + most) // 2
    near = sorted(range(max(least, middle - 6), min(most, middle + 6) + 1),
                  key=lambda value: abs(value - middle))  # fmt: skip
    one_bit = [value for value in signed if least <= value <= most]
    return [value for value in dict.fromkeys((*one_bit, *near)) if value != right]


def _scale(channel: Channel, conv: Convolution) -> Iterator[Fix]:
    right = float(channel.conv.scales[0])
    others = [float(scale) for scale in conv.scales if scale != right]
    known = [*others, *likely_scales(right)]
    for scale in spread(*scales_for(channel), known):
        how = f"the scale is {scale / right:.6g} times what it should be"
        if scale in others:
            how = f"the scale is that of channel {int(np.argmax(conv.scales == scale))}"
        if scale != right:
            yield Fix("kernel.scale", how, 31.0, scale=scale)


def _one_weight(channel: Channel) -> Iterator[Fix]:
    least, most = multiples(channel.sums, channel.low, channel.high, channel.windows)
    right = channel.weights
    bottom, top = np.maximum(right + least, -128), np.minimum(right + most, 127)
    for index in np.flatnonzero(bottom <= top):
        value = int(right[index])
        for other in _likely(value, int(bottom[index]), int(top[index]), bits=8):
            weights = right.copy()
            weights[index] = other
            how = f"weight {index} is {other} instead of {value}"
            yield Fix("kernel.weights", how, 8.0 + math.log2(right.size), weights=weights)


def _weights(channel: Channel, weights: NDArray[np.int64], bias: int) -> Fix:
    changed = np.flatnonzero(weights != channel.weights)
    first = ", ".join(
        f"{index} is {weights[index]} instead of {channel.weights[index]}"
        for index in changed[:_TOLD]
    )
    right = int(channel.conv.bias[0])
    how = f"{changed.size} weights differ: {first}" + (", ..." if changed.size > _TOLD else "")
    how += f", and its bias is {bias} instead of {right}" if bias != right else ""
    freedom = changed.size * (8.0 + math.log2(weights.size)) + 32.0 * (bias != right)
    return Fix("kernel.weights", how, freedom, weights=weights, bias=bias)
