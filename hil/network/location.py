"""From a class activation map to a location: the winning cell and its centre.

The definitions are those of the firmware. Bilinear interpolation never exceeds
its nodes, so the maximum of the upsampled map lies at a cell's centre and no
upsampled map is needed to find it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class NoLocation(str, enum.Enum):
    """Why an answer has no location."""

    BELOW_THRESHOLD = "below threshold"
    FLAT_MAP = "flat map"


@dataclass(frozen=True, slots=True)
class Location:
    """A cell of the map, and its centre (x to the right, y down) in input pixels."""

    x: int
    y: int
    column: int
    row: int


def winning_cell(cam: NDArray[np.integer]) -> tuple[int, int] | None:
    """(row, column) of the maximum, the first in row-major order; None if all are equal."""
    import numpy as np

    if int(cam.max()) == int(cam.min()):
        return None
    row, column = divmod(int(np.argmax(cam)), cam.shape[1])
    return row, column


def cell_location(
    row: int, column: int, grid: tuple[int, int], input_size: tuple[int, int]
) -> Location:
    """The cell's centre in pixels, rounded down: x = (2 * column + 1) * width // (2 * columns).

    `grid`: (rows, columns) of the map. `input_size`: (height, width) in pixels.
    """
    x = (2 * column + 1) * input_size[1] // (2 * grid[1])
    y = (2 * row + 1) * input_size[0] // (2 * grid[0])
    return Location(x, y, column, row)


def locate(
    cam: NDArray[np.integer], input_size: tuple[int, int], *, passed: bool
) -> Location | NoLocation:
    """The location of an answer, of its map [rows, columns].

    `input_size`: (height, width) in pixels. `passed`: the positive class reaches the threshold.
    """
    if not passed:
        return NoLocation.BELOW_THRESHOLD
    cell = winning_cell(cam)
    if cell is None:
        return NoLocation.FLAT_MAP
    rows, columns = cam.shape
    return cell_location(*cell, (rows, columns), input_size)
