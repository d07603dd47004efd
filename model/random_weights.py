"""Random weights that behave like trained ones numerically. They detect nothing.

A network of plain random weights dies out: activations shrink from layer to
layer until the quantization scales are about 1e-9, and TensorFlow Lite Micro
aborts. Here batch normalization takes its statistics from photographs, so every
layer uses its range, and the classifier is scaled so that scores spread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from model.architecture import CLASSIFIER

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LOGIT_SPREAD = 2.5
"""Standard deviation of (logit of the positive class - the others) over the photographs."""

SHIFT_MEAN, SHIFT_SPREAD = 0.5, 0.5
"""Batch normalization's shifts: about two of three activations are above zero."""


def set_random_weights(
    network: Any, photographs: NDArray[np.float32], *, seed: int, positive_class: int
) -> None:
    """Fills `network`, whose batch size is len(photographs), in place.

    Args:
        network: of `architecture.build_network`.
        photographs: float32 [n, 96, 96, 1], what scores should spread over.
        seed: same seed and photographs, same weights.
        positive_class: the class whose score is centred and spread.
    """
    import keras  # type: ignore[import-not-found,import-untyped,unused-ignore]
    import numpy as np

    random = np.random.Generator(np.random.PCG64(seed))
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.beta.assign(random.normal(SHIFT_MEAN, SHIFT_SPREAD, layer.beta.shape))
        elif isinstance(layer, (keras.layers.Conv2D, keras.layers.DepthwiseConv2D)):
            kernel = layer.kernel
            inputs = np.prod(kernel.shape[:2])
            if not isinstance(layer, keras.layers.DepthwiseConv2D):
                inputs *= kernel.shape[2]
            # He et al., "Delving Deep into Rectifiers" (2015).
            kernel.assign(random.normal(0.0, np.sqrt(2.0 / inputs), kernel.shape))
    # One pass in training mode: with momentum 0 the statistics are those of this batch.
    network(photographs, training=True)
    _spread_scores(network, photographs, positive_class)


def _spread_scores(network: Any, photographs: NDArray[np.float32], positive_class: int) -> None:
    """Scales and centres the classifier on its own answers to the photographs."""
    import numpy as np

    _, features = network(photographs, training=False)
    means = np.asarray(features, np.float64).mean(axis=(1, 2))
    classifier = network.get_layer(CLASSIFIER)
    weights = np.asarray(classifier.kernel, np.float64)
    logits = means @ weights[0, 0]
    others = np.delete(logits, positive_class, axis=1).mean(axis=1)
    margin = logits[:, positive_class] - others
    weights *= LOGIT_SPREAD / margin.std()
    classifier.kernel.assign(weights)
    classifier.bias.assign(-np.median(means @ weights[0, 0], axis=0))
