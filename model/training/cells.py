"""A network with its classifier on every cell of the map.

The classifier and the mean in front of it are linear, so the mean over the cells is what
the network itself says; but cells also say where.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hil.errors import UsageError
from model.architecture import CLASSIFIER, FEATURES, build_network
from model.float_network import copy_weights, open_keras

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
    opened = open_keras(path)
    inputs = [tuple(one.shape[1:]) for one in opened.inputs]
    outputs = [tuple(one.shape[1:]) for one in opened.outputs]
    fresh = build_network(classes=classes, batch=None)
    if inputs != [tuple(fresh.input.shape[1:])]:
        raise UsageError(
            f"a network for inputs {inputs}",
            where=str(path),
            hint="give a trained.keras of model train, or the file that model teach wrote",
        )
    if outputs == [(*GRID, classes)]:
        return opened
    copy_weights(path, fresh)
    return cells_of(fresh, training=False)
