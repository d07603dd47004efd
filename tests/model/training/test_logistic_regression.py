"""The first classifier: the optimum of its own definition, and known odds."""

from __future__ import annotations

import numpy as np
import pytest

from model.training.head import RIDGE, logistic_regression, set_classifier


def balanced_gradient(
    features: np.ndarray, labels: np.ndarray, weights: np.ndarray, bias: float, ridge: float
) -> np.ndarray:
    """Of the mean cross-entropy, both classes weighing one half, with the ridge on weights of
    features of deviation 1 (Hastie et al., eq. 4.21, weighted): written down separately."""
    spread = features.std(axis=0)
    p = 1 / (1 + np.exp(-(features @ weights + bias)))
    slopes = np.zeros(features.shape[1] + 1)
    for label in (False, True):
        chosen = labels == label
        difference = p[chosen] - label
        slopes[:-1] += 0.5 * (difference[:, None] * features[chosen]).mean(axis=0)
        slopes[-1] += 0.5 * difference.mean()
    slopes[:-1] = (slopes[:-1] - slopes[-1] * features.mean(axis=0)) / spread
    slopes[:-1] += ridge * weights * spread
    return slopes


@pytest.mark.parametrize("ridge", [RIDGE, 0.1])
def test_the_gradient_is_zero_at_what_is_found(ridge: float) -> None:
    random = np.random.default_rng(1)
    labels = random.random(500) < 0.2
    scales = np.array([1.0, 100.0, 0.01, 3.0])
    features = (random.normal(size=(500, 4)) + labels[:, None] * [1, 0.5, 0, -1]) * scales + 5
    weights, bias = logistic_regression(features, labels, ridge=ridge)
    slopes = balanced_gradient(features, labels, weights.astype(float), bias, ridge)
    assert np.abs(slopes).max() < 1e-5


def test_known_odds_are_found() -> None:
    """Two normal distributions of one deviation: the log odds are linear, with slope
    (m1 - m0) / s^2 and zero half way between the means (Hastie et al., 4.3)."""
    random = np.random.default_rng(2)
    labels = np.arange(40_000) % 2 == 1
    features = random.normal(np.where(labels, 3.0, 1.0), 1.5)[:, None]
    weights, bias = logistic_regression(features.astype(np.float32), labels, ridge=0.0)
    assert weights[0] == pytest.approx(2 / 1.5**2, rel=0.05)
    assert -bias / weights[0] == pytest.approx(2.0, abs=0.05)


def test_both_classes_weigh_the_same_however_many_there_are() -> None:
    """Repeating the images of one class changes nothing."""
    random = np.random.default_rng(3)
    labels = np.arange(60) % 2 == 1
    features = random.normal(size=(60, 3)) + labels[:, None]
    once = logistic_regression(features, labels)
    # The ridge is of features scaled by their deviation, so that is kept: ridge 0.
    once = logistic_regression(features, labels, ridge=0.0)
    chosen = np.concatenate([np.flatnonzero(labels), *[np.flatnonzero(~labels)] * 5])
    often = logistic_regression(features[chosen], labels[chosen], ridge=0.0)
    assert often[0] == pytest.approx(once[0], rel=1e-3)
    assert often[1] == pytest.approx(once[1], rel=1e-3)


def test_separable_classes_are_separated_with_finite_weights() -> None:
    features = np.linspace(-1, 1, 50)[:, None].astype(np.float32)
    labels = features[:, 0] > 0.1
    weights, bias = logistic_regression(features, labels)
    assert np.isfinite(weights).all()
    assert np.array_equal(features @ weights + bias > 0, labels)


def test_channels_that_never_change_get_no_weight() -> None:
    random = np.random.default_rng(4)
    labels = np.arange(100) % 2 == 1
    features = np.column_stack([random.normal(size=100) + labels, np.full(100, 6.0), np.zeros(100)])
    weights, bias = logistic_regression(features.astype(np.float32), labels)
    assert weights[1:].tolist() == [0, 0]
    assert weights[0] > 0
    assert np.isfinite(bias)


@pytest.mark.parametrize("positive_class", [0, 1])
def test_the_classifier_s_margin_is_the_log_odds(positive_class: int) -> None:
    class Layer:
        def set_weights(self, arrays: list[np.ndarray]) -> None:
            self.kernel, self.bias = arrays

    layer = Layer()
    weights = np.array([0.5, -2.0, 1.0], np.float32)
    set_classifier(layer, weights, 0.7, positive_class=positive_class)
    features = np.random.default_rng(5).normal(size=(10, 3)).astype(np.float32)
    logits = features @ layer.kernel[0, 0] + layer.bias
    margin = logits[:, positive_class] - logits[:, 1 - positive_class]
    assert margin == pytest.approx(features @ weights + 0.7, abs=1e-6)
