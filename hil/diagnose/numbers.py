"""Zero points and scales of operators without weights, solved from the outputs that were read back.

With a larger zero point or scale each element of an output rises all the way, or falls all the way.
So does the sum of those that rise less those that fall, and bisection finds the number with which
it is the board's.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from hil.diagnose.hypothesis import Hypothesis
from hil.diagnose.operators import EDITABLE, At, label, output_of, set_scale, set_zero, wrong
from hil.diagnose.solving import spread
from hil.oracle.submodel import Edit

_HALVINGS = 16
_MOST_FACTOR = 16.0
_SOLVABLE = tuple(name for name in EDITABLE if name not in ("SOFTMAX", "FULLY_CONNECTED"))
_ZERO_BITS, _SCALE_BITS = 8.0, 31.0

Made = Callable[[float], "NDArray[np.int64] | None"]
"""The outputs of all images, one behind the other, with a number in place of the right one."""


def numbers(read: Sequence[At]) -> Iterator[tuple[Hypothesis[At], float]]:
    """(mistake, bits that were read off) of every zero point and scale of an operator.

    `read`: points whose outputs were read back.
    """
    at = read[0]
    graph, known = at.world.graph, at.world.graph.ops[at.op]
    if known.name not in _SOLVABLE or graph.tensors[known.output].type_name != "INT8":
        return
    got = np.concatenate([o.captured.ravel() for o in read if o.captured is not None])
    sides = [("the output's", known.output)]
    for number, tensor in enumerate(known.inputs):
        quantized = tensor >= 0 and len(graph.tensors[tensor].zero_points) == 1
        if quantized and graph.tensors[tensor].type_name == "INT8":
            of = "the input's" if len(known.inputs) == 1 else f"that of input {number}, its"
            sides.append((of, tensor))
    for which, tensor in sides:
        yield from _zero_points(read, got, which, tensor)
        yield from _scales(read, got, which, tensor)


def _zero_points(
    read: Sequence[At], got: NDArray[np.int8], which: str, tensor: int
) -> Iterator[tuple[Hypothesis[At], float]]:
    right = read[0].world.graph.tensors[tensor].zero_points[0]
    op = label(read[0].world, read[0].op)

    def edited(value: float) -> tuple[str, Edit]:
        return f"zero {tensor} {int(value)}", functools.partial(set_zero, tensor, int(value))

    low, high = _solved(functools.partial(_outputs, read, edited), got, -128.0, 127.0, whole=True)
    for value in range(int(low) - 1, int(high) + 2):
        if value == right or not -128 <= value <= 127:
            continue
        name, edit = edited(value)
        how = f"{value} instead of {right}"
        found = wrong("kernel.zero-point", output_of, name, edit, op=op, which=which, how=how)
        yield found, _ZERO_BITS


def _scales(
    read: Sequence[At], got: NDArray[np.int8], which: str, tensor: int
) -> Iterator[tuple[Hypothesis[At], float]]:
    op = label(read[0].world, read[0].op)

    def edited(factor: float) -> tuple[str, Edit]:
        return f"scale {tensor} {factor!r}", functools.partial(set_scale, tensor, factor)

    made = functools.partial(_outputs, read, edited)
    low, high = _solved(made, got, 1 / _MOST_FACTOR, _MOST_FACTOR)
    for factor in spread(low, high, [2.0**by for by in range(-4, 5)]):
        if factor == 1:
            continue
        name, edit = edited(factor)
        how = f"{which} scale is {factor:.6g} times what it should be"
        yield wrong("kernel.scale", output_of, name, edit, op=op, how=how), _SCALE_BITS


def _outputs(
    read: Sequence[At], edited: Callable[[float], tuple[str, Edit]], value: float
) -> NDArray[np.int64] | None:
    outputs = [output_of(at, *edited(value)) for at in read]
    if any(output is None for output in outputs):
        return None
    return np.concatenate([output.ravel() for output in outputs]).astype(np.int64)


def _solved(
    made: Made, got: NDArray[np.int8], low: float, high: float, *, whole: bool = False
) -> tuple[float, float]:
    """(lowest, highest) number with which the outputs are about the board's; high < low: none is.

    `whole`: integers; else the middle of two numbers is that of their logarithms.
    """
    least, most = made(low), made(high)
    if least is None or most is None:
        return 1.0, 0.0
    way = np.sign(most - least)
    wanted = int((way * got).sum())
    ends = []
    for reached in (wanted, wanted + 1):
        below, above = low, high
        for _ in range(8 if whole else _HALVINGS):
            middle = (below + above) // 2 if whole else float(np.sqrt(below * above))
            found = made(middle)
            if found is None:
                return 1.0, 0.0
            if int((way * found).sum()) >= reached:
                above = middle
            else:
                below = middle
        ends.append((below, above))
    return ends[0][1], ends[1][0]
