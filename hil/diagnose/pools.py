"""int8 pools in numpy, with one thing done otherwise.

The arithmetic is that of TensorFlow Lite's reference kernels (reference/integer_ops/pooling.h): a
mean is rounded to the nearest, halves away from zero, over the places of the window that lie in
the map.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hil.diagnose.hypothesis import moves
from hil.diagnose.kernels import activation_limits, same_padding
from hil.network.tflite_graph import Graph

_MOST_STEPS = 4
_LOWEST = -128
Rounding = Literal["nearest", "down", "toward zero", "half up"]


@dataclass(frozen=True)
class Pool:
    """One AVERAGE_POOL_2D or MAX_POOL_2D of a model.

    Attributes:
        mean: the mean of a window, else its maximum.
        window, stride: (rows, columns).
        pad: rows above and columns to the left.
        output_shape: (rows, columns) of the output.
        limits: lowest and highest output.
        padding: what stands in the padding and counts; None: nothing does.
        rounding: of a mean.
    """

    mean: bool
    window: tuple[int, int]
    stride: tuple[int, int]
    pad: tuple[int, int]
    output_shape: tuple[int, int]
    limits: tuple[int, int]
    padding: int | None = None
    rounding: Rounding = "nearest"

    def run(self, data: NDArray[np.int8]) -> NDArray[np.int8]:
        """The output int8 [1, rows, columns, channels] for an input of one image."""
        values, inside = self._windows(data[0])
        if self.padding is not None:
            values, inside = np.where(inside, values, self.padding), np.ones_like(inside)
        if self.mean:
            count = np.maximum(inside.sum(axis=2), 1)
            made = self._rounded((values * inside).sum(axis=2), count)
        else:
            made = np.where(inside, values, _LOWEST).max(axis=2)
        output: NDArray[np.int8] = np.clip(made, *self.limits).astype(np.int8)[None]
        return output

    def mistakes(self) -> Iterator[tuple[str, str, Pool]]:
        """(id, in words, pool) of what can be done otherwise."""
        if any(self.pad):
            what = "counted in the mean" if self.mean else "counted as a value"
            for value in (0, _LOWEST):
                how = f"{what}, as {value}"
                yield "kernel.padding", how, dataclasses.replace(self, padding=value)
            how = "all of it at the end"
            yield "kernel.padding", how, dataclasses.replace(self, pad=(0, 0))
        for down, right, by in moves(1):
            pad = self.pad[0] + down, self.pad[1] + right
            yield "kernel.padding", f"the window is {by} off", dataclasses.replace(self, pad=pad)
        if self.mean:
            others: tuple[Rounding, ...] = ("down", "toward zero", "half up")
            for rounding in others:
                yield "kernel.rounding", rounding, dataclasses.replace(self, rounding=rounding)
        each = range(1, _MOST_STEPS + 1)
        for steps in ((down, right) for down in each for right in each):
            by = f"{steps[0]} x {steps[1]} instead of"
            if steps != self.stride:
                how = f"the stride is {by} {self.stride[0]} x {self.stride[1]}"
                yield "kernel.stride", how, dataclasses.replace(self, stride=steps)
            if steps != self.window:
                how = f"the window is {by} {self.window[0]} x {self.window[1]}"
                yield "kernel.stride", how, dataclasses.replace(self, window=steps)
        free = dataclasses.replace(self, limits=(_LOWEST, 127))
        if free != self:
            yield "kernel.activation", "is left out", free

    def _rounded(self, sums: NDArray[np.int64], count: NDArray[np.int64]) -> NDArray[np.int64]:
        if self.rounding == "down":
            return sums // count
        if self.rounding == "half up":
            return (2 * sums + count) // (2 * count)
        half = count // 2 if self.rounding == "nearest" else 0 * count
        rounded: NDArray[np.int64] = np.sign(sums) * ((abs(sums) + half) // count)
        return rounded

    def _windows(self, data: NDArray[np.int8]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Values [rows, columns, window, channels], 0 outside; whether each lies in the map."""
        (rows, columns), (height, width) = self.output_shape, self.window
        down = np.arange(rows)[:, None] * self.stride[0] - self.pad[0] + np.arange(height)
        right = np.arange(columns)[:, None] * self.stride[1] - self.pad[1] + np.arange(width)
        at_rows = (down >= 0) & (down < data.shape[0])
        at_columns = (right >= 0) & (right < data.shape[1])
        inside = at_rows[:, None, :, None] & at_columns[None, :, None, :]
        picked = data[
            np.clip(down, 0, data.shape[0] - 1)[:, None, :, None],
            np.clip(right, 0, data.shape[1] - 1)[None, :, None, :],
        ].astype(np.int64)
        shape = rows, columns, height * width
        inside = inside.reshape(*shape, 1)
        return picked.reshape(*shape, -1) * inside, inside


def pool_of(graph: Graph, operator: Any, op: int) -> Pool | None:
    """The pool of operator `op`; None if it is another kind, or none of int8.

    `operator`: its `OperatorT`, for the options.
    """
    known = graph.ops[op]
    if known.name not in ("AVERAGE_POOL_2D", "MAX_POOL_2D"):
        return None
    source, target = graph.tensors[known.inputs[0]], graph.tensors[known.output]
    options = operator.builtinOptions
    if {source.type_name, target.type_name} != {"INT8"} or source.shape[0] != 1:
        return None
    window = int(options.filterHeight), int(options.filterWidth)
    stride = int(options.strideH), int(options.strideW)
    given, made = source.shape[1:3], target.shape[1:3]
    return Pool(
        mean=known.name == "AVERAGE_POOL_2D",
        window=window,
        stride=stride,
        pad=same_padding((given, made), window, stride, (1, 1), options.padding),
        output_shape=(made[0], made[1]),
        limits=activation_limits(
            options.fusedActivationFunction, target.scale(), target.zero_point()
        ),
    )
