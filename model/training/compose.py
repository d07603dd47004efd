"""Samples and what is known of their parts.

Image-level labels know nothing of places. A picture that is put together does: of a
mosaic of four photographs, each quarter has a label, and so each part of the class
activation map has one. Mosaics (Bochkovskiy et al. 2020) and CutMix (Yun et al., ICCV
2019) are made here with borders between cells of the map.

A target is what one region of the map should say: the mean logits of its cells are held
against its label.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from model.training.augment import augmented

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from model.training.recipe import Recipe

REGIONS = 5
"""The whole image, and up to four parts."""

WANTED, WEIGHT, NOBODY = 0, 1, 2
"""Columns of a target in front of its cells."""

HEAD = 3


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A picture, whether it shows a person, and what the network should say of it, 0 to 1."""

    pixels: NDArray[np.uint8]
    person: bool
    wanted: float


Draw = Callable[[], Drawn]


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """`image`: uint8 [height, width]. `targets`: float32 [REGIONS, HEAD + cells]; a row has
    what is wanted, weight, 1 if the labels say that nobody is there, the share of each cell."""

    image: NDArray[np.uint8]
    targets: NDArray[np.float32]


def compose(
    draw: Draw,
    size: tuple[int, int],
    grid: tuple[int, int],
    recipe: Recipe,
    random: np.random.Generator,
) -> Sample:
    """One sample: a single picture, a mosaic or a CutMix.

    Args:
        draw: the next picture and label.
        size: (height, width) of the sample.
        grid: rows and columns of the map; they divide the size.
        recipe: how often what.
        random: what decides.
    """
    import numpy as np

    targets = np.zeros((REGIONS, HEAD + grid[0] * grid[1]), np.float32)
    kind = random.random()
    if kind < recipe.mosaic:
        image = _mosaic(draw, size, grid, recipe, random, targets)
    elif kind < recipe.mosaic + recipe.cutmix:
        image = _cutmix(draw, size, grid, recipe, random, targets)
    else:
        drawn = draw()
        image = augmented(drawn.pixels, size, recipe, random)
        _set(targets, 0, [drawn], 1.0, np.ones(grid, bool))
    return Sample(image, targets)


def _mosaic(
    draw: Draw,
    size: tuple[int, int],
    grid: tuple[int, int],
    recipe: Recipe,
    random: np.random.Generator,
    targets: NDArray[np.float32],
) -> NDArray[np.uint8]:
    import numpy as np

    image = np.empty(size, np.uint8)
    row, column = (int(random.integers(2, side - 1)) for side in grid)
    tiles = []
    for rows in (slice(0, row), slice(row, grid[0])):
        for columns in (slice(0, column), slice(column, grid[1])):
            tiles.append(draw())
            cells = np.zeros(grid, bool)
            cells[rows, columns] = True
            _place(image, tiles[-1], (rows, columns), grid, recipe, random)
            _set(targets, len(tiles), tiles[-1:], float(cells.mean()), cells)
    _set(targets, 0, tiles, recipe.global_weight, np.ones(grid, bool))
    return image


def _cutmix(
    draw: Draw,
    size: tuple[int, int],
    grid: tuple[int, int],
    recipe: Recipe,
    random: np.random.Generator,
    targets: NDArray[np.float32],
) -> NDArray[np.uint8]:
    import numpy as np

    base, other = draw(), draw()
    image = augmented(base.pixels, size, recipe, random)
    height, width = (int(random.integers(2, side - 1)) for side in grid)
    row = int(random.integers(grid[0] - height + 1))
    column = int(random.integers(grid[1] - width + 1))
    part = slice(row, row + height), slice(column, column + width)
    _place(image, other, part, grid, recipe, random)
    mask = np.zeros(grid, bool)
    mask[part] = True
    inside = float(mask.mean())
    _set(targets, 1, [other], inside, mask)
    # Whether the person of the base is still to be seen is not known.
    if not base.person or inside < 0.3:
        _set(targets, 2, [base], 1 - inside, ~mask)
    _set(targets, 0, [base, other], recipe.global_weight, np.ones(grid, bool))
    return image


def _place(
    image: NDArray[np.uint8],
    tile: Drawn,
    part: tuple[slice, slice],
    grid: tuple[int, int],
    recipe: Recipe,
    random: np.random.Generator,
) -> None:
    """Puts a view of a picture into some rows and columns of cells."""
    rows, columns = (
        slice(cells.start * (pixels // count), cells.stop * (pixels // count))
        for cells, pixels, count in zip(part, image.shape, grid, strict=True)
    )
    shape = rows.stop - rows.start, columns.stop - columns.start
    image[rows, columns] = augmented(tile.pixels, shape, recipe, random)


def _set(
    targets: NDArray[np.float32],
    region: int,
    parts: Sequence[Drawn],
    weight: float,
    cells: NDArray[np.bool_],
) -> None:
    """A region shows a person if one of its parts does."""
    wanted = max(part.wanted for part in parts)
    nobody = not any(part.person for part in parts)
    targets[region, :HEAD] = wanted, weight, float(nobody)
    targets[region, HEAD:] = cells.ravel() / cells.sum()
