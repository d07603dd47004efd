"""Mistakes in one operator whose inputs are right: what its output would be."""

from __future__ import annotations

import dataclasses
import functools
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hil.diagnose.case import Traced, World
from hil.diagnose.hypothesis import Hypothesis, moves
from hil.diagnose.kernels import RIGHT, ROUNDINGS, Convolution, Variation
from hil.diagnose.pools import Pool, pool_of
from hil.oracle.submodel import Edit, Part

OPTIMISED = "BUILTIN_WITHOUT_DEFAULT_DELEGATES"
"""LiteRT's resolver of the kernels for a PC, without XNNPACK, which no board has."""

EDITABLE = ("MEAN", "SOFTMAX", "AVERAGE_POOL_2D", "FULLY_CONNECTED", "ADD")
_MOST_STEPS = 4


@dataclass(frozen=True, eq=False)
class At:
    """One traced case at one operator.

    Attributes:
        inputs: the operator's variable inputs, right but for mistakes found before.
        right: its right output for them.
        observed: CRC-32 of the board's output.
        captured: the board's output, where it was read back.
        tensors: all tensors so far, by index.
    """

    case: Traced
    world: World
    op: int
    inputs: tuple[NDArray[Any], ...]
    right: NDArray[Any]
    observed: int
    captured: NDArray[np.int8] | None
    tensors: dict[int, NDArray[Any]]

    @property
    def failing(self) -> bool:
        return zlib.crc32(self.right.tobytes()) != self.observed


def wrong(
    name: str, output: Callable[..., Any], *arguments: Any, **parameters: object
) -> Hypothesis[At]:
    """The hypothesis that the operator's output is `output(at, *arguments)`."""

    def transform(at: At) -> Any:
        made = output(at, *arguments)
        return (
            made.reshape(at.right.shape)
            if made is not None and made.size == at.right.size
            else None
        )

    def predict(at: At) -> int | None:
        made = transform(at)
        return None if made is None else zlib.crc32(made.tobytes())

    return Hypothesis(name, predict, parameters, transform=transform)


def label(world: World, op: int) -> str:
    """An operator as the board's owner knows it."""
    return f"{op} ({world.graph.ops[op].name})"


def mistakes(ats: Sequence[At]) -> Iterator[Hypothesis[At]]:
    """What can be wrong with the operator of these points."""
    world, op = ats[0].world, ats[0].op
    conv = convolution_of(ats)
    if conv is not None:
        for name, parameters, how in variations(conv):
            yield wrong(name, varied, conv, how, op=label(world, op), **parameters)
        for name, parameters, other in geometries(conv):
            yield wrong(name, varied, other, RIGHT, op=label(world, op), **parameters)
    else:
        yield from _of_pool(ats)
        yield from _edited(world, op)
    yield from _not_written(ats)
    yield wrong("engine.optimised-kernels", output_of, "", None, OPTIMISED, which="optimised")


def convolution_of(ats: Sequence[At]) -> Convolution | None:
    """The operator as a convolution in numpy, where that gives the oracle's bytes."""
    at = ats[0]
    conv = at.world.convolution(at.op)
    if conv is None or not np.array_equal(
        varied(at, conv, RIGHT).reshape(at.right.shape), at.right
    ):
        return None
    return conv


def _of_pool(ats: Sequence[At]) -> Iterator[Hypothesis[At]]:
    """Where numpy gives the oracle's bytes of a pool."""
    at = ats[0]
    pool = pool_of(at.world.graph, at.world.parts.ops[at.op], at.op)
    if pool is None or not np.array_equal(pool.run(at.inputs[0]), at.right):
        return
    for name, how, other in pool.mistakes():
        yield wrong(name, _pooled, other, op=label(at.world, at.op), how=how)


def _pooled(at: At, pool: Pool) -> NDArray[np.int8]:
    return pool.run(at.inputs[0])


