"""Maps that a network under training is led to: those of earlier networks, with bodies.

Of a person the head is the surest sign, so maps that only labels have shaped peak there
and end below it. Two things are known without any box. A network sees more when it also
looks at the mirror image: the mean of both maps is steadier, and a network that is taught
it by each sample comes closer to it (Beyer et al., "Knowledge distillation: A good teacher
is patient and consistent", CVPR 2022). And below a head there is a body: so a cell is
wanted to have at least a share of what the cell above it has, within one picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from model.training.cells import mean_margins
from model.training.compose import HEAD, NOBODY, WANTED, WEIGHT

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from model.training.recipe import Recipe


class Guide:
    """Adds what earlier networks see to the targets of a batch.

    Args:
        networks: of cells, outputs [n, rows, columns, 2].
        recipe: `guide_share` and `body`.
        positive_class: of their outputs.
    """

    def __init__(self, networks: Sequence[Any], recipe: Recipe, positive_class: int) -> None:
        self._networks, self._recipe, self._positive = networks, recipe, positive_class
        self._seen: dict[tuple[int, int], NDArray[np.float32]] = {}

    def lead(
        self,
        images: NDArray[np.float32],
        targets: NDArray[np.float32],
        number: tuple[int, int],
    ) -> NDArray[np.float32]:
        """The targets with mixed opinions, and one more row for the shape of the map.

        Args:
            images: [n, height, width, 1] of a batch.
            targets: theirs, `model.training.compose`.
            number: epoch and batch. What comes again is remembered: a guide that is bigger
                than the network takes longer than all the rest.
        """
        margins = self._seen.get(number)
        if margins is None:
            margins = mean_margins(self._networks, images, self._positive)
            if self._recipe.distinct_epochs:
                self._seen[number] = margins
        return guided(targets, margins, self._recipe)


def guided(
    targets: NDArray[np.float32], margins: NDArray[np.float32], recipe: Recipe
) -> NDArray[np.float32]:
    """Targets [n, regions, 3 + cells] with the margins [n, rows, columns] of a guide.

    What each region is wanted to say becomes `guide_share` of what the guide says of it.
    The row that is added has weight 1 where a person is known to be, and the wanted shape.
    """
    import numpy as np

    n, rows, columns = margins.shape
    led = np.zeros((n, targets.shape[1] + 1, targets.shape[2]), np.float32)
    led[:, :-1] = targets
    pooled = np.einsum("nrc,nc->nr", targets[..., HEAD:], margins.reshape(n, -1))
    share = recipe.guide_share
    believed = 1 / (1 + np.exp(-np.clip(pooled, -30, 30)))
    led[:, :-1, WANTED] = (1 - share) * targets[..., WANTED] + share * believed
    parts = person_parts(targets).reshape(n, -1, rows, columns)
    shape = with_bodies(margins, parts, recipe.body)
    led[:, -1, WEIGHT] = parts.any(axis=(1, 2, 3))
    led[:, -1, HEAD:] = shape.reshape(n, -1)
    return led


def person_parts(targets: NDArray[np.float32]) -> NDArray[np.bool_]:
    """[n, regions, cells]: the cells of each single picture that shows a person.

    Region 0 is a single picture only if there are no other regions.
    """
    import numpy as np

    counts = targets[..., WEIGHT] > 0
    composed = counts[:, 1:].any(axis=1)
    single = counts & (targets[..., NOBODY] == 0)
    single[:, 0] &= ~composed
    parts: NDArray[np.bool_] = (targets[..., HEAD:] > 0) & single[..., np.newaxis]
    return np.ascontiguousarray(parts)


def with_bodies(
    margins: NDArray[np.float32], parts: NDArray[np.bool_], body: float
) -> NDArray[np.float32]:
    """Maps [n, rows, columns] above their minimum, 0 outside of `parts`
    [n, parts, rows, columns]; each cell has at least `body` of the one above it in its part."""
    import numpy as np

    above = margins - margins.min(axis=(1, 2), keepdims=True)
    wanted = np.where(np.any(parts, axis=1), above, 0).astype(np.float32)
    joined = np.any(parts[:, :, 1:] & parts[:, :, :-1], axis=1)
    for row in range(1, wanted.shape[1]):
        fallen = np.where(joined[:, row - 1], body * wanted[:, row - 1], 0)
        wanted[:, row] = np.maximum(wanted[:, row], fallen)
    return wanted
