"""From a camera's frame to the model's input, exactly as the firmware does it.

The largest centred region of the input's aspect ratio, averaged by area in integers, rounded
half up, minus 128. `firmware/core/preprocess.h` has the definition in words.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hil.errors import UsageError

Size = tuple[int, int]
"""(height, width) in pixels."""

_ZERO_OF_PIXELS = 128


@dataclass(frozen=True, slots=True)
class Region:
    """The part of a frame that the model sees, in pixels of the frame."""

    top: int
    left: int
    height: int
    width: int


def region_of(frame: Size, size: Size) -> Region:
    """The largest region of the shape of `size` in the middle of a frame."""
    height, width = frame
    if width * size[0] > height * size[1]:
        width = height * size[1] // size[0]
    else:
        height = width * size[0] // size[1]
    return Region((frame[0] - height) // 2, (frame[1] - width) // 2, height, width)


def preprocess(frame: NDArray[np.uint8], size: Size) -> NDArray[np.int8]:
    """The model's input, int8 [height, width] = `size`, of a gray frame, uint8 [rows, columns].

    Raises UsageError for what is no gray frame, or would have to be enlarged.
    """
    if frame.dtype != np.uint8 or frame.ndim != 2:
        raise UsageError(
            f"the frame is {frame.dtype} {list(frame.shape)}, not uint8 [rows, columns]",
            hint="hil.images.load(path, resize=True, size=(rows, columns)).pixels is a frame",
        )
    rows, columns = frame.shape
    region = region_of((rows, columns), size)
    if region.height < size[0] or region.width < size[1]:
        raise UsageError(
            f"a frame of {columns}x{rows} pixels is too small for an input of {size[1]}x{size[0]}",
            hint="the board never enlarges; give a larger frame",
        )
    part = frame[region.top :, region.left :][: region.height, : region.width]
    sums, area = area_sums(part, size), part.size
    tensor: NDArray[np.int8] = ((2 * sums + area) // (2 * area) - _ZERO_OF_PIXELS).astype(np.int8)
    return tensor


def area_sums(part: NDArray[np.uint8], size: Size) -> NDArray[np.int64]:
    """What each pixel of `size` covers of `part`: sums of pixels times areas, [height, width].

    The unit of area is such that each pixel covers `part.size` of them.
    """
    across = part.astype(np.int64) @ _weights(part.shape[1], size[1]).T
    sums: NDArray[np.int64] = _weights(part.shape[0], size[0]) @ across
    return sums


def _weights(source: int, target: int) -> NDArray[np.int64]:
    """[target, source]: how much of each source pixel a target pixel covers, in 1/target."""
    begin = np.arange(target)[:, None] * source
    pixel = np.arange(source)[None, :] * target
    covered = np.minimum(begin + source, pixel + target) - np.maximum(begin, pixel)
    weights: NDArray[np.int64] = np.maximum(covered, 0).astype(np.int64)
    return weights
