"""A network with its classifier on every cell of the map.

The classifier and the mean in front of it are linear, so the mean over the cells is what
the network itself says; but cells also say where.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil.errors import UsageError
from model.architecture import CLASSIFIER, FEATURES, INPUT_SHAPE, build_network
from model.float_network import adopt_weights, check_outputs, open_keras

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GRID = (6, 6)
"""Rows and columns of the map."""


def cells_of(network: Any, *, training: bool | None) -> Any:
    """A network of `model.architecture` with outputs [n, rows, columns, classes]."""
    import keras  # type: ignore[import-not-found,import-untyped,unused-ignore]

    features = keras.Model(network.input, network.get_layer(FEATURES).output)
    image = keras.Input(network.input.shape[1:])
    return keras.Model(image, network.get_layer(CLASSIFIER)(features(image, training=training)))


def load_cells(path: Path, *, classes: int = 2) -> Any:
    """The network of cells of a .keras file: a trained.keras, or what `teach` wrote.

    Raises:
        UsageError: the file cannot be read, or its network has another input or output.
    """
    opened, _ = open_keras(path)
    inputs = [tuple(one.shape[1:]) for one in opened.inputs]
    if inputs != [INPUT_SHAPE]:
        raise UsageError(
            f"a network for inputs {inputs}",
            where=str(path),
            hint="give a trained.keras of model train, or the file that model teach wrote",
        )
    if [tuple(one.shape[1:]) for one in opened.outputs] == [(*GRID, classes)]:
        return opened
    check_outputs(opened, where=str(path))
    network = build_network(classes=classes, batch=None)  # a saved one has batch size 1
    adopt_weights(opened, network, where=str(path))
    return cells_of(network, training=False)


def mean_margins(
    networks: Sequence[Any], images: NDArray[np.float32], positive_class: int
) -> NDArray[np.float32]:
    """How much more networks say person than none in each cell, float32 [n, rows, columns].

    The mean over the networks, the images and their mirror images.

    Args:
        networks: of cells.
        images: float32 [n, height, width, 1].
        positive_class: of the networks' outputs.
    """
    import numpy as np

    both = np.concatenate([images, images[:, :, ::-1]])
    total: Any = 0.0
    for network in networks:
        cells = np.asarray(network.predict_on_batch(both))
        margin = cells[..., positive_class] - cells[..., 1 - positive_class]
        straight, mirrored = np.split(margin, 2)
        total = total + straight + mirrored[:, :, ::-1]
    mean: NDArray[np.float32] = (total / (2 * len(networks))).astype(np.float32)
    return mean
