"""What a wrong kernel may make of its output: one bound, constant, channel, row or stride."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hil.network.tflite_graph import Graph
    from hil_lab.faults.kernels import Kernel, Place, Tensor

Made = tuple[str, "Kernel"]
"""In words, and the kernel."""


def wrong_kernel(draw: random.Random, graph: Graph, op: int) -> Made:
    """A kernel of an int8 operator that makes one mistake, the same each time."""
    shape = graph.tensors[graph.ops[op].output].shape
    kinds = [_bound, _constant, _scaled, _region]
    if shape[-1] > 1:
        kinds.append(_channel)
    if len(shape) == 4 and min(shape[1:3]) > 1:
        kinds += [_rows, _columns]
    return draw.choice(kinds)(draw, shape)


def overwritten(draw: random.Random, graph: Graph, op: int) -> tuple[str, Kernel, Kernel]:
    """Some bytes of the output are lost: at one inference, from it on, or every so often.

    In words, the kernel, and one that loses them each time.
    """
    size = graph.tensors[graph.ops[op].output].data_bytes
    count = min(size, draw.choice((1, 4, 16, 256)))
    first, value = draw.randrange(size - count + 1), draw.randrange(-128, 128)
    start, period = draw.randrange(1, 200), draw.choice((0, 1, 7, 50))
    when = {0: f"in inference {start} alone", 1: f"from inference {start} on"}.get(
        period, f"from inference {start} on, every {period}th time"
    )
    ran = 0

    def at_times(place: Place, given: Tensor, output: Tensor) -> Tensor:
        nonlocal ran
        ran += 1
        since = ran - start
        if since < 0 or (since % period if period else since):
            return output
        return lost(place, given, output)

    def lost(_: Place, __: Tensor, output: Tensor) -> Tensor:
        wrong: Tensor = output.copy()
        wrong.reshape(-1)[first : first + count] = value
        return wrong

    return f"bytes {first} to {first + count - 1} become {value}, {when}", at_times, lost


def _bound(draw: random.Random, _: tuple[int, ...]) -> Made:
    bound = draw.randrange(-126, 126)
    upper = draw.random() < 0.5

    def kernel(_: Place, __: Tensor, output: Tensor) -> Tensor:
        wrong: Tensor = output.clip(None, bound) if upper else output.clip(bound, None)
        return wrong

    return f"{'at most' if upper else 'at least'} {bound}", kernel


def _constant(draw: random.Random, _: tuple[int, ...]) -> Made:
    step = draw.choice((-8, -2, -1, 1, 2, 8))

    def kernel(_: Place, __: Tensor, output: Tensor) -> Tensor:
        wrong: Tensor = (output.astype("i2") + step).clip(-128, 127)
        return wrong

    return f"{step:+d}", kernel


def _scaled(draw: random.Random, _: tuple[int, ...]) -> Made:
    factor = 1 + draw.choice((-1, 1)) * 2.0 ** -draw.randrange(2, 7)

    def kernel(place: Place, _: Tensor, output: Tensor) -> Tensor:
        zero = place.output_zero_point
        wrong: Tensor = ((output.astype("f8") - zero) * factor + zero).round().clip(-128, 127)
        return wrong

    return f"times {factor:g}", kernel


def _region(draw: random.Random, shape: tuple[int, ...]) -> Made:
    import math

    size = math.prod(shape)
    count = min(size, draw.choice((1, 2, 16, 128)))
    first, value = draw.randrange(size - count + 1), draw.randrange(-128, 128)

    def kernel(_: Place, __: Tensor, output: Tensor) -> Tensor:
        wrong: Tensor = output.copy()
        wrong.reshape(-1)[first : first + count] = value
        return wrong

    return f"elements {first} to {first + count - 1} are {value}", kernel


def _channel(draw: random.Random, shape: tuple[int, ...]) -> Made:
    one, other = draw.sample(range(shape[-1]), 2)
    step = draw.choice((-3, -1, 1, 3))
    how = draw.choice(("shifted", "dead", "of another"))

    def kernel(place: Place, _: Tensor, output: Tensor) -> Tensor:
        wrong: Tensor = output.astype("i2")
        if how == "shifted":
            wrong[..., one] += step
        else:
            wrong[..., one] = place.output_zero_point if how == "dead" else output[..., other]
        clipped: Tensor = wrong.clip(-128, 127)
        return clipped

    more = {"shifted": f"{step:+d}", "dead": "", "of another": f"{other}"}[how]
    return f"channel {one} {how} {more}".rstrip(), kernel


def _rows(draw: random.Random, shape: tuple[int, ...]) -> Made:
    return _axis(draw, shape, 1, "row")


def _columns(draw: random.Random, shape: tuple[int, ...]) -> Made:
    return _axis(draw, shape, 2, "column")


def _axis(draw: random.Random, shape: tuple[int, ...], axis: int, word: str) -> Made:
    import numpy as np

    one, other = draw.sample(range(shape[axis]), 2)
    stride = draw.random() < 0.5

    def kernel(_: Place, __: Tensor, output: Tensor) -> Tensor:
        taken = np.arange(shape[axis])
        if stride:
            taken = np.minimum(taken * 2, shape[axis] - 1)
        else:
            taken[one] = other
        wrong: Tensor = output.take(taken, axis)
        return wrong

    return f"{word}s by twice the stride" if stride else f"{word} {one} is {word} {other}", kernel
