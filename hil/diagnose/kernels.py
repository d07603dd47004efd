"""int8 convolutions in numpy, with one thing done otherwise.

The arithmetic is that of TensorFlow Lite's reference kernels
(reference/integer_ops/conv.h and depthwise_conv.h, common.h
MultiplyByQuantizedMultiplier, quantization_util.cc QuantizeMultiplier), so that without
a variation the result is the oracle's, bit for bit.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hil.network.tflite_graph import Graph

Rounding = Literal["reference", "single", "cut", "down", "up"]
ROUNDINGS: dict[Rounding, str] = {
    "single": "once instead of twice", "cut": "toward zero", "down": "down", "up": "up",
}  # fmt: skip
"""What is not the reference's, in words."""

_RELU, _RELU6, _RELU_N1 = 1, 3, 2  # ActivationFunctionType of schema.fbs
_SAME = 0  # Padding of schema.fbs


@dataclass(frozen=True)
class Variation:
    """What is done otherwise; the defaults are right.

    Attributes:
        pad_shift: rows and columns that the window is moved by; None: not padded at the
            top and left, as if all padding were at the end.
        pad_value: "skip" (right), or "zero": the integer 0 stands in the padding instead of
            the zero point.
        bias: factor of the bias.
        bias_rolled: channels that the biases are off by.
        input_zero: added to the input's zero point.
        output_zero: added to the output's zero point.
        activation: False leaves the fused activation out.
        scale_of: channel whose scale is used for all; None: each its own.
        rounding: of the requantization.
        wraps: int8 results wrap around instead of saturating.
        accumulator_bits: of the sum.
        weights: "right", "unsigned", "flipped" (both axes), "transposed", "zero".
        weights_rolled: bytes that all weights are off by, as they lie in the model.
        channel: apply all of this to one output channel alone.
    """

    pad_shift: tuple[int, int] | None = (0, 0)
    pad_value: Literal["skip", "zero"] = "skip"
    bias: int = 1
    bias_rolled: int = 0
    input_zero: int = 0
    output_zero: int = 0
    activation: bool = True
    scale_of: int | None = None
    scale_shift: int = 0
    rounding: Rounding = "reference"
    wraps: bool = False
    accumulator_bits: int = 32
    weights: Literal["right", "unsigned", "flipped", "transposed", "zero"] = "right"
    weights_rolled: int = 0
    channel: int | None = None


RIGHT = Variation()


