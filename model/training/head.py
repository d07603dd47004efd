"""A first classifier for features that are good already.

Fine-tuning from a random classifier sends noise back into trained layers. Logistic
regression on their features, by Newton's method with a ridge (Hastie, Tibshirani and
Friedman, "The Elements of Statistical Learning", 4.4), is exact and takes milliseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STEPS = 30
RIDGE = 0.003


def logistic_regression(
    features: NDArray[np.float32], labels: NDArray[np.bool_], *, ridge: float = RIDGE
) -> tuple[NDArray[np.float32], float]:
    """Weights [channels] and bias whose sum with `features` [n, channels] is the log odds.

    Both classes weigh the same, however many images they have. `ridge` is of features
    scaled to a deviation of 1, per image.
    """
    import numpy as np

    mean = features.mean(axis=0, dtype=np.float64)
    spread = features.std(axis=0, dtype=np.float64)
    used = spread > 1e-6 * max(1.0, float(spread.max(initial=0.0)))
    scaled = (features[:, used] - mean[used]) / spread[used]
    x = np.column_stack([scaled, np.ones(len(scaled))])
    share = np.where(labels, 0.5 / max(labels.mean(), 1e-9), 0.5 / max(1 - labels.mean(), 1e-9))
    share = share / len(x)
    penalty = np.full(x.shape[1], ridge)
    penalty[-1] = 0.0  # the bias is free
    solution = np.zeros(x.shape[1])
    for _ in range(STEPS):
        odds = np.clip(x @ solution, -30, 30)
        p = 1 / (1 + np.exp(-odds))
        gradient = x.T @ (share * (p - labels)) + penalty * solution
        curvature = x.T * (share * p * (1 - p)) @ x + np.diag(penalty + 1e-12)
        solution -= np.linalg.solve(curvature, gradient)
    weights = np.zeros(features.shape[1])
    weights[used] = solution[:-1] / spread[used]
    return weights.astype(np.float32), float(solution[-1] - weights @ mean)


def set_classifier(
    classifier: object, weights: NDArray[np.float32], bias: float, *, positive_class: int
) -> None:
    """Puts log odds into a classifier of two classes, one half each way."""
    import numpy as np

    kernel = np.zeros((1, 1, len(weights), 2), np.float32)
    kernel[0, 0, :, positive_class] = weights / 2
    kernel[0, 0, :, 1 - positive_class] = -weights / 2
    signs = np.where(np.arange(2) == positive_class, 0.5, -0.5)
    classifier.set_weights([kernel, (signs * bias).astype(np.float32)])  # type: ignore[attr-defined]
