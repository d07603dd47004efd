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

from hil.diagnose.case import Case, World
from hil.diagnose.hypothesis import Hypothesis, moves
from hil.diagnose.kernels import ROUNDINGS, Convolution, Variation
from hil.oracle.submodel import Edit, Part

OPTIMISED = "BUILTIN_WITHOUT_DEFAULT_DELEGATES"
"""LiteRT's resolver of the kernels for a PC, without XNNPACK, which no board has."""

_EDITABLE = ("MEAN", "SOFTMAX", "AVERAGE_POOL_2D", "FULLY_CONNECTED", "ADD")


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

    case: Case
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
        return None if made is None else made.reshape(at.right.shape)

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
    conv = world.convolution(op)
    if conv is not None:
        for name, parameters, how in variations(conv):
            yield wrong(name, varied, conv, how, op=label(world, op), **parameters)
        yield from _channels(ats, conv)
    else:
        yield from _edited(world, op)
    yield from _not_written(ats)
    yield wrong("engine.optimised-kernels", _output_of, "", None, OPTIMISED, which="optimised")


def variations(conv: Convolution) -> Iterator[tuple[str, dict[str, object], Variation]]:
    """(id, parameters, variation) of what can go wrong in a convolution."""
    yield "kernel.bias", {"how": "left out"}, Variation(bias=0)
    yield "kernel.bias", {"how": "added twice"}, Variation(bias=2)
    for off in (1, -1):
        yield "kernel.bias", {"how": "that of the channel next to it"}, Variation(bias_rolled=off)
    yield "kernel.activation", {"how": "is left out"}, Variation(activation=False)
    if max(conv.weights.shape[:2]) > 1:
        yield "kernel.padding", {"how": "all of it at the end"}, Variation(pad_shift=None)
        for down, right, by in moves(1):
            how = f"the window is {by} off"
            yield "kernel.padding", {"how": how}, Variation(pad_shift=(down, right))
        how = "filled with 0 instead of the zero point"
        yield "kernel.padding", {"how": how}, Variation(pad_value="zero")
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


def varied(at: At, conv: Convolution, how: Variation) -> NDArray[np.int8]:
    """The output of a convolution with a variation."""
    return conv.run(at.inputs[0], how)


def _zero_points(right: int) -> list[tuple[str, int]]:
    """What a zero point may be instead: (in words, value)."""
    others = (("ignored", 0), ("applied twice", 2 * right), ("off by +1", right + 1),
              ("off by -1", right - 1))  # fmt: skip
    return [(how, value) for how, value in others if value != right]


def _channels(ats: Sequence[At], conv: Convolution) -> Iterator[Hypothesis[At]]:
    """One output channel alone, where the board's output was read back and shows it."""
    channel = only_channel(ats)
    if channel is None:
        return

    def alone(text: str, output: Callable[..., Any], *arguments: Any) -> Hypothesis[At]:
        op, how = label(ats[0].world, conv.op), f" ({text})" if text else ""
        return wrong("kernel.channel", output, *arguments, op=op, channel=channel, how=how)

    changes = [("its weights are zero", Variation(weights="zero"))]
    for _, parameters, how in variations(conv):
        changes.append((" ".join(str(value) for value in parameters.values()), how))
    changes.append(("its weights and its bias are zero", Variation(weights="zero", bias=0)))
    for text, how in changes:
        yield alone(text, varied, conv, dataclasses.replace(how, channel=channel))
    for other in range(conv.scales.size):
        if other != channel:
            yield alone(f"it is that of channel {other}", _copied, channel, other)
    first = next(at for at in ats if at.captured is not None and at.failing)
    assert first.captured is not None
    values = np.unique(first.captured[..., channel])
    if values.size == 1:
        value = int(values[0])
        yield alone(f"it is always {value}", _filled, np.s_[..., channel], value)


def _copied(at: At, channel: int, other: int) -> Any:
    output = at.right.copy()
    output[..., channel] = output[..., other]
    return output


def _filled(at: At, place: Any, value: int) -> Any:
    output = at.right.copy()
    output[place] = value
    return output


def only_channel(ats: Sequence[At]) -> int | None:
    """The one channel that differs in all outputs that were read back; None if more do."""
    found: set[int] = set()
    for at in ats:
        if at.failing and at.captured is not None and at.right.ndim == 4:
            axes = tuple(range(at.right.ndim - 1))
            found |= set(np.flatnonzero((at.captured != at.right).any(axis=axes)).tolist())
    return found.pop() if len(found) == 1 else None


def only_range(ats: Sequence[At]) -> tuple[int, int] | None:
    """The bytes within which all differences lie, if they are few; None otherwise."""
    places = [
        np.flatnonzero((at.captured != at.right).reshape(-1))
        for at in ats
        if at.failing and at.captured is not None
    ]
    return common_range([p for p in places if p.size], ats[0].right.size)


def common_range(places: Sequence[NDArray[np.intp]], size: int) -> tuple[int, int] | None:
    """The bytes that at least two tensors have damaged and that are filled with damage."""
    if len(places) < 2:
        return None
    first, last = min(int(p[0]) for p in places), max(int(p[-1]) for p in places)
    length = last - first + 1
    damaged = np.unique(np.concatenate(places)).size
    dense = damaged >= 0.5 * length and all(p.size >= 0.2 * length for p in places)
    return (first, last) if dense and length <= size // 2 else None


def _edited(world: World, op: int) -> Iterator[Hypothesis[At]]:
    """Operators that are no convolution: the model's own parameters, changed."""
    graph, known, name = world.graph, world.graph.ops[op], label(world, op)
    sides = [("the input's", known.inputs[0])]
    if known.name != "SOFTMAX":
        sides.append(("the output's", known.output))
    else:
        right = float(world.parts.ops[op].builtinOptions.beta)
        for factor in (0.5, 2.0, 0.25, 4.0, 0.1, 10.0, 8.0, 0.125):
            beta = right * factor
            texts = {"beta": f"{beta:g}", "right": f"{right:g}"}
            edit = functools.partial(_set_beta, op, beta)
            yield wrong("score.softmax-beta", _output_of, f"beta {beta}", edit, **texts)
    if known.name not in _EDITABLE:
        return  # LiteRT ends the process on parameters that a kernel does not expect
    for which, tensor in sides:
        zeros = graph.tensors[tensor].zero_points
        for how, to in _zero_points(zeros[0]) if len(zeros) == 1 else ():
            if -128 <= to <= 127:
                edit, key = functools.partial(_set_zero, tensor, to), f"zero {tensor} {to}"
                yield wrong(
                    "kernel.zero-point", _output_of, key, edit, op=name, which=which, how=how
                )
    for which, tensor in sides:
        for factor, text in ((2.0, "twice as large"), (0.5, "half as large")):
            edit, key = functools.partial(_scale, tensor, factor), f"scale {tensor} {factor}"
            how = f"{which} scale is {text}"
            yield wrong("kernel.scale", _output_of, key, edit, op=name, how=how)


def _set_beta(op: int, beta: float, model: Any) -> None:
    model.subgraphs[0].operators[op].builtinOptions.beta = beta


def _set_zero(tensor: int, zero: int, model: Any) -> None:
    model.subgraphs[0].tensors[tensor].quantization.zeroPoint = [zero]


def _scale(tensor: int, factor: float, model: Any) -> None:
    quantization = model.subgraphs[0].tensors[tensor].quantization
    quantization.scale = [float(s) * factor for s in quantization.scale]


def _output_of(at: At, name: str, edit: Edit | None, resolver: str = "BUILTIN_REF") -> Any:
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