@dataclass(frozen=True, eq=False)
class Convolution:
    """One CONV_2D or DEPTHWISE_CONV_2D of a model.

    `weights`: int64 [height, width, inputs, outputs], 0 where a depthwise one has none.
    """

    op: int
    depthwise: bool
    weights: NDArray[np.int64]
    bias: NDArray[np.int64]
    stride: tuple[int, int]
    pad: tuple[int, int]
    output_shape: tuple[int, int]
    input_zero: int
    output_zero: int
    limits: tuple[int, int]
    scales: NDArray[np.float64]

    def run(self, data: NDArray[np.int8], how: Variation = RIGHT) -> NDArray[np.int8]:
        """The output int8 [1, rows, columns, outputs] for an input of one image."""
        result = self.finish(self.sums_of(data[0], how), how)
        if how.channel is None:
            return result
        mixed = self.finish(self.sums_of(data[0], RIGHT), RIGHT)
        mixed[..., how.channel] = result[..., how.channel]
        return np.ascontiguousarray(mixed)

    def first_rows(self, images: NDArray[np.int8], row: int) -> NDArray[np.int8]:
        """Output row `row` for many images: int8 [N, columns, outputs] of [N, rows, columns, C]."""
        top = row * self.stride[0] - self.pad[0]
        height = self.weights.shape[0]
        window = images[:, max(top, 0) : top + height]
        above, below = max(-top, 0), height - window.shape[1] - max(-top, 0)
        padded = np.pad(
            window, ((0, 0), (above, below), (0, 0), (0, 0)), constant_values=self.input_zero
        )
        one = dataclasses.replace(
            self, pad=(0, self.pad[1]), output_shape=(1, self.output_shape[1])
        )
        rows: NDArray[np.int8] = one.finish(one.sums_of(padded, RIGHT), RIGHT)[0][:, 0]
        return rows

    def sums_of(self, data: NDArray[np.int8], how: Variation) -> NDArray[np.int64]:
        """int64 [..., rows, columns, outputs] of [..., rows, columns, inputs]."""
        zero = self.input_zero + how.input_zero
        height, width = self.weights.shape[:2]
        pad = (0, 0) if how.pad_shift is None else tuple(
            p + s for p, s in zip(self.pad, how.pad_shift, strict=True)
        )  # fmt: skip
        rows, columns = self.output_shape
        fill = -zero if how.pad_value == "zero" else 0
        room = 8 + max(height, width)
        shifted = np.pad(
            data.astype(np.float64) - zero,
            (
                *((0, 0) for _ in data.shape[:-3]),
                (room, room + self.stride[0]),
                (room, room + self.stride[1]),
                (0, 0),
            ),
            constant_values=fill,
        )
        weights = self._weights(how)
        total = np.zeros((*data.shape[:-3], rows, columns, weights.shape[3]))
        for r in range(height):
            for c in range(width):
                top, left = room - pad[0] + r, room - pad[1] + c
                window = shifted[
                    ...,
                    top : top + rows * self.stride[0] : self.stride[0],
                    left : left + columns * self.stride[1] : self.stride[1],
                    :,
                ]
                if self.depthwise:
                    total += window * weights[r, c, 0]
                else:
                    total += window @ weights[r, c]
        bias: NDArray[np.int64] = np.roll(self.bias, how.bias_rolled) * how.bias
        sums: NDArray[np.int64] = total.astype(np.int64) + bias
        if how.accumulator_bits < 32:
            half = 1 << (how.accumulator_bits - 1)
            sums = (sums + half & 2 * half - 1) - half
        return sums

    def _weights(self, how: Variation) -> NDArray[np.float64]:
        weights = self.weights
        if how.weights == "unsigned":
            weights = weights & 0xFF
        elif how.weights == "flipped":
            weights = weights[::-1, ::-1]
        elif how.weights == "transposed":
            weights = weights.swapaxes(0, 1)
        elif how.weights == "zero":
            weights = weights * 0
        if how.weights_rolled:
            # In the model they lie as [outputs, rows, columns, inputs], unless depthwise.
            order = (0, 1, 2, 3) if self.depthwise else (3, 0, 1, 2)
            stored = np.roll(weights.transpose(order), how.weights_rolled)
            weights = stored.transpose(np.argsort(order))
        return weights.astype(np.float64)

    def finish(self, sums: NDArray[np.int64], how: Variation) -> NDArray[np.int8]:
        """int8 [1, ..., outputs]: requantized, with zero point and activation."""
        scales = self.scales
        if how.scale_of is not None:
            scales = np.full_like(scales, scales[how.scale_of])
        parts = [quantize_multiplier(float(s)) for s in scales]
        multiplier = np.array([m for m, _ in parts], np.int64)
        shift = np.array([s for _, s in parts], np.int64) + how.scale_shift
        scaled = requantize(sums, multiplier, shift, how.rounding)
        scaled = scaled + self.output_zero + how.output_zero
        if how.wraps:
            scaled = (scaled + 128 & 0xFF) - 128
        limits = self.limits if how.activation else (-128, 127)
        return np.clip(scaled, *limits).astype(np.int8)[None]


def quantize_multiplier(scale: float) -> tuple[int, int]:
    """A scale as (31-bit fraction, exponent of two), as QuantizeMultiplier gives it."""
    if scale == 0:
        return 0, 0
    fraction, exponent = math.frexp(scale)
    fixed = math.floor(fraction * (1 << 31) + 0.5)
    if fixed == 1 << 31:
        return fixed // 2, exponent + 1
    return (0, 0) if exponent < -31 else (fixed, exponent)


