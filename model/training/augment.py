"""One photograph as the camera might have seen it: moved, scaled, turned, lit otherwise.

What a class activation map learns is where evidence is found. Pictures whose person
always stands in the middle teach it the middle; hence translation and scale first.
Parts may be covered: cut-out (DeVries and Taylor 2017), hide-and-seek (Singh and Lee,
ICCV 2017).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from model.training.recipe import Recipe

GRAY = 128
"""What lies outside of the picture: the input's zero, which is also what padding is."""


def augmented(
    picture: NDArray[np.uint8],
    size: tuple[int, int],
    recipe: Recipe,
    random: np.random.Generator,
) -> NDArray[np.uint8]:
    """A random view of a picture.

    Args:
        picture: uint8 [height, width] of any shape.
        size: (height, width) of the result.
        recipe: how far.
        random: consumed by a number of draws that depends on the draws.
    """
    view = _moved(picture, size, recipe, random)
    view = _lit(view, recipe, random)
    if random.random() < recipe.cutout:
        _cut_out(view, random)
    if random.random() < recipe.hide_and_seek:
        _hide(view, random)
    return view


def _moved(
    picture: NDArray[np.uint8],
    size: tuple[int, int],
    recipe: Recipe,
    random: np.random.Generator,
) -> NDArray[np.uint8]:
    """Crop, shift, turn, stretch and mirror in one interpolation."""
    import cv2
    import numpy as np

    height, width = picture.shape
    rows, columns = size
    # Between the largest part of the wanted shape and the whole picture squashed:
    # both are ways in which cameras and data sets deliver.
    least = min(width / columns, height / rows)
    share = recipe.squash * random.random()
    seen_w = least * columns * (1 - share) + width * share
    seen_h = least * rows * (1 - share) + height * share
    zoom = np.exp(random.uniform(np.log(recipe.zoom[0]), np.log(recipe.zoom[1])))
    stretch = np.exp(random.uniform(-recipe.stretch, recipe.stretch))
    seen_w, seen_h = seen_w * zoom * stretch, seen_h * zoom / stretch
    x = _centre(seen_w, width, random)
    y = _centre(seen_h, height, random)
    angle = np.deg2rad(random.uniform(-recipe.rotation_degrees, recipe.rotation_degrees))
    flip = -1.0 if random.random() < 0.5 else 1.0
    sx, sy = seen_w / columns, seen_h / rows
    cosine, sine = np.cos(angle), np.sin(angle)
    # From the result's pixels to the picture's, pixel centres at .5.
    matrix = np.array([[flip * cosine * sx, -sine * sy], [flip * sine * sx, cosine * sy]])
    shift = np.array([x, y]) - matrix @ (np.array([columns, rows]) / 2)
    shift += matrix @ np.array([0.5, 0.5]) - 0.5
    shrink = max(sx, sy)
    if shrink > 1.5:  # what bilinear interpolation would alias
        picture = cv2.GaussianBlur(picture, (0, 0), 0.4 * shrink).astype(np.uint8)
    view: NDArray[np.uint8] = cv2.warpAffine(
        picture,
        np.column_stack([matrix, shift]),
        (columns, rows),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=GRAY,
    ).astype(np.uint8)
    return view


def _centre(seen: float, full: float, random: np.random.Generator) -> float:
    """The middle of what is seen: inside, or with all of the picture in it."""
    free = abs(full - seen) / 2
    return full / 2 + random.uniform(-free, free)


def _lit(view: NDArray[np.uint8], recipe: Recipe, random: np.random.Generator) -> NDArray[np.uint8]:
    import cv2
    import numpy as np

    if random.random() < recipe.blur:
        view = cv2.GaussianBlur(view, (0, 0), random.uniform(0.3, 1.0)).astype(np.uint8)
    contrast = np.exp(random.uniform(-recipe.contrast, recipe.contrast))
    brightness = 128 * random.uniform(-recipe.brightness, recipe.brightness)
    gamma = np.exp(random.uniform(-recipe.contrast, recipe.contrast))
    levels = 255.0 * (np.arange(256) / 255.0) ** gamma
    levels = np.clip((levels - 128) * contrast + 128 + brightness, 0, 255)
    lit: NDArray[np.uint8] = levels.astype(np.uint8)[view]
    if recipe.noise:
        spread = random.random() * recipe.noise * 255
        grain = random.standard_normal(view.shape, np.float32) * np.float32(spread)
        lit = np.clip(lit + grain, 0, 255).astype(np.uint8)
    return lit


def _cut_out(view: NDArray[np.uint8], random: np.random.Generator) -> None:
    """Covers one rectangle of a tenth to four tenths of each side."""
    rows, columns = view.shape
    height, width = (int(side * random.uniform(0.1, 0.4)) + 1 for side in (rows, columns))
    y, x = int(random.integers(rows - height + 1)), int(random.integers(columns - width + 1))
    view[y : y + height, x : x + width] = int(random.integers(256))


def _hide(view: NDArray[np.uint8], random: np.random.Generator) -> None:
    """Covers each patch of a 4x4 grid with a probability of one half by the mean."""
    import numpy as np

    rows, columns = (side // 4 or 1 for side in view.shape)
    mean = int(view.mean())
    hidden = random.random((4, 4)) < 0.5
    mask = np.kron(hidden, np.ones((rows, columns), bool))[: view.shape[0], : view.shape[1]]
    view[: mask.shape[0], : mask.shape[1]][mask] = mean
