"""The loss on the cells of the class activation map.

The classifier is linear and the mean over the map is too, so the logits of an image are
the mean of the logits of its cells. The mean over a part of the cells is then the logits
of that part: one loss for whole images and for parts of compositions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from model.training.compose import HEAD, NOBODY, REGIONS, WANTED, WEIGHT

if TYPE_CHECKING:
    from model.training.recipe import Recipe


def region_loss(recipe: Recipe, positive_class: int) -> Any:
    """A Keras loss function of (targets [n, regions, 3 + cells], cells [n, rows, columns, 2]).

    Cross-entropy with what is wanted, weighted by region; and of regions where surely
    nobody is, by `cell_weight` that of every single cell.

    Targets with one row more than the regions come from a guide: by `shape_weight`, 1 minus
    the correlation of its map with the cells is added. A correlation asks for no amplitude:
    for the mean to say the same, small persons need higher peaks than large ones.
    """
    from keras import ops  # type: ignore[import-not-found,import-untyped,unused-ignore]

    smoothing, cell_weight = recipe.label_smoothing, recipe.cell_weight
    shape_weight = recipe.shape_weight

    def loss(targets: Any, cells: Any) -> Any:
        # Of two classes only the difference counts.
        other = 1 - positive_class
        margin = cells[..., positive_class] - cells[..., other]
        margin = ops.reshape(margin, (-1, cells.shape[1] * cells.shape[2]))
        led, targets = targets[:, REGIONS:], targets[:, :REGIONS]
        shares = targets[..., HEAD:]
        pooled = ops.einsum("nrc,nc->nr", shares, margin)
        entropy = ops.softplus(pooled) - targets[..., WANTED] * pooled
        total = ops.sum(targets[..., WEIGHT] * entropy, axis=-1)
        if cell_weight:
            by_cell = ops.softplus(margin) - smoothing / 2 * margin
            weight = targets[..., WEIGHT] * targets[..., NOBODY]
            total = total + cell_weight * ops.sum(
                weight * ops.einsum("nrc,nc->nr", shares, by_cell), axis=-1
            )
        if shape_weight and led.shape[1]:
            away = 1 - _correlation(led[:, 0, HEAD:], margin)
            total = total + shape_weight * led[:, 0, WEIGHT] * away
        return total

    return loss


def _correlation(one: Any, other: Any) -> Any:
    """Pearson's, of each row; near 0 for flat ones."""
    from keras import ops  # type: ignore[import-not-found,import-untyped,unused-ignore]

    one = one - ops.mean(one, axis=-1, keepdims=True)
    other = other - ops.mean(other, axis=-1, keepdims=True)
    # Under the root, where its slope stays finite.
    lengths = ops.sum(one * one, axis=-1) * ops.sum(other * other, axis=-1)
    return ops.sum(one * other, axis=-1) / ops.sqrt(lengths + 1e-6)
