"""Mistakes in making the model's input of a picture: colours, part, scale."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from hil.diagnose.case import Point, Sent
from hil.diagnose.hypothesis import Hypothesis, moves
from hil.diagnose.seen import saw
from hil.images import from_tensor, to_tensor

_SWAPPED = (0.299, 0.587, 0.114)  # meant for red, green, blue; here they meet blue, green, red
_WEIGHTS: dict[str, tuple[float, float, float]] = {
    "BGR and RGB are swapped": _SWAPPED,
    "the mean of the colours": (1 / 3, 1 / 3, 1 / 3),
    "green alone": (0.0, 1.0, 0.0),
    "red alone": (0.0, 0.0, 1.0),
    "blue alone": (1.0, 0.0, 0.0),
    "BT.709": (0.0722, 0.7152, 0.2126),
}


def pictures() -> Iterator[Hypothesis[Point]]:
    """Of the picture that was sent; and of its colour source where the run holds it."""
    for how, weights in _WEIGHTS.items():
        yield saw("input.gray-weights", _gray, weights, how=how)
    for down, right, how in moves(4):
        yield saw("input.crop", _moved, down, right, how=how)
    for size in (95, 94, 92, 90, 88, 84, 80, 72, 64, 48):
        yield saw("input.crop", _zoomed, size, how=f"its centre of {size}x{size}")
    for size in (24, 32, 48, 64, 72, 80, 88, 160, 192):
        for method in ("NEAREST", "LINEAR", "AREA"):
            how = f"way of {size}x{size} pixels ({method.lower()})"
            yield saw("input.resize", _resized, size, method, how=how)
    for method in ("NEAREST", "LINEAR", "CUBIC", "AREA", "LANCZOS4"):
        how = f"the method {method.lower()}"
        yield saw("input.resize", _from_source, method, True, how=how)
        how = f"the whole picture squashed, {method.lower()}"
        yield saw("input.crop", _from_source, method, False, how=how)


def resize(pixels: NDArray[np.uint8], size: tuple[int, ...], method: str) -> NDArray[np.uint8]:
    """The picture in another size (rows, columns), by the method of OpenCV with this name."""
    how = getattr(cv2, f"INTER_{method}")
    made = cv2.resize(np.ascontiguousarray(pixels), (size[1], size[0]), interpolation=how)
    return made.astype(np.uint8)


def as_tensor(pixels: Any) -> NDArray[np.int8]:
    return to_tensor(np.ascontiguousarray(pixels, np.uint8))


def _moved(case: Sent, down: int, right: int) -> Any:
    """Another part of the same size: what comes in repeats the border."""
    padded = np.pad(case.tensor, 4, mode="edge")
    height, width = case.tensor.shape
    return padded[4 + down : 4 + down + height, 4 + right : 4 + right + width]


def _zoomed(case: Sent, size: int) -> Any:
    height, width = case.tensor.shape
    top, left = (height - size) // 2, (width - size) // 2
    part = from_tensor(case.tensor)[top : top + size, left : left + size]
    return as_tensor(resize(part, case.tensor.shape, "LINEAR"))


def _resized(case: Sent, size: int, method: str) -> Any:
    there = resize(from_tensor(case.tensor), (size, size), method)
    return as_tensor(resize(there, case.tensor.shape, method))


def _gray(case: Sent, weights: tuple[float, float, float]) -> Any:
    colour = _colour(case)
    if colour is None:
        return None
    if weights == _SWAPPED:  # in OpenCV's own arithmetic
        gray = cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY)
    else:
        gray = np.rint(colour.astype(np.float64) @ np.array(weights))
    return _fitted(case, np.clip(gray, 0, 255).astype(np.uint8), "AREA", cut=True)


def _from_source(case: Sent, method: str, cut: bool) -> Any:
    colour = _colour(case)
    if colour is None:
        return None
    return _fitted(case, cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY), method, cut=cut)


def _fitted(case: Sent, gray: Any, method: str, *, cut: bool) -> Any:
    height, width = case.tensor.shape
    rows, columns = gray.shape
    if cut:
        part_rows = min(rows, columns * height // width) or 1
        part_columns = min(columns, rows * width // height) or 1
        top, left = (rows - part_rows) // 2, (columns - part_columns) // 2
        gray = gray[top : top + part_rows, left : left + part_columns]
    if gray.shape != (height, width):
        gray = resize(gray, (height, width), method)
    return as_tensor(gray)


def _colour(case: Sent) -> Any:
    """The picture that the image was made of, uint8 [rows, columns, BGR]; None without one."""
    if not case.source:
        return None
    return cv2.imdecode(np.frombuffer(case.source, np.uint8), cv2.IMREAD_COLOR)
