"""Wrong kernels in numpy: from an operator's input to what a mistaken kernel makes of it.

The arithmetic is that of TFLite's reference kernels (`tensorflow/lite/kernels/internal/
reference/integer_ops/conv.h`, `common.h`: MultiplyByQuantizedMultiplier), mistake apart.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.network.tflite_graph import Graph, Op
    from hil.oracle.submodel import ModelParts

    Tensor = NDArray[Any]
    Ints = NDArray[np.int64]

_VALID = 1  # Padding of the TFLite schema


@dataclass(frozen=True)
class Place:
    """An operator in its model. `parts` cuts models out of it."""

    graph: Graph
    parts: ModelParts
    op: Op

    @property
    def output_zero_point(self) -> int:
        return self.graph.tensors[self.op.output].zero_point()


if TYPE_CHECKING:
    Kernel = Callable[[Place, Tensor, Tensor], Tensor]
    """From the operator, its input and its right output to a wrong one."""


@dataclass(frozen=True)
class Pointwise:
    """A 1x1 convolution before requantization.

    Attributes:
        sums: int64 [..., C], bias included.
        multipliers, shifts: int64 [C]; a sum is requantized by multiplying, then shifting right
            by 31 and by its shift.
        zero_point: of the output.
    """

    sums: Ints
    multipliers: Ints
    shifts: Ints
    zero_point: int

    @classmethod
    def of(cls, place: Place, given: Tensor) -> Pointwise:
        import numpy as np

        source, filter_, bias = (place.graph.tensors[index] for index in place.op.inputs)
        target = place.graph.tensors[place.op.output]
        channels = filter_.shape[0]
        weights = np.frombuffer(filter_.data, np.int8).reshape(channels, -1).astype(np.int64)
        sums = (given.astype(np.int64) - source.zero_point()) @ weights.T
        sums = sums + np.frombuffer(bias.data, np.int32)
        pairs = [
            _quantized(source.scale() * filter_.scale(channel) / target.scale())
            for channel in range(channels)
        ]
        multipliers, shifts = (np.array(column, np.int64) for column in zip(*pairs, strict=True))
        return cls(sums, multipliers, shifts, target.zero_point())

    def rounded(self, sums: Ints) -> Ints:
        """The requantized sums, neither offset nor saturated.

        Rounds twice: SaturatingRoundingDoublingHighMul, then RoundingDivideByPOT.
        """
        import numpy as np

        products = sums * self.multipliers
        nudged = products + np.where(products >= 0, 1 << 30, 1 - (1 << 30))
        high = np.where(nudged >= 0, nudged >> 31, -(-nudged >> 31))
        mask = (1 << self.shifts) - 1
        threshold = (mask >> 1) + (high < 0)
        requantized: Ints = (high >> self.shifts) + ((high & mask) > threshold)
        return requantized

    def saturated(self, requantized: Ints) -> Tensor:
        """The output: with the zero point, within int8."""
        import numpy as np

        output: Tensor = np.clip(requantized + self.zero_point, -128, 127).astype(np.int8)
        return output


def right(place: Place, given: Tensor, _: Tensor) -> Tensor:
    """No mistake: what the others are measured by."""

    conv = Pointwise.of(place, given)
    return conv.saturated(conv.rounded(conv.sums))


def rounds_down(place: Place, given: Tensor, _: Tensor) -> Tensor:
    """Requantization shifts and does not round."""

    conv = Pointwise.of(place, given)
    down = (conv.sums * conv.multipliers) >> (31 + conv.shifts)
    return conv.saturated(down)


def wraps(place: Place, given: Tensor, _: Tensor) -> Tensor:
    """A result is cut to its lowest byte instead of being held within int8."""
    import numpy as np

    conv = Pointwise.of(place, given)
    wrapped: Tensor = (conv.rounded(conv.sums) + conv.zero_point).astype(np.int8)
    return wrapped


def sums_in_16_bits(place: Place, given: Tensor, _: Tensor) -> Tensor:
    """The accumulator has 16 bits."""
    import numpy as np

    conv = Pointwise.of(place, given)
    sums = conv.sums.astype(np.int16).astype(np.int64)
    return conv.saturated(conv.rounded(sums))


def dead_channel(channel: int) -> Kernel:
    """One output channel is always zero (the zero point)."""

    def kernel(place: Place, _: Tensor, output: Tensor) -> Tensor:
        wrong: Tensor = output.copy()
        wrong[..., channel] = place.output_zero_point
        return wrong

    return kernel


def copies_input(_: Place, given: Tensor, __: Tensor) -> Tensor:
    """The operator does nothing: in-place memory that was not written."""
    return given


def padded(before: int, after: int, *, with_zero: bool = False) -> Kernel:
    """A convolution with explicit padding of rows and columns.

    `with_zero`: by the number 0 instead of the input's zero point.
    """

    def kernel(place: Place, given: Tensor, _: Tensor) -> Tensor:
        import numpy as np

        source, op = place.op.inputs[0], place.op.index
        value = 0 if with_zero else place.graph.tensors[source].zero_point()
        room = (before, after)
        wider = np.pad(given, ((0, 0), room, room, (0, 0)), constant_values=value)

        def edit(model: Any) -> None:
            graph = model.subgraphs[0]
            graph.tensors[source].shape = list(wider.shape)
            graph.operators[op].builtinOptions.padding = _VALID

        return place.parts.part(op, op, edit=edit).run(wider)[0]

    return kernel


def _quantized(multiplier: float) -> tuple[int, int]:
    """QuantizeMultiplier: (q, n) with multiplier = q / 2**(31 + n); below 1, as in this model."""
    fraction, exponent = math.frexp(multiplier)
    return round(fraction * (1 << 31)), -exponent
