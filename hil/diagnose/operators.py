"""Mistakes in one operator whose inputs are right: what its output would be."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hil.diagnose.hypothesis import Hypothesis
from hil.diagnose.kernels import Convolution, Variation, convolution
from hil.diagnose.scores import parts
from hil.diagnose.submodel import Edit, Part

if TYPE_CHECKING:
    from hil.diagnose.case import Case, World

    Output = Callable[["At"], "NDArray[np.int8] | None"]


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


@dataclass(frozen=True, eq=False)
class Wrong:
    """A mistake in an operator with the output that it gives."""

    id: str
    output: Output
    parameters: tuple[tuple[str, object], ...] = ()

    def hypothesis(self) -> Hypothesis[At]:
        def predict(at: At) -> int | None:
            output = self.output(at)
            return None if output is None else zlib.crc32(output.tobytes())

        return Hypothesis(self.id, predict, self.parameters)


def label(world: World, op: int) -> str:
    """An operator as the board's owner knows it."""
    return f"{op} ({world.oracle.model.graph.ops[op].name})"


def mistakes(ats: Sequence[At]) -> Iterator[Wrong]:
    """What can be wrong with the operator of these points."""
    world, op = ats[0].world, ats[0].op
    conv = convolution(world.oracle.model.graph, parts(world).ops[op], op)
    if conv is not None:
        for name, parameters, how in variations(conv):
            yield _varied(world, conv, name, parameters, how)
        yield from _channels(ats, conv)
    else:
        yield from _edited(world, op)
    yield from _not_written(ats)
    output = _run_edited(world, op, OPTIMISED, None, OPTIMISED)
    yield Wrong("engine.optimised-kernels", output, (("which", "optimised"),))


def variations(conv: Convolution) -> Iterator[tuple[str, dict[str, object], Variation]]:
    """(id, parameters, variation) of what can go wrong in a convolution."""
    yield "kernel.bias", {"how": "left out"}, Variation(bias=0)
    yield "kernel.bias", {"how": "added twice"}, Variation(bias=2)
    for off in (1, -1):
        yield "kernel.bias", {"how": "that of the channel next to it"}, Variation(bias_rolled=off)
    yield "kernel.activation", {"how": "is left out"}, Variation(activation=False)
    if max(conv.weights.shape[:2]) > 1:
        yield "kernel.padding", {"how": "all of it at the end"}, Variation(pad_shift=None)
        for down in (-1, 0, 1):
            for right in (-1, 0, 1):
                if down or right:
                    how = f"the window is {down:+d} rows, {right:+d} columns off"
                    yield "kernel.padding", {"how": how}, Variation(pad_shift=(down, right))
        how = "filled with 0 instead of the zero point"
        yield "kernel.padding", {"how": how}, Variation(pad_value="zero")
    for which, zero in (("the input's", conv.input_zero), ("the output's", conv.output_zero)):
        changes = {"ignored": -zero, "applied twice": zero, "off by +1": 1, "off by -1": -1}
        for how, by in changes.items():
            if by and which == "the input's":
                yield "kernel.zero-point", {"which": which, "how": how}, Variation(input_zero=by)
            elif by:
                yield "kernel.zero-point", {"which": which, "how": how}, Variation(output_zero=by)
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
    yield "kernel.rounding", {"how": "once instead of twice"}, Variation(rounding="single")
    yield "kernel.rounding", {"how": "toward zero"}, Variation(rounding="cut")
    yield "kernel.rounding", {"how": "down"}, Variation(rounding="down")
    yield "kernel.rounding", {"how": "up"}, Variation(rounding="up")


def _varied(
    world: World, conv: Convolution, name: str, parameters: dict[str, object], how: Variation
) -> Wrong:
    named = (("op", label(world, conv.op)), *parameters.items())
    return Wrong(name, lambda at: as_right(at, conv.run(at.inputs[0], how)), named)


def _channels(ats: Sequence[At], conv: Convolution) -> Iterator[Wrong]:
    """One output channel alone, where the board's output was read back and shows it."""
    channel = only_channel(ats)
    if channel is None:
        return
    world = ats[0].world
    named = (("op", label(world, conv.op)), ("channel", channel))
    changes: list[tuple[str, Variation]] = [("its weights are zero", Variation(weights="zero"))]
    for name, parameters, how in variations(conv):
        del name
        text = " ".join(str(value) for value in parameters.values())
        changes.append((text, how))
    zero = "its weights and its bias are zero"
    changes.append((zero, Variation(weights="zero", bias=0)))
    for text, how in changes:
        alone = dataclasses.replace(how, channel=channel)
        yield Wrong(
            "kernel.channel",
            lambda at, a=alone: as_right(at, conv.run(at.inputs[0], a)),  # type: ignore[misc]
            (*named, ("how", f" ({text})" if text else "")),
        )
    for other in range(conv.scales.size):
        if other != channel:

            def copied(at: At, k: int = other) -> Any:
                output = at.right.copy()
                output[..., channel] = output[..., k]
                return output

            yield Wrong(
                "kernel.channel", copied, (*named, ("how", f" (it is that of channel {other})"))
            )
    first = next(at for at in ats if at.captured is not None and at.failing)
    assert first.captured is not None
    values = np.unique(first.captured[..., channel])
    if values.size == 1:
        value = int(values[0])

        def constant(at: At) -> Any:
            output = at.right.copy()
            output[..., channel] = value
            return output

        yield Wrong("kernel.channel", constant, (*named, ("how", f" (it is always {value})")))


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


