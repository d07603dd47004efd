"""From a camera's frame to the model's input, exactly as the firmware does it.

The largest centred region of the input's aspect ratio, averaged by area in integers, rounded
half up, and looked up in the contract's table of the channel. `firmware/core/preprocess.h` has
the definition in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hil.errors import UsageError
from hil.network.arrays import picture_input
from hil.wire.network_header import NetworkHeader

Size = tuple[int, int]
"""(height, width) in pixels."""


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


def preprocess(frame: NDArray[np.uint8], header: NetworkHeader) -> NDArray[Any]:
    """The network's input, in its type and shape, of a frame as a camera takes it.

    `frame`: uint8 [rows, columns] of gray, or [rows, columns, channels]. Raises UsageError as
    `averaged`, and where the input is no picture.
    """
    image = header.image
    size = (1, 1) if image is None else image.size
    return picture_input(header, averaged(frame, size))


def averaged(frame: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
    """The pixels that the network sees of a frame: uint8 [height, width, channels].

    `frame`: as for `preprocess`. Raises UsageError for what is no frame, or would have to be
    enlarged.
    """
    if frame.dtype != np.uint8 or frame.ndim not in (2, 3):
        raise UsageError(
            f"the frame is {frame.dtype} {list(frame.shape)}, not uint8 [rows, columns] or "
            "[rows, columns, channels]",
            hint="hil.images.load(path, resize=True, size=(rows, columns)).pixels is a frame",
        )
    rows, columns = frame.shape[:2]
    region = region_of((rows, columns), size)
    if region.height < size[0] or region.width < size[1]:
        raise UsageError(
            f"a frame of {columns}x{rows} pixels is too small for an input of {size[1]}x{size[0]}",
            hint="the board never enlarges; give a larger frame",
        )
    part = frame[region.top :, region.left :][: region.height, : region.width]
    area = region.height * region.width
    sums = np.stack([area_sums(plane, size) for plane in _planes(part)], axis=-1)
    pixels: NDArray[np.uint8] = ((2 * sums + area) // (2 * area)).astype(np.uint8)
    return pixels


def _planes(part: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    return [part] if part.ndim == 2 else [part[:, :, n] for n in range(part.shape[2])]


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
