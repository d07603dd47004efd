"""The pointing game: does the location lie on the object?

Zhang et al., "Top-down Neural Attention by Excitation Backprop" (ECCV 2016): a
hit if the maximum of the map lies in one of the object's boxes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from hil.judge.metrics.boxes import Box
from hil.judge.metrics.hits import Hits
from hil.network.location import Location, NoLocation

Point = tuple[float, float]
"""x, y in the units of the boxes."""

CENTRE: Point = (0.5, 0.5)
"""The baseline: who always points at the middle of the picture."""


def point_of(location: Location | NoLocation, size: tuple[int, int]) -> Point | None:
    """A location in pixels of an image of (height, width) as fractions; None without one."""
    if isinstance(location, NoLocation):
        return None
    return location.x / size[1], location.y / size[0]


def pointing_game(
    locations: Sequence[Point | None], boxes: Sequence[Sequence[Box]], *, tolerance: float = 0.0
) -> Hits:
    """How many locations lie in a box of their image.

    Args:
        locations: one an image; None, an answer without a location, is a miss.
        boxes: the true boxes of each image; images without one are no trials.
        tolerance: a location this far from a box still is a hit.
    """
    found = in_boxes(locations, boxes, tolerance=tolerance)
    return Hits(sum(found), len(found))


def in_boxes(
    locations: Sequence[Point | None], boxes: Sequence[Sequence[Box]], *, tolerance: float = 0.0
) -> tuple[bool, ...]:
    """Whether each location lies in a box of its image; as `pointing_game`, trial by trial."""
    return tuple(
        location is not None and distance(location, truths) <= tolerance
        for location, truths in zip(locations, boxes, strict=True)
        if truths
    )


def distance(point: Point, boxes: Sequence[Box]) -> float:
    """From a point to the nearest of one or more boxes; 0 inside and on the edge."""
    x, y = point
    return min(
        math.hypot(max(x0 - x, 0, x - x1), max(y0 - y, 0, y - y1)) for x0, y0, x1, y1 in boxes
    )