def _edited(world: World, op: int) -> Iterator[Wrong]:
    """Operators that are no convolution: the model's own parameters, changed."""
    graph = world.oracle.model.graph
    known = graph.ops[op]
    named = (("op", label(world, op)),)
    if known.name == "SOFTMAX":
        right = float(parts(world).ops[op].builtinOptions.beta)
        for factor in (0.5, 2.0, 0.25, 4.0, 0.1, 10.0, 8.0, 0.125):

            def beta(model: Any, b: float = right * factor) -> None:
                model.subgraphs[0].operators[0 + op].builtinOptions.beta = b

            texts = (("beta", f"{right * factor:g}"), ("right", f"{right:g}"))
            yield Wrong("score.softmax-beta", _run_edited(world, op, f"beta {factor}", beta), texts)
    if known.name not in _EDITABLE:
        return  # LiteRT ends the process on parameters that a kernel does not expect
    sides: tuple[tuple[str, int], ...] = (("the input's", known.inputs[0]),)
    if known.name != "SOFTMAX":
        sides = (*sides, ("the output's", known.output))
    for which, tensor in sides:
        zeros = graph.tensors[tensor].zero_points
        if len(zeros) != 1:
            continue
        right_zero = zeros[0]
        changes = {"ignored": 0, "applied twice": 2 * right_zero, "off by +1": right_zero + 1,
                   "off by -1": right_zero - 1}  # fmt: skip
        for how, to in changes.items():
            if to == zeros[0] or not -128 <= to <= 127:
                continue

            def zero(model: Any, t: int = tensor, z: int = to) -> None:
                model.subgraphs[0].tensors[t].quantization.zeroPoint = [z]

            yield Wrong(
                "kernel.zero-point",
                _run_edited(world, op, f"zero {tensor} {to}", zero),
                (*named, ("which", which), ("how", how)),
            )
    for which, tensor in sides:
        for factor, text in ((2.0, "twice as large"), (0.5, "half as large")):

            def scale(model: Any, t: int = tensor, f: float = factor) -> None:
                quantization = model.subgraphs[0].tensors[t].quantization
                quantization.scale = [float(s) * f for s in quantization.scale]

            yield Wrong(
                "kernel.scale",
                _run_edited(world, op, f"scale {tensor} {factor}", scale),
                (*named, ("how", f"{which} scale is {text}")),
            )


def _run_edited(
    world: World, op: int, name: str, edit: Edit | None, resolver: str = "BUILTIN_REF"
) -> Output:
    def output(at: At) -> Any:
        part: Part | None = world.kept(f"{op} {name}", lambda: _part(world, op, edit, resolver))
        return None if part is None else part.run(*at.inputs)[0]

    return output


def _part(world: World, op: int, edit: Edit | None, resolver: str) -> Part | None:
    try:
        return parts(world).part(op, op, edit=edit, resolver=resolver)
    except (RuntimeError, ValueError):  # LiteRT refuses such parameters
        return None


def _not_written(ats: Sequence[At]) -> Iterator[Wrong]:
    """An output that is a constant, another tensor, or of another image."""
    named = (("op", label(ats[0].world, ats[0].op)),)
    target = ats[0].world.oracle.model.graph.tensors[
        ats[0].world.oracle.model.graph.ops[ats[0].op].output
    ]
    zero = target.zero_points[0] if target.zero_points else 0
    for value in dict.fromkeys((0, zero, -128, 127)):
        yield Wrong(
            "kernel.copy",
            lambda at, v=value: np.full_like(at.right, v),  # type: ignore[misc]
            (*named, ("how", f"{value} everywhere")),
        )
    for index in ats[0].tensors:
        if ats[0].tensors[index].size == ats[0].right.size:
            yield Wrong(
                "kernel.copy",
                lambda at, i=index: as_right(at, at.tensors[i]),  # type: ignore[misc]
                (*named, ("how", f"that of tensor {index}, not computed")),
            )
    donors = {zlib.crc32(at.right.tobytes()): at.right for at in ats}

    def other_image(at: At) -> Any:
        return donors.get(at.observed) if at.failing else None

    yield Wrong("kernel.copy", other_image, (*named, ("how", "of another image")))
    if ats[0].right.ndim == 4 and ats[0].right.shape[1] > 1:
        for what, place in (("row", np.s_[:, -1]), ("column", np.s_[:, :, -1])):
            for value in dict.fromkeys((0, zero)):

                def cut(at: At, p: Any = place, v: int = value) -> Any:
                    output = at.right.copy()
                    output[p] = v
                    return output

                how = f"not computed in its last {what} ({value} there)"
                yield Wrong("kernel.copy", cut, (*named, ("how", how)))
        yield Wrong(
            "kernel.copy",
            lambda at: np.ascontiguousarray(at.right.swapaxes(1, 2)),
            (*named, ("how", "transposed")),
        )


def as_right(at: At, output: NDArray[Any]) -> NDArray[Any]:
    return output.reshape(at.right.shape)
