"""What networks that have been trained already believe of photographs.

Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network" (2015). A label says
the same of a portrait and of somebody far away; a bigger network, or several, say how much
there is to see. A small network that is trained on that does not spend itself on what it cannot
see anyway.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from model.architecture import INPUT_SHAPE
from model.training.cells import mean_margins
from model.training.validation import cut

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from model.training.data import Picture, Progress

_CHUNK = 64


def beliefs(
    networks: Sequence[Any],
    pictures: Sequence[NDArray[np.uint8]],
    *,
    positive_class: int,
    progress: Progress | None = None,
) -> NDArray[np.float64]:
    """How sure networks are that each picture shows a person.

    Args:
        networks: of cells, `model.training.cells`.
        pictures: gray, uint8 [height, width], of any size.
        positive_class: of the networks' outputs.
        progress: called with the pictures done.

    Returns:
        0 to 1 for each: the logistic function of the log odds' mean over the networks, over
        the centre cut and over its mirror image.
    """
    import numpy as np

    from model.calibration import to_input

    odds = np.zeros(len(pictures))
    for first in range(0, len(pictures), _CHUNK):
        chunk = slice(first, first + _CHUNK)
        images = to_input(np.stack([cut(pixels, INPUT_SHAPE[:2]) for pixels in pictures[chunk]]))
        odds[chunk] = mean_margins(networks, images, positive_class).mean(axis=(1, 2))
        if progress is not None:
            progress(len(images))
    believed: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
    return believed


def with_beliefs(
    pictures: Sequence[Picture],
    networks: Sequence[Any],
    *,
    positive_class: int,
    progress: Progress | None = None,
) -> list[Picture]:
    """The pictures with what the networks believe of each.

    Args:
        pictures: to look at.
        networks: of cells, `model.training.cells`.
        positive_class: of their outputs.
        progress: called with the pictures done.
    """
    found = beliefs(
        networks,
        [picture.pixels for picture in pictures],
        positive_class=positive_class,
        progress=progress,
    )
    return [
        dataclasses.replace(picture, belief=float(belief))
        for picture, belief in zip(pictures, found, strict=True)
    ]