def requantize(
    sums: NDArray[np.int64],
    multiplier: NDArray[np.int64],
    shift: NDArray[np.int64],
    rounding: Rounding,
) -> NDArray[np.int64]:
    """sums * multiplier * 2^(shift - 31), by channel, rounded."""
    left, right = np.maximum(shift, 0), np.maximum(-shift, 0)
    if rounding == "reference":
        product = (sums << left) * multiplier
        nudge = np.where(product >= 0, 1 << 30, 1 - (1 << 30))
        high = _divided(product + nudge, 1 << 31)
        mask = (np.int64(1) << right) - 1
        remainder = high & mask
        threshold = (mask >> 1) + (high < 0)
        rounded: NDArray[np.int64] = (high >> right) + (remainder > threshold)
        return rounded
    total = 31 - shift
    product = sums * multiplier
    if rounding == "single":  # TFLITE_SINGLE_ROUNDING
        result: NDArray[np.int64] = (product + (np.int64(1) << (total - 1))) >> total
    elif rounding == "up":
        result = -((-product) >> total)
    elif rounding == "down":
        result = product >> total
    else:
        result = _divided(product, np.int64(1) << total)
    return result


def _divided(value: Any, by: Any) -> Any:
    """Division that cuts toward zero, as in C."""
    return np.sign(value) * (np.abs(value) // by)


def convolution(graph: Graph, operator: Any, op: int) -> Convolution | None:
    """The convolution of operator `op`; None if it is another kind, or none of int8.

    `operator`: its `OperatorT`, for the options.
    """
    known = graph.ops[op]
    options = operator.builtinOptions
    if known.name not in ("CONV_2D", "DEPTHWISE_CONV_2D") or len(known.inputs) < 2:
        return None
    source, filters = graph.tensors[known.inputs[0]], graph.tensors[known.inputs[1]]
    target = graph.tensors[known.output]
    depthwise = known.name == "DEPTHWISE_CONV_2D"
    types = {source.type_name, filters.type_name, target.type_name}
    dilated = (options.dilationHFactor, options.dilationWFactor) != (1, 1)
    if types != {"INT8"} or dilated or not filters.data or (depthwise and filters.shape[0] != 1):
        return None
    weights = np.frombuffer(filters.data, np.int8).reshape(filters.shape).astype(np.int64)
    outputs = target.shape[3]
    if depthwise:
        if source.shape[3] != outputs:
            return None
        weights = weights.reshape(*filters.shape[1:3], 1, outputs)
    else:
        weights = weights.transpose(1, 2, 3, 0)
    bias = np.zeros(outputs, np.int64)
    if len(known.inputs) > 2 and known.inputs[2] >= 0:
        bias = np.frombuffer(graph.tensors[known.inputs[2]].data, np.int32).astype(np.int64)
    stride = (int(options.strideH), int(options.strideW))
    pads = []
    for axis in (0, 1):
        needed = (target.shape[1 + axis] - 1) * stride[axis] + weights.shape[axis]
        missing = max(needed - source.shape[1 + axis], 0)
        pads.append(missing // 2 if options.padding == _SAME else 0)
    per_channel = [np.float32(filters.scale(k)) for k in range(outputs)]
    scales = [
        float(np.float32(source.scale())) * float(s) / float(np.float32(target.scale()))
        for s in per_channel
    ]
    return Convolution(
        op=op,
        depthwise=depthwise,
        weights=weights,
        bias=bias,
        stride=stride,
        pad=(pads[0], pads[1]),
        output_shape=(target.shape[1], target.shape[2]),
        input_zero=source.zero_point(),
        output_zero=target.zero_point(),
        limits=_limits(options.fusedActivationFunction, target.scale(), target.zero_point()),
        scales=np.array(scales),
    )


def _limits(activation: int, scale: float, zero: int) -> tuple[int, int]:
    """The int8 range that a fused activation leaves (CalculateActivationRangeQuantized)."""

    def q(value: float) -> int:
        return zero + math.floor(value / scale + 0.5)

    low, high = -128, 127
    if activation in (_RELU, _RELU6):
        low = max(low, q(0.0))
    if activation == _RELU6:
        high = min(high, q(6.0))
    if activation == _RELU_N1:
        low, high = max(low, q(-1.0)), min(high, q(1.0))
    return low, high
