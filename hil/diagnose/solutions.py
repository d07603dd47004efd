"""Mistakes whose parameters are read off the outputs that the board gave of an operator.

Each is a prediction like others: what was solved on the outputs that were read back has to give
the CRC-32 of every other traced output too, right ones included.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hil.diagnose.channels import wrong_channels
from hil.diagnose.held import held
from hil.diagnose.hypothesis import Hypothesis
from hil.diagnose.kernels import RIGHT, Convolution, Variation
from hil.diagnose.numbers import numbers
from hil.diagnose.operators import At, convolution_of, label, varied, wrong
from hil.diagnose.rearranged import Rearranged, rearranged
from hil.diagnose.solving import Channel, channels_of, multiples, scales_for, spread

_BYTE = 8.0


def solutions(ats: Sequence[At]) -> Iterator[Hypothesis[At]]:
    """What the outputs that were read back leave of the parameters; nothing without any."""
    read = [at for at in ats if at.failing and at.captured is not None]
    if not read:
        return
    conv = convolution_of(ats)
    yield from _clamped(read, conv)
    yield from _moved(read, conv)
    yield from _held(read)
    yield from _rearranged(read)
    if conv is None:
        for found, freedom in numbers(read):
            yield dataclasses.replace(found, freedom=freedom)
        return
    outputs = [(at.inputs[0], at.captured) for at in read if at.captured is not None]
    channels = channels_of(conv, outputs)
    yield from _everywhere(read[0], conv, channels)
    yield from wrong_channels(read[0], conv, channels)


def _solved(
    freedom: float, name: str, at: At, output: Callable[..., Any], *arguments: Any, **texts: object
) -> Hypothesis[At]:
    """`freedom`: bits of what was read off."""
    made = wrong(name, output, *arguments, op=label(at.world, at.op), **texts)
    return dataclasses.replace(made, freedom=freedom)


def _clamped(read: Sequence[At], conv: Convolution | None) -> Iterator[Hypothesis[At]]:
    """Other bounds of the activation: the least and the largest value that came."""
    bottom, top = (-128, 127) if conv is None else conv.limits
    got = [at.captured for at in read if at.captured is not None]
    least, most = min(int(g.min()) for g in got), max(int(g.max()) for g in got)
    for low in dict.fromkeys((bottom, least, -128)):
        for high in dict.fromkeys((top, most, 127)):
            if (low, high) != (bottom, top) and low < high:
                how = f"clamps to {low}..{high} instead of {bottom}..{top}"
                freedom = _BYTE * ((low != bottom) + (high != top))
                yield _solved(
                    freedom, "kernel.activation", read[0], _within, conv, low, high, how=how
                )


def _within(at: At, conv: Convolution | None, low: int, high: int) -> NDArray[Any]:
    free = at.right if conv is None else varied(at, conv, Variation(activation=False))
    output: NDArray[Any] = np.clip(free, low, high).astype(np.int8)
    return output


def _moved(read: Sequence[At], conv: Convolution | None) -> Iterator[Hypothesis[At]]:
    """Every value is off by the same: the zero point of the output."""
    offs: set[int] = set()
    for at in read:
        assert at.captured is not None
        inside = (abs(at.captured.astype("i2")) < 127) & (abs(at.right.astype("i2")) < 127)
        off = at.captured.astype("i2") - at.right
        offs |= set(np.unique(off[inside]).tolist())
    for off in sorted(offs - {0}, key=abs)[:8]:
        texts = {"which": "the output's", "how": f"off by {off:+d}"}
        if conv is None:
            yield _solved(_BYTE, "kernel.zero-point", read[0], _shifted, off, **texts)
            continue
        change = Variation(output_zero=off)
        yield _solved(_BYTE, "kernel.zero-point", read[0], varied, conv, change, **texts)
        # The bounds of the activation follow the zero point, unless they are those of int8.
        bottom, top = (min(max(limit + off, -128), 127) for limit in conv.limits)
        limits = (bottom, 127 if conv.limits[1] == 127 else top)
        moved = dataclasses.replace(conv, output_zero=conv.output_zero + off, limits=limits)
        yield _solved(_BYTE, "kernel.zero-point", read[0], varied, moved, RIGHT, **texts)


def _shifted(at: At, off: int) -> NDArray[Any]:
    moved: NDArray[Any] = np.clip(at.right.astype("i2") + off, -128, 127).astype(np.int8)
    return moved


def _held(read: Sequence[At]) -> Iterator[Hypothesis[At]]:
    gots = [at.captured for at in read if at.captured is not None]
    what = f"the output of operator {label(read[0].world, read[0].op)}"
    for found in held([at.right for at in read], gots):
        made = wrong(
            "memory.overwritten", lambda at, found: found.put_into(at.right), found,
            first=found.first, last=found.last, what=what, how=found.how,
        )  # fmt: skip
        yield dataclasses.replace(made, freedom=found.freedom)


def _rearranged(read: Sequence[At]) -> Iterator[Hypothesis[At]]:
    gots = [at.captured for at in read if at.captured is not None]
    for found in rearranged([at.right for at in read], gots):
        name, texts = "kernel.copy", {"how": f"made of other {found.axis_name}s: {found.how}"}
        places = found.places
        if found.axis == read[0].right.ndim - 1:
            name, texts = "kernel.channels", {"count": str(len(places)), "how": found.how}
            if len(places) == 1:
                name, texts = (
                    "kernel.channel",
                    {"channel": str(places[0]), "how": f" ({found.how})"},
                )
        yield _solved(found.freedom, name, read[0], _arranged, found, **texts)


def _arranged(at: At, found: Rearranged) -> NDArray[Any]:
    return found.of(at.right)


def _everywhere(at: At, conv: Convolution, channels: Sequence[Channel]) -> Iterator[Hypothesis[At]]:
    """One number that is wrong in the sums of all channels."""

    def solved(steps: Callable[[Channel], NDArray[np.int64]]) -> Iterator[int]:
        ends = [multiples(c.sums, c.low, c.high, steps(c)[:, None]) for c in channels]
        least, most = max(int(e[0][0]) for e in ends), min(int(e[1][0]) for e in ends)
        middle = (least + most) // 2
        likely = sorted(range(max(least, middle - 8), min(most, middle + 8) + 1), key=abs)
        yield from (by for by in likely if by)

    for off in solved(lambda c: -(c.inside @ c.weights)):
        how = f"{conv.input_zero + off} instead of {conv.input_zero}"
        change = Variation(input_zero=off)
        yield _solved(
            _BYTE, "kernel.zero-point", at, varied, conv, change, which="the input's", how=how
        )
    if any(conv.pad) or (channels[0].inside == 0).any():
        for off in solved(lambda c: (1 - c.inside) @ c.weights):
            value = conv.input_zero + off
            how = f"filled with {value} instead of the zero point {conv.input_zero}"
            yield _solved(
                _BYTE, "kernel.padding", at, varied, conv, Variation(pad_value=value), how=how
            )
    for off in solved(lambda c: np.ones_like(c.sums)):
        changed = dataclasses.replace(conv, bias=conv.bias + off)
        how = f"off by {off:+d} in every channel"
        yield _solved(32.0, "kernel.bias", at, varied, changed, RIGHT, how=how)
    for by in solved(lambda c: np.broadcast_to(c.conv.bias, c.sums.shape)):
        how = f"added {by + 1} times"
        yield _solved(_BYTE, "kernel.bias", at, varied, conv, Variation(bias=by + 1), how=how)
    yield from _all_scales(at, conv, channels)


def _all_scales(at: At, conv: Convolution, channels: Sequence[Channel]) -> Iterator[Hypothesis[At]]:
    least, most = 0.0, math.inf
    for channel in channels:
        right = float(channel.conv.scales[0])
        low, high = scales_for(channel)
        least, most = max(least, low / right), min(most, high / right)
        if least > most:
            return
    for factor in spread(least, most, [2.0**by for by in range(-31, 32)]):
        if factor == 1:
            continue
        changed = dataclasses.replace(conv, scales=conv.scales * factor)
        how = f"every scale is {factor:.6g} times what it should be"
        yield _solved(31.0, "kernel.scale", at, varied, changed, RIGHT, how=how)
