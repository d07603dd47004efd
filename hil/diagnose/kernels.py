"""int8 convolutions in numpy, with one thing done otherwise.

The arithmetic is that of TensorFlow Lite's reference kernels
(reference/integer_ops/conv.h and depthwise_conv.h, common.h
MultiplyByQuantizedMultiplier, quantization_util.cc QuantizeMultiplier), so that without
a variation the result is the oracle's, bit for bit.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
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
_WINDOWS = ("CONV_2D", "DEPTHWISE_CONV_2D")


@dataclass(frozen=True)
class Variation:
    """What is done otherwise; the defaults are right.

    Attributes:
        pad_shift: rows and columns that the window is moved by; None: not padded at the
            top and left, as if all padding were at the end.
        pad_value: int8 that stands in the padding; None for the zero point, which is right.
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
    """

    pad_shift: tuple[int, int] | None = (0, 0)
    pad_value: int | None = None
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


RIGHT = Variation()


@dataclass(frozen=True, eq=False)
class Convolution:
    """One CONV_2D, DEPTHWISE_CONV_2D or FULLY_CONNECTED of a model.

    Attributes:
        weights: int64 [height, width, inputs, outputs]; a depthwise one has 1 input.
        bias: int64 [outputs].
        input_shape, output_shape: (rows, columns) of the maps. The rows of FULLY_CONNECTED are
            its batches.
        limits: lowest and highest output.
        scales: of a sum, by output.
    """

    op: int
    depthwise: bool
    weights: NDArray[np.int64]
    bias: NDArray[np.int64]
    stride: tuple[int, int]
    pad: tuple[int, int]
    input_shape: tuple[int, int]
    output_shape: tuple[int, int]
    input_zero: int
    output_zero: int
    limits: tuple[int, int]
    scales: NDArray[np.float64]
    dilation: tuple[int, int] = (1, 1)

    def shaped(self, data: NDArray[np.int8]) -> NDArray[np.int8]:
        """An input as int8 [1, rows, columns, channels]."""
        return data.reshape(1, *self.input_shape, -1)

    def run(self, data: NDArray[np.int8], how: Variation = RIGHT) -> NDArray[np.int8]:
        """The output int8 [1, rows, columns, outputs] for an input of one image."""
        return np.ascontiguousarray(self.finish(self.sums_of(self.shaped(data)[0], how), how))

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
        fill = 0 if how.pad_value is None else how.pad_value - zero
        starts = [max(side, 0) for side in pad]
        spans = [
            (count - 1) * stride + (size - 1) * apart + 1
            for count, stride, size, apart in zip(
                self.output_shape, self.stride, (height, width), self.dilation, strict=True
            )
        ]
        ends = [
            max(span - side - size, 0)
            for span, side, size in zip(spans, pad, data.shape[-3:-1], strict=True)
        ]
        shifted = np.pad(
            data.astype(np.float64) - zero,
            (
                *((0, 0) for _ in data.shape[:-3]),
                (starts[0], ends[0]),
                (starts[1], ends[1]),
                (0, 0),
            ),
            constant_values=fill,
        )
        weights = self._weights(how)
        total = np.zeros((*data.shape[:-3], rows, columns, weights.shape[3]))
        for r in range(height):
            for c in range(width):
                top = starts[0] - pad[0] + r * self.dilation[0]
                left = starts[1] - pad[1] + c * self.dilation[1]
                window = shifted[
                    ...,
                    top : top + (rows - 1) * self.stride[0] + 1 : self.stride[0],
                    left : left + (columns - 1) * self.stride[1] + 1 : self.stride[1],
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
        multiplier, shift = quantize_multipliers(scales)
        scaled = requantize(sums, multiplier, shift + how.scale_shift, how.rounding)
        scaled = scaled + self.output_zero + how.output_zero
        if how.wraps:
            scaled = (scaled + 128 & 0xFF) - 128
        limits = self.limits if how.activation else (-128, 127)
        return np.clip(scaled, *limits).astype(np.int8)[None]


def quantize_multiplier(scale: float) -> tuple[int, int]:
    """A scale as (31-bit fraction, exponent of two), as QuantizeMultiplier gives it."""
    fixed, exponent = quantize_multipliers(np.array([scale]))
    return int(fixed[0]), int(exponent[0])


def quantize_multipliers(
    scales: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Scales as (31-bit fractions, exponents of two), as QuantizeMultiplier gives them."""
    fraction, exponent = np.frexp(scales)
    fixed = np.floor(fraction * (1 << 31) + 0.5).astype(np.int64)
    full = fixed == 1 << 31
    fixed, power = np.where(full, fixed >> 1, fixed), exponent.astype(np.int64) + full
    small = power < -31
    return np.where(small, 0, fixed), np.where(small | (scales == 0), 0, power)


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
    """The sums of products of operator `op`; None if it is another kind, or none of int8.

    `operator`: its `OperatorT`, for the options.
    """
    known = graph.ops[op]
    if known.name not in (*_WINDOWS, "FULLY_CONNECTED") or len(known.inputs) < 2:
        return None
    source, filters = graph.tensors[known.inputs[0]], graph.tensors[known.inputs[1]]
    target, options = graph.tensors[known.output], operator.builtinOptions
    types = {source.type_name, filters.type_name, target.type_name}
    if types != {"INT8"} or not filters.data:
        return None
    outputs = target.shape[-1]
    weights = np.frombuffer(filters.data, np.int8).reshape(filters.shape).astype(np.int64)
    if known.name == "FULLY_CONNECTED":
        weights = weights.T[None, None] - filters.zero_point()
        rows = math.prod(target.shape) // outputs
        given: tuple[int, ...] = (rows, 1)
        made: tuple[int, ...] = (rows, 1)
        stride, pad, dilation = (1, 1), (0, 0), (1, 1)
    else:
        if known.name == "CONV_2D":
            weights = weights.transpose(1, 2, 3, 0)
        elif filters.shape[0] != 1 or source.shape[3] != outputs:
            return None
        else:
            weights = weights.reshape(*filters.shape[1:3], 1, outputs)
        given, made = source.shape[1:3], target.shape[1:3]
        stride = (int(options.strideH), int(options.strideW))
        dilation = (int(options.dilationHFactor), int(options.dilationWFactor))
        pad = same_padding((given, made), weights.shape[:2], stride, dilation, options.padding)
    bias = np.zeros(outputs, np.int64)
    if len(known.inputs) > 2 and known.inputs[2] >= 0:
        bias = np.frombuffer(graph.tensors[known.inputs[2]].data, np.int32).astype(np.int64)
    scales = [
        float(np.float32(source.scale()))
        * float(np.float32(filters.scale(k)))
        / float(np.float32(target.scale()))
        for k in range(outputs)
    ]
    return Convolution(
        op=op,
        depthwise=known.name == "DEPTHWISE_CONV_2D",
        weights=weights,
        bias=bias,
        stride=stride,
        pad=pad,
        input_shape=(given[0], given[1]),
        output_shape=(made[0], made[1]),
        input_zero=source.zero_point(),
        output_zero=target.zero_point(),
        limits=activation_limits(
            options.fusedActivationFunction, target.scale(), target.zero_point()
        ),
        scales=np.array(scales),
        dilation=dilation,
    )


def same_padding(
    maps: Sequence[Sequence[int]],
    window: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
    kind: int,
) -> tuple[int, int]:
    """(rows above, columns to the left) that SAME padding adds (padding.h, ComputePadding)."""
    pads = []
    for axis in (0, 1):
        size = (window[axis] - 1) * dilation[axis] + 1
        needed = (maps[1][axis] - 1) * stride[axis] + size
        missing = max(needed - maps[0][axis], 0)
        pads.append(missing // 2 if kind == _SAME else 0)
    return pads[0], pads[1]


def activation_limits(activation: int, scale: float, zero: int) -> tuple[int, int]:
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
