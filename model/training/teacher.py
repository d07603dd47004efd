"""Soft labels from networks that have been trained already.

Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network" (2015). One look
of a small network is noisy: several networks, each looking at several parts of a
photograph and at their mirror images, are right more often than any single look. A
network that is trained on their mean opinion comes closer to it, and is not taught that
a hand at the edge is as sure a sign as a portrait.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from model.training.data import Picture, Progress

VIEWS = 8
"""Looks at one photograph."""

SQUARE = 1.1
"""Photographs less oblong than this are looked at closer instead of from end to end."""

CLOSER = 0.82

_CHUNK = 64


def views(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """The whole picture squashed, its middle, both ends, and their mirror images.

    Returns uint8 [VIEWS, height, width] of `size`.
    """
    import cv2
    import numpy as np

    height, width = pixels.shape
    side = min(height, width)
    if max(height, width) < SQUARE * side:
        side = max(1, int(side * CLOSER))
    top, left = (height - side) // 2, (width - side) // 2
    parts = (
        pixels,
        pixels[top : top + side, left : left + side],
        pixels[:side, :side],
        pixels[-side:, -side:],
    )
    shape = size[1], size[0]
    scaled = [cv2.resize(part, shape, interpolation=cv2.INTER_AREA) for part in parts]
    return np.stack([*scaled, *(view[:, ::-1] for view in scaled)]).astype(np.uint8)


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
        networks: Keras models with outputs score and features, such as trained.keras.
        positive_class: of their scores.
        progress: called with the pictures done.
    """
    import numpy as np

    from model.calibration import to_input

    believed: list[Picture] = []
    size = networks[0].input.shape[1:3]
    scorers = [_any_batch(network) for network in networks]
    for first in range(0, len(pictures), _CHUNK):
        chunk = pictures[first : first + _CHUNK]
        images = to_input(np.concatenate([views(picture.pixels, size) for picture in chunk]))
        odds = np.zeros((len(chunk), VIEWS))
        for scorer in scorers:
            score = scorer.predict_on_batch(images)
            share = np.clip(score[:, positive_class].astype(np.float64), 1e-6, 1 - 1e-6)
            odds += np.log(share / (1 - share)).reshape(len(chunk), VIEWS)
        beliefs = 1 / (1 + np.exp(-odds.mean(axis=1) / len(scorers)))
        believed += [
            dataclasses.replace(picture, belief=float(belief))
            for picture, belief in zip(chunk, beliefs, strict=True)
        ]
        if progress is not None:
            progress(len(chunk))
    return believed


def _any_batch(network: Any) -> Any:
    """The same network for any number of images, with its score alone."""
    import keras  # type: ignore[import-not-found,import-untyped,unused-ignore]

    from model.architecture import SCORE, build_network

    opened = build_network(classes=network.outputs[0].shape[-1], batch=None)
    opened.set_weights(network.get_weights())
    return keras.Model(opened.input, opened.get_layer(SCORE).output)
