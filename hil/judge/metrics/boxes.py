"""Boxes made of maps, held against true boxes: MaxBoxAcc.

Choe et al., "Evaluating Weakly Supervised Object Localization Methods Right"
(CVPR 2020): the map is enlarged to the image, scaled to 0..1 and cut at a level;
the box around the largest connected part of what is left is the answer. An image
is a hit when the IoU of that box with a true box reaches delta. The level that is
best is chosen for each delta, on images that are not reported on: choosing it on
the same images would flatter. With several true boxes the best IoU counts.

As in the paper, a map is cut where it reaches the level times its maximum. Here
"largest" means most pixels, joined over edges and corners.

Boxes are x0, y0, x1, y1 as fractions (0 to 1) of the image.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from hil.errors import UsageError
from hil.judge.metrics.hits import Hits

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Box = tuple[float, float, float, float]

DELTAS = (0.3, 0.5, 0.7)
"""The IoUs that the paper's extension reports (MaxBoxAccV2)."""

LEVELS = tuple(step / 100 for step in range(1, 100))
"""Levels to choose from, as shares of the map's range."""

SIDES = tuple(step / 50 for step in range(1, 51))
"""Sides of the centre box to choose from, as shares of the image's sides."""

_Case = tuple[Callable[[float], "Box | None"], Sequence[Box]]
"""What box an image gets at which parameter, and its true boxes."""


@dataclass(frozen=True, slots=True)
class BoxAccuracy:
    """Share of images whose box reaches an IoU of `delta`.

    `parameter`: what was chosen on the validation images: the map's level, or
    the side of the centre box. `validation`: the accuracy there. `outcomes`: of each
    reported image, whether it is a hit.
    """

    delta: float
    parameter: float
    hits: Hits
    validation: Hits
    outcomes: tuple[bool, ...] = field(default=(), repr=False, compare=False)


def iou(a: Box, b: Box) -> float:
    """Intersection over union; 0 for boxes without an area."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (_area(a) + _area(b) - shared)


def best_iou(box: Box | None, truths: Sequence[Box]) -> float:
    """The largest IoU with any of the true boxes; 0 without a box."""
    return 0.0 if box is None else max((iou(box, truth) for truth in truths), default=0.0)


def enlarged(cam: NDArray[np.integer[Any]], size: tuple[int, int]) -> NDArray[np.float32] | None:
    """A map resized bilinearly (half-pixel centres) and then scaled to 0..1.

    Args:
        cam: integers [rows, columns].
        size: (height, width) of the image in pixels.

    Returns float32 [height, width], or None for a flat map.
    """
    import cv2
    import numpy as np

    values = cam.astype(np.int64)
    values -= values.min()
    if not values.any():
        return None
    heat = cv2.resize(
        values.astype(np.float32), (size[1], size[0]), interpolation=cv2.INTER_LINEAR
    ).astype(np.float32)
    heat -= heat.min()
    scaled: NDArray[np.float32] = heat / heat.max()
    return scaled


def map_box(heat: NDArray[np.float32] | None, level: float) -> Box | None:
    """The box around the largest connected part of a map that reaches `level`.

    Args:
        heat: from `enlarged`.
        level: above 0, at most 1.

    Returns None for a flat map.
    """
    import cv2
    import numpy as np

    if heat is None:
        return None
    mask = (heat >= level).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if len(stats) < 2:  # entry 0 is the background
        return None
    largest = stats[1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))]
    x, y = int(largest[cv2.CC_STAT_LEFT]), int(largest[cv2.CC_STAT_TOP])
    width, height = int(largest[cv2.CC_STAT_WIDTH]), int(largest[cv2.CC_STAT_HEIGHT])
    rows, columns = heat.shape
    return x / columns, y / rows, (x + width) / columns, (y + height) / rows


def centre_box(side: float) -> Box:
    """A box in the middle of the image: the baseline that has not looked at it."""
    return 0.5 - side / 2, 0.5 - side / 2, 0.5 + side / 2, 0.5 + side / 2


def max_box_accuracy(
    validation: Sequence[tuple[NDArray[np.integer[Any]], Sequence[Box]]],
    images: Sequence[tuple[NDArray[np.integer[Any]], Sequence[Box]]],
    *,
    size: tuple[int, int],
    deltas: Sequence[float] = DELTAS,
) -> tuple[BoxAccuracy, ...]:
    """MaxBoxAcc of maps, one for each delta.

    Args:
        validation: map [rows, columns] and true boxes of the images that the
            level is chosen on.
        images: the same of the images that are reported on.
        size: (height, width) to enlarge the maps to, in pixels.
        deltas: IoUs that count as a hit.

    Raises:
        UsageError: no validation images, or an image without a true box.
    """

    def answers(maps: Sequence[tuple[NDArray[np.integer[Any]], Sequence[Box]]]) -> Iterator[_Case]:
        return ((partial(map_box, enlarged(cam, size)), truths) for cam, truths in maps)

    return _accuracy(answers(validation), answers(images), deltas, LEVELS)


def centre_box_accuracy(
    validation: Sequence[Sequence[Box]], images: Sequence[Sequence[Box]]
) -> tuple[BoxAccuracy, ...]:
    """The same for a box in the middle, whose side is chosen as the level is for maps."""
    known, reported = ([(centre_box, truths) for truths in side] for side in (validation, images))
    return _accuracy(known, reported, DELTAS, SIDES)


def _accuracy(
    validation: Iterable[_Case],
    images: Iterable[_Case],
    deltas: Sequence[float],
    parameters: Sequence[float],
) -> tuple[BoxAccuracy, ...]:
    import numpy as np

    known = np.array([_ious(*case, parameters) for case in validation])
    if not len(known):
        raise UsageError(
            "no validation images with boxes to choose a level on",
            hint="give some images the split 'val'",
        )
    passed = [(known >= delta).sum(axis=0) for delta in deltas]
    # The first of equals.
    chosen = [int(np.argmax(hits)) for hits in passed]
    wanted = sorted(set(chosen))
    values = [parameters[index] for index in wanted]
    reported = np.array([_ious(*case, values) for case in images]).reshape(-1, len(wanted))
    found = []
    for delta, index, hits in zip(deltas, chosen, passed, strict=True):
        outcomes = tuple((reported[:, wanted.index(index)] >= delta).tolist())
        own, known_hits = Hits(sum(outcomes), len(reported)), Hits(int(hits[index]), len(known))
        found.append(BoxAccuracy(delta, parameters[index], own, known_hits, outcomes))
    return tuple(found)


def _ious(
    box_at: Callable[[float], Box | None], truths: Sequence[Box], parameters: Sequence[float]
) -> list[float]:
    if not truths:
        raise UsageError("an image without a true box", hint="leave such images out")
    return [best_iou(box_at(parameter), truths) for parameter in parameters]


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