def variations(conv: Convolution) -> Iterator[tuple[str, dict[str, object], Variation]]:
    """(id, parameters, variation) of what can go wrong in a convolution."""
    yield "kernel.bias", {"how": "left out"}, Variation(bias=0)
    yield "kernel.bias", {"how": "added twice"}, Variation(bias=2)
    for off in (1, -1):
        yield "kernel.bias", {"how": "that of the channel next to it"}, Variation(bias_rolled=off)
    yield "kernel.activation", {"how": "is left out"}, Variation(activation=False)
    if max(conv.weights.shape[:2]) > 1:
        yield "kernel.padding", {"how": "all of it at the end"}, Variation(pad_shift=None)
        for down, right, by in moves(2):
            how = f"the window is {by} off"
            yield "kernel.padding", {"how": how}, Variation(pad_shift=(down, right))
        how = "filled with 0 instead of the zero point"
        yield "kernel.padding", {"how": how}, Variation(pad_value=0)
    for which, zero in (("the input's", conv.input_zero), ("the output's", conv.output_zero)):
        for how, to in _zero_points(zero):
            off = to - zero
            at_input = which == "the input's"
            moved = Variation(input_zero=off) if at_input else Variation(output_zero=off)
            yield "kernel.zero-point", {"which": which, "how": how}, moved
    for channel in (0, conv.scales.size - 1, int(conv.scales.argmax()), int(conv.scales.argmin())):
        how = f"the scale of channel {channel} is used for all channels"
        yield "kernel.scale", {"how": how}, Variation(scale_of=channel)
    for shift, how in ((1, "twice as large"), (-1, "half as large")):
        yield "kernel.scale", {"how": f"the scale is {how}"}, Variation(scale_shift=shift)
    yield "kernel.saturation", {}, Variation(wraps=True)
    yield "kernel.saturation", {}, Variation(wraps=True, activation=False)
    for bits in (16, 24, 20):
        yield "kernel.accumulator", {"bits": bits}, Variation(accumulator_bits=bits)
    yield "kernel.weights", {"how": "read as uint8"}, Variation(weights="unsigned")
    yield "kernel.weights", {"how": "turned by 180 degrees"}, Variation(weights="flipped")
    how = "read with rows and columns swapped"
    yield "kernel.weights", {"how": how}, Variation(weights="transposed")
    yield "kernel.weights", {"how": "zero"}, Variation(weights="zero")
    for off in (1, -1):
        yield "kernel.weights", {"how": f"read {off:+d} bytes off"}, Variation(weights_rolled=off)
    for rounding, how in ROUNDINGS.items():
        yield "kernel.rounding", {"how": how}, Variation(rounding=rounding)


def geometries(conv: Convolution) -> Iterator[tuple[str, dict[str, object], Convolution]]:
    """(id, parameters, convolution) of other steps through the input."""
    each = range(1, _MOST_STEPS + 1)
    for steps in ((down, right) for down in each for right in each):
        by = f"{steps[0]} x {steps[1]} instead of"
        if steps != conv.stride and max(conv.output_shape) > 1:
            how = f"the stride is {by} {conv.stride[0]} x {conv.stride[1]}"
            yield "kernel.stride", {"how": how}, dataclasses.replace(conv, stride=steps)
        if steps != conv.dilation and max(conv.weights.shape[:2]) > 1:
            how = f"the dilation is {by} {conv.dilation[0]} x {conv.dilation[1]}"
            yield "kernel.stride", {"how": how}, dataclasses.replace(conv, dilation=steps)


def varied(at: At, conv: Convolution, how: Variation) -> NDArray[np.int8]:
    """The output of a convolution with a variation."""
    return conv.run(at.inputs[0], how)


def _zero_points(right: int) -> list[tuple[str, int]]:
    """What a zero point may be instead: (in words, value)."""
    others = (("ignored", 0), ("applied twice", 2 * right), ("off by +1", right + 1),
              ("off by -1", right - 1))  # fmt: skip
    return [(how, value) for how, value in others if value != right]


def _filled(at: At, place: Any, value: int) -> Any:
    output = at.right.copy()
    output[place] = value
    return output


