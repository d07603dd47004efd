"""A .keras file as scores and class activation maps in floating point, on any Keras backend."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil.errors import UsageError
from model.architecture import CLASSIFIER
from model.backend import prepare_backend
from model.calibration import to_input
from model.files import read_model

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BACKENDS = ("tensorflow", "jax", "torch")


@dataclass(frozen=True, eq=False)
class FloatNetwork:
    """A loaded network.

    Attributes:
        network: the Keras model, outputs score [n, classes] and features [n, rows,
            columns, C] in any order.
        sha256: of its file.
        engine: Keras and its backend, with versions.
        where: the file, for messages.
    """

    network: Any
    sha256: str
    engine: str
    where: str

    @property
    def classes(self) -> int:
        return int(self._weights().shape[1])

    def run(
        self, images: NDArray[np.uint8], positive_class: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Scores and maps of some images.

        Args:
            images: uint8 [n, height, width].
            positive_class: whose map is wanted.

        Returns:
            Probabilities [n, classes] and maps [n, rows, columns]: the features weighed
            by the classifier's weights of that class, without its bias.
        """
        import keras  # type: ignore[import-not-found,import-untyped,unused-ignore]
        import numpy as np

        outputs = self.network(to_input(images), training=False)
        arrays = [keras.ops.convert_to_numpy(output) for output in outputs]
        (scores,) = (array for array in arrays if array.ndim == 2)
        (features,) = (array for array in arrays if array.ndim == 4)
        weights = self._weights()[:, positive_class]
        return scores.astype(np.float64), features.astype(np.float64) @ weights

    def _weights(self) -> NDArray[np.float64]:
        """Of the classifier, [C, classes]."""
        import keras  # type: ignore[import-not-found,import-untyped,unused-ignore]
        import numpy as np

        kernel = keras.ops.convert_to_numpy(self.network.get_layer(CLASSIFIER).kernel)
        weights: NDArray[np.float64] = kernel.reshape(kernel.shape[-2:]).astype(np.float64)
        return weights


def load_network(path: Path) -> FloatNetwork:
    """The network of a .keras file, on the backend that KERAS_BACKEND names, or an installed one.

    Raises:
        UsageError: Keras is missing; the file cannot be read, is no Keras model, or has no
            score, features and classifier.
    """
    network, data = open_keras(path)
    check_outputs(network, where=str(path))
    import keras  # type: ignore[import-not-found,import-untyped,unused-ignore]

    name = keras.backend.backend()
    version = importlib.import_module(name).__version__
    engine = f"keras {keras.__version__} on {name} {version}"
    return FloatNetwork(network, hashlib.sha256(data).hexdigest(), engine, str(path))


def check_outputs(network: Any, *, where: str) -> None:
    """Raises UsageError for a Keras model without score, features and classifier."""
    ranks = sorted(len(output.shape) for output in network.outputs)
    names = [layer.name for layer in network.layers]
    if ranks != [2, 4] or CLASSIFIER not in names:
        raise UsageError(
            f"not a network with score and features: outputs of {ranks} dimensions, "
            f"{'a' if CLASSIFIER in names else 'no'} layer {CLASSIFIER!r}",
            where=where,
            hint="model/architecture.py says what it has to look like",
        )


def open_keras(path: Path) -> tuple[Any, bytes]:
    """Any model of a .keras file, on the backend that KERAS_BACKEND names, or an installed one;
    and the file's bytes.

    Raises:
        UsageError: Keras is missing; the file cannot be read, or is no Keras model.
    """
    data = read_model(path)
    prepare_backend(_backend())
    import keras  # type: ignore[import-not-found,import-untyped,unused-ignore]

    try:
        return keras.saving.load_model(path, compile=False), data
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UsageError(
            f"no Keras model: {str(error).splitlines()[0]}",
            where=str(path),
            hint="give the .keras file that training or export wrote; to read one, Keras has to be "
            "at least as new as the one that saved it",
        ) from error


def copy_weights(path: Path, network: Any) -> None:
    """Puts the weights of a .keras file into a network of `model.architecture`.

    Raises:
        UsageError: as `load_network`, or the file holds another architecture.
    """
    adopt_weights(load_network(path).network, network, where=str(path))


def adopt_weights(loaded: Any, network: Any, *, where: str) -> None:
    """Puts the weights of one network into another; UsageError if they differ in shape."""
    shapes = [[tuple(weights.shape) for weights in one.get_weights()] for one in (loaded, network)]
    if shapes[0] != shapes[1]:
        raise UsageError(
            "another network than that of model/architecture.py",
            where=where,
            hint="give the trained.keras of a training, or person_cam.keras of an export",
        )
    network.set_weights(loaded.get_weights())


def _backend() -> str:
    asked = os.environ.get("KERAS_BACKEND", "")
    if asked in _BACKENDS:
        return asked
    there = (name for name in _BACKENDS if importlib.util.find_spec(name) is not None)
    return next(there, _BACKENDS[0])
