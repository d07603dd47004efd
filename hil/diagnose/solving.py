"""What is read off an output that the board gave: which sums would have made it.

A requantization never decreases with its sum, so a value stands for a range of sums. A mistake
that adds a multiple of something known to each sum is then solved exactly, by intersection.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hil.diagnose.kernels import RIGHT, Convolution, quantize_multiplier

FAR = 1 << 40
"""Beyond every sum."""

_VALUES = 256
_MOST_PLACES = 4096
_SPREAD, _HALVINGS = 24, 48


@dataclass(frozen=True, eq=False)
class Channel:
    """One output channel of a convolution over all outputs that were read back.

    Attributes:
        index: of the channel.
        conv: of this channel alone.
        sums: int64 [places], right.
        got: int64 [places], the board's output.
        low, high: int64 [places], the sums that give the board's output; low > high: none does.
        windows: int64 [places, weights], what each weight is multiplied with.
        inside: int64 [places, weights], 1 where that lies in the map and 0 in the padding.
    """

    index: int
    conv: Convolution
    sums: NDArray[np.int64]
    got: NDArray[np.int64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    windows: NDArray[np.int64]
    inside: NDArray[np.int64]

    @property
    def weights(self) -> NDArray[np.int64]:
        return self.conv.weights.reshape(-1)


def channels_of(
    conv: Convolution, outputs: Sequence[tuple[NDArray[np.int8], NDArray[np.int8]]]
) -> list[Channel]:
    """All channels from (input, the board's output) of some images; some thousand places each."""
    data = [conv.shaped(given)[0] for given, _ in outputs]
    one = dataclasses.replace(conv, input_zero=0, weights=conv.weights[..., :1])
    ones = np.ones((*data[0].shape[:2], conv.weights.shape[2]), np.int8)
    inside = np.concatenate([windows_of(one, ones)] * len(data))
    shared = None if conv.depthwise else np.concatenate([windows_of(conv, map_) for map_ in data])
    got = np.concatenate([output.reshape(-1, conv.scales.size) for _, output in outputs])
    found = []
    for channel in range(conv.scales.size):
        only = slice(channel, channel + 1)
        seen = shared
        if seen is None:
            seen = np.concatenate([windows_of(conv, map_[..., only]) for map_ in data])
        found.append(_channel(conv, channel, seen, inside, got[:, channel].astype(np.int64)))
    return found


def _channel(
    conv: Convolution,
    index: int,
    windows: NDArray[np.int64],
    inside: NDArray[np.int64],
    got: NDArray[np.int64],
) -> Channel:
    only = slice(index, index + 1)
    one = dataclasses.replace(
        conv, weights=conv.weights[..., only], bias=conv.bias[only], scales=conv.scales[only]
    )
    sums = products(windows, one.weights.reshape(-1, 1))[:, 0] + one.bias
    if got.size > _MOST_PLACES:  # half of them wrong ones, where there are so many
        order = np.argsort(one.finish(sums[:, None], RIGHT)[0, :, 0] == got, kind="stable")
        half = _MOST_PLACES // 2
        chosen = np.concatenate([order[:half], order[half :: order.size // half]])
        sums, windows, inside, got = sums[chosen], windows[chosen], inside[chosen], got[chosen]
    low, high = sums_for(one, got)
    return Channel(index, one, sums, got, low, high, windows, inside)


def products(left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.int64]:
    """A matrix product, exact and fast: sums of int8 products are whole numbers in float64."""
    product = left.astype(np.float64) @ right.astype(np.float64)
    return product.astype(np.int64)


def windows_of(conv: Convolution, data: NDArray[np.int8]) -> NDArray[np.int64]:
    """What each weight of a channel is multiplied with: int64 [rows * columns, weights].

    In the order of the weights, less the input's zero point, 0 in the padding.
    """
    height, width, inputs, _ = conv.weights.shape
    rows, columns = conv.output_shape
    windows = np.zeros((rows, columns, height, width, inputs), np.int64)
    for r in range(height):
        for c in range(width):
            down = np.arange(rows) * conv.stride[0] - conv.pad[0] + r * conv.dilation[0]
            right = np.arange(columns) * conv.stride[1] - conv.pad[1] + c * conv.dilation[1]
            at_rows = np.flatnonzero((down >= 0) & (down < data.shape[0]))
            at_columns = np.flatnonzero((right >= 0) & (right < data.shape[1]))
            kept = data[np.ix_(down[at_rows], right[at_columns])]
            windows[..., r, c, :][np.ix_(at_rows, at_columns)] = (
                kept.astype(np.int64) - conv.input_zero
            )
    return windows.reshape(rows * columns, height * width * inputs)


def sums_for(
    one: Convolution, values: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(lowest, highest) sum of the one channel of `one` for each output value."""
    bottom, top = one.limits
    wanted = np.arange(-128, 128)
    least, most = np.full(_VALUES, -FAR), np.full(_VALUES, FAR)
    for _ in range(42):  # the smallest sum that gives at least the value
        middle = least + most >> 1
        inside = np.clip(middle, -(1 << 31), (1 << 31) - 1)
        enough = one.finish(inside[:, None], RIGHT)[0, :, 0] >= wanted
        most, least = np.where(enough, middle, most), np.where(enough, least, middle)
    starts = np.append(most, FAR)
    starts[: bottom + 129] = -FAR
    index = values + 128
    outside = (values < bottom) | (values > top)
    high = np.where(values >= top, FAR, starts[index + 1] - 1)
    return np.where(outside, FAR, starts[index]), np.where(outside, -FAR, high)


def multiples(
    sums: NDArray[np.int64],
    low: NDArray[np.int64],
    high: NDArray[np.int64],
    steps: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(lowest, highest) integer d by column of `steps`, for which low <= sums + d * steps <= high.

    `steps`: int64 [places, columns]. Lowest > highest where there is none.
    """
    below, above = (low - sums)[:, None], (high - sums)[:, None]
    divisor = np.where(steps == 0, 1, steps)
    first, last = np.where(steps > 0, below, above), np.where(steps > 0, above, below)
    at_least, at_most = -(-first // divisor), last // divisor
    free = steps == 0
    at_least = np.where(free, -FAR, at_least)
    at_most = np.where(free, FAR, at_most)
    least, most = at_least.max(axis=0), at_most.min(axis=0)
    impossible = (free & ((below > 0) | (above < 0))).any(axis=0)
    return np.where(impossible, FAR, least), np.where(impossible, -FAR, most)


def scales_for(channel: Channel) -> tuple[float, float]:
    """(lowest, highest) scale with which the right sums give the board's output.

    The lowest is above the highest where none does.
    """
    lowest, highest = _about(channel)
    if not 0 < highest < np.inf or highest < lowest:
        return 1.0, 0.0
    sums, got = channel.sums, channel.got
    lowest = max(lowest, highest / 1024)
    ends = []
    for upper in (False, True):
        low, high = np.full(sums.size, lowest), np.full(sums.size, highest)
        for _ in range(_HALVINGS):  # where the value first gets there, or last is there
            middle = (low + high) / 2
            value = _scaled(channel, sums, middle)
            beyond = value > got if upper else value >= got
            beyond = np.where(sums < 0, value < got if upper else value <= got, beyond)
            high, low = np.where(beyond, middle, high), np.where(beyond, low, middle)
        ends.append(low if upper else high)
    known = sums != 0
    least, most = float(ends[0][known].max()), float(ends[1][known].min())
    middle_value = _scaled(channel, sums, np.full(sums.size, (least + most) / 2))
    return (least, most) if np.array_equal(middle_value, got) else (1.0, 0.0)


def _scaled(
    channel: Channel, sums: NDArray[np.int64], scales: NDArray[np.float64]
) -> NDArray[np.int64]:
    """The outputs of sums, each with a scale of its own."""
    each = dataclasses.replace(channel.conv, scales=scales)
    outputs: NDArray[np.int64] = each.finish(sums, RIGHT)[0].astype(np.int64)
    return outputs


def _about(channel: Channel) -> tuple[float, float]:
    """The same, not as narrow: a value may be rounded twice."""
    bottom, top = channel.conv.limits
    off = (channel.got - channel.conv.output_zero).astype(np.float64)
    less = np.where(channel.got <= bottom, -np.inf, off - 1)
    more = np.where(channel.got >= top, np.inf, off + 1)
    known = channel.sums != 0
    if not known.any():
        return -np.inf, np.inf
    ends = np.stack([less[known], more[known]]) / channel.sums[known]
    return float(ends.min(axis=0).max()), float(ends.max(axis=0).min())


def spread(lowest: float, highest: float, known: Sequence[float]) -> list[float]:
    """The known numbers of a range, then some that lie evenly in it."""
    if not 0 < highest < np.inf or highest < lowest:
        return []
    inside = [number for number in known if lowest <= number <= highest]
    return [*inside, *np.linspace(lowest, highest, 2 * _SPREAD + 1)[1::2].tolist()]


def likely_scales(right: float) -> list[float]:
    """A scale with another exponent, or with one bit of its 31 wrong."""
    fixed, exponent = quantize_multiplier(right)
    shifted = [right * 2.0**by for by in range(-31, 32) if by]
    return shifted + [float(fixed ^ 1 << bit) * 2.0 ** (exponent - 31) for bit in range(31)]


def fitted(channel: Channel) -> tuple[NDArray[np.int64], int] | None:
    """(weights, bias) that give the board's output, if it determines all of them.

    Least squares over the middles of the ranges, then whole numbers: the result is checked.
    """
    inside = (channel.low > -FAR) & (channel.high < FAR)
    count = channel.windows.shape[1]
    if inside.sum() < 2 * (count + 1):
        return None
    middle = (channel.low[inside] + channel.high[inside]) / 2 - channel.sums[inside]
    columns = np.column_stack([channel.windows[inside], np.ones(int(inside.sum()))])
    change, _, rank, _ = np.linalg.lstsq(columns.astype(np.float64), middle, rcond=None)
    if rank < count + 1:
        return None
    weights = channel.conv.weights.reshape(-1) + np.rint(change[:-1]).astype(np.int64)
    if weights.min() < -128 or weights.max() > 127:
        return None
    ones = np.ones((channel.sums.size, 1), np.int64)
    sums = products(channel.windows, weights[:, None])[:, 0]
    least, most = multiples(sums, channel.low, channel.high, ones)
    right = int(channel.conv.bias[0])
    if least[0] > most[0]:
        return None
    return weights, right if least[0] <= right <= most[0] else int(least[0] + most[0]) // 2