def _edited(world: World, op: int) -> Iterator[Hypothesis[At]]:
    """Operators that are no convolution: the model's own parameters, changed."""
    graph, known, name = world.graph, world.graph.ops[op], label(world, op)
    if graph.tensors[known.output].type_name != "INT8":
        return
    sides = [("the input's", known.inputs[0])]
    if known.name != "SOFTMAX":
        sides.append(("the output's", known.output))
    else:
        right = float(world.parts.ops[op].builtinOptions.beta)
        for factor in (0.5, 2.0, 0.25, 4.0, 0.1, 10.0, 8.0, 0.125):
            beta = right * factor
            texts = {"beta": f"{beta:g}", "right": f"{right:g}"}
            edit = functools.partial(_set_beta, op, beta)
            yield wrong("score.softmax-beta", output_of, f"beta {beta}", edit, **texts)
    if known.name not in EDITABLE:
        return  # LiteRT ends the process on parameters that a kernel does not expect
    for which, tensor in sides:
        zeros = graph.tensors[tensor].zero_points
        for how, to in _zero_points(zeros[0]) if len(zeros) == 1 else ():
            if -128 <= to <= 127:
                edit, key = functools.partial(set_zero, tensor, to), f"zero {tensor} {to}"
                yield wrong(
                    "kernel.zero-point", output_of, key, edit, op=name, which=which, how=how
                )
    for which, tensor in sides:
        for factor, text in ((2.0, "twice as large"), (0.5, "half as large")):
            edit, key = functools.partial(set_scale, tensor, factor), f"scale {tensor} {factor}"
            how = f"{which} scale is {text}"
            yield wrong("kernel.scale", output_of, key, edit, op=name, how=how)


def _set_beta(op: int, beta: float, model: Any) -> None:
    model.subgraphs[0].operators[op].builtinOptions.beta = beta


def set_zero(tensor: int, zero: int, model: Any) -> None:
    model.subgraphs[0].tensors[tensor].quantization.zeroPoint = [zero]


def set_scale(tensor: int, factor: float, model: Any) -> None:
    quantization = model.subgraphs[0].tensors[tensor].quantization
    quantization.scale = [float(s) * factor for s in quantization.scale]


def output_of(at: At, name: str, edit: Edit | None, resolver: str = "BUILTIN_REF") -> Any:
    """What the operator gives with a change in the model, or with other kernels."""

    def cut() -> Part | None:
        try:
            return at.world.parts.part(at.op, at.op, edit=edit, resolver=resolver)
        except (RuntimeError, ValueError):  # LiteRT refuses such parameters
            return None

    part: Part | None = at.world.kept(f"{at.op} {name} {resolver}", cut)
    return None if part is None else part.run(*at.inputs)[0]


def _not_written(ats: Sequence[At]) -> Iterator[Hypothesis[At]]:
    """An output that is a constant, another tensor, or of another image."""
    at, graph = ats[0], ats[0].world.graph

    def copy(how: str, output: Callable[..., Any], *arguments: Any) -> Hypothesis[At]:
        return wrong("kernel.copy", output, *arguments, op=label(at.world, at.op), how=how)

    zeros = graph.tensors[graph.ops[at.op].output].zero_points
    zero = zeros[0] if zeros else 0
    for value in dict.fromkeys((0, zero, -128, 127)):
        yield copy(f"{value} everywhere", _filled, np.s_[:], value)
    for index, tensor in at.tensors.items():
        if tensor.size == at.right.size:
            how = f"that of tensor {index}, not computed"
            yield copy(how, lambda at, index: at.tensors[index], index)
    donors = {zlib.crc32(at.right.tobytes()): at.right for at in ats}
    yield copy("of another image", lambda at: donors.get(at.observed) if at.failing else None)
    if at.right.ndim == 4 and at.right.shape[1] > 1:
        for what, place in (("row", np.s_[:, -1]), ("column", np.s_[:, :, -1])):
            for value in dict.fromkeys((0, zero)):
                how = f"not computed in its last {what} ({value} there)"
                yield copy(how, _filled, place, value)
        yield copy("transposed", lambda at: at.right.swapaxes(1, 2))
