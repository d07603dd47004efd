"""The loss on cells, against numpy: `make test-model`."""

from __future__ import annotations

import numpy as np
import pytest

from model.training.compose import HEAD, NOBODY, REGIONS, WANTED, WEIGHT
from model.training.recipe import Recipe

pytestmark = pytest.mark.model
pytest.importorskip("tensorflow", reason="needs TensorFlow: run `make test-model`")


def loss(recipe: Recipe, targets: np.ndarray, cells: np.ndarray, positive_class: int) -> np.ndarray:
    from model.backend import prepare_backend

    prepare_backend()
    from model.training.loss import region_loss

    return np.asarray(region_loss(recipe, positive_class)(targets, cells))


def entropy(wanted: float, margin: float) -> float:
    """Cross-entropy of a probability and the logistic of a margin."""
    p = 1 / (1 + np.exp(-margin))
    return float(-wanted * np.log(p) - (1 - wanted) * np.log(1 - p))


def target(**regions: tuple[float, float, float, list[int]]) -> np.ndarray:
    """One sample's rows: wanted, weight, nobody, numbers of cells."""
    rows = np.zeros((REGIONS, HEAD + 36), np.float32)
    for name, (wanted, weight, nobody, cells) in regions.items():
        row = rows[int(name[1:])]
        row[[WANTED, WEIGHT, NOBODY]] = wanted, weight, nobody
        row[[HEAD + cell for cell in cells]] = 1 / len(cells)
    return rows


@pytest.mark.parametrize("positive_class", [0, 1])
def test_regions_are_held_against_what_they_should_say(positive_class: int) -> None:
    random = np.random.default_rng(1)
    cells = random.normal(size=(2, 6, 6, 2)).astype(np.float32)
    margins = (cells[..., positive_class] - cells[..., 1 - positive_class]).reshape(2, 36)
    left, right = list(range(0, 12)), list(range(12, 36))
    targets = np.stack([
        target(r0=(0.95, 0.5, 0, left + right), r1=(0.95, 1 / 3, 0, left),
               r2=(0.05, 2 / 3, 1, right)),
        target(r0=(0.05, 1.0, 1, left + right)),
    ])  # fmt: skip
    first = (
        0.5 * entropy(0.95, margins[0].mean())
        + entropy(0.95, margins[0, left].mean()) / 3
        + 2 * entropy(0.05, margins[0, right].mean()) / 3
    )
    second = entropy(0.05, margins[1].mean())
    found = loss(Recipe(cell_weight=0.0), targets, cells, positive_class)
    assert found == pytest.approx([first, second], rel=1e-5)

    # Single cells count where nobody is.
    found = loss(Recipe(cell_weight=0.3, label_smoothing=0.1), targets, cells, positive_class)
    first += 0.3 * 2 / 3 * np.mean([entropy(0.05, margins[0, cell]) for cell in right])
    second += 0.3 * np.mean([entropy(0.05, margins[1, cell]) for cell in left + right])
    assert found == pytest.approx([first, second], rel=1e-5)


def test_the_shape_of_the_map_counts_and_its_height_does_not() -> None:
    random = np.random.default_rng(3)
    cells = np.zeros((4, 6, 6, 2), np.float32)
    cells[..., 1] = random.normal(size=(4, 6, 6))
    shape = random.normal(size=(4, 36)).astype(np.float32)
    cells[1] *= 5
    cells[2, ..., 1] = 0.1 * shape[2].reshape(6, 6)
    targets = np.stack([target(r0=(0.95, 1.0, 0, list(range(36))))] * 4)
    led = np.zeros((4, REGIONS + 1, HEAD + 36), np.float32)
    led[:, :REGIONS] = targets
    led[:, -1, HEAD:] = shape
    led[:3, -1, WEIGHT] = 1
    recipe = Recipe(shape_weight=2.0)
    added = loss(recipe, led, cells, 1) - loss(recipe, targets, cells, 1)
    away = [1 - np.corrcoef(shape[n], cells[n, ..., 1].ravel())[0, 1] for n in range(2)]
    assert added == pytest.approx([2 * away[0], 2 * away[1], 0, 0], abs=1e-5)
    assert loss(Recipe(), led, cells, 1) == pytest.approx(loss(Recipe(), targets, cells, 1))


def test_a_flat_map_has_a_loss_with_a_slope() -> None:
    import tensorflow as tf

    from model.training.loss import region_loss

    led = np.zeros((1, REGIONS + 1, HEAD + 36), np.float32)
    led[0, :REGIONS] = target(r0=(0.95, 1.0, 0, list(range(36))))
    led[0, -1, WEIGHT] = 1
    led[0, -1, HEAD] = 1
    cells = tf.Variable(np.zeros((1, 6, 6, 2), np.float32))
    with tf.GradientTape() as tape:
        value = region_loss(Recipe(shape_weight=1.0), 1)(led, cells)
    slope = np.asarray(tape.gradient(value, cells))
    assert np.isfinite(slope).all()
    assert slope[0, 0, 0, 1] < slope[0, 3, 3, 1]


def test_the_same_added_to_both_classes_changes_nothing() -> None:
    random = np.random.default_rng(2)
    cells = random.normal(size=(1, 6, 6, 2)).astype(np.float32)
    targets = target(r0=(0.95, 1.0, 0, list(range(36))))[None]
    shifted = cells + random.normal(size=(1, 6, 6, 1)).astype(np.float32)
    one, other = (loss(Recipe(), targets, c, 1) for c in (cells, shifted))
    assert one == pytest.approx(other, rel=1e-5)


def test_a_large_margin_is_no_infinite_loss() -> None:
    cells = np.zeros((1, 6, 6, 2), np.float32)
    cells[..., 1] = 500
    targets = target(r0=(0.05, 1.0, 1, list(range(36))))[None]
    assert loss(Recipe(), targets, cells, 1) == pytest.approx([0.95 * 500], rel=1e-5)
