"""What a board answers when its model saw something else than the image that was sent."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hil.diagnose.case import Point, Sent, ints
from hil.diagnose.hypothesis import Hypothesis
from hil.oracle.submodel import Part

Transform = Callable[[Sent], Any]
"""The tensor that the model saw, int8 or uint8 of the image's size; None if it cannot be told."""


def saw(
    name: str, change: Callable[..., Any], *arguments: object, **parameters: object
) -> Hypothesis[Point]:
    """The hypothesis that the model saw `change(case, *arguments)` and did everything right."""

    def transform(case: Sent) -> Any:
        return change(case, *arguments)

    def predict(p: Point) -> Any:
        tensor = transform(p.case)
        return None if tensor is None else answer_to(p, tensor)

    return Hypothesis(name, predict, parameters, transform=transform)


def answer_to(p: Point, tensor: NDArray[np.int8]) -> Any:
    """What the board gives for another tensor, of the kind that was observed (`p.given`)."""
    tensor = shaped(tensor, p.case)
    if p.given == "first operator":
        return zlib.crc32(first_op(p).run(tensor)[0].tobytes())
    answer = p.world.answer(tensor)
    if p.given == "features":
        return answer.features
    if p.given == "features' CRC-32":
        return zlib.crc32(answer.features.tobytes())
    return answer.cam if p.given == "cam" else ints(answer.scores)


def shaped(tensor: Any, case: Sent) -> NDArray[np.int8]:
    """A transformed tensor as the interpreter takes it."""
    array = np.asarray(tensor)
    if array.dtype == np.uint8:
        array = array.view(np.int8)
    return np.ascontiguousarray(array, np.int8).reshape(case.tensor.shape)


def first_op(p: Point) -> Part:
    return p.world.parts.part(0, 0)


def unsigned(case: Sent) -> NDArray[np.uint8]:
    """The image's bytes as uint8, of its size."""
    return np.ascontiguousarray(case.tensor).view(np.uint8)
