"""Images that fix the quantization: what the converter may assume about real ones.

Photographs, mirrored, cropped, brighter, darker and noisy, so that the ranges
of all activations are seen; and one all-black and one all-white image, so that
the input's range is exactly -1 to 127/128. That gives scale 1/128 and zero point
0, and the int8 input is then simply pixel - 128.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

SIDE = 96
MINIMUM_IMAGES = 32
"""Fewer leave ranges to chance; TensorFlow's guide asks for about 100 and more."""


def read_photographs(folder: Path) -> NDArray[np.uint8]:
    """Every PNG in `folder` in order of name, uint8 [images, 96, 96].

    Raises:
        UsageError: no such pictures, or one that is not 96x96 gray.
    """
    import cv2
    import numpy as np

    pictures = []
    for path in sorted(folder.glob("*.png")):
        pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        if pixels is None or pixels.shape != (SIDE, SIDE) or pixels.dtype != np.uint8:
            raise UsageError(
                "not a 96x96 8-bit gray PNG", where=str(path), hint="crop and convert it first"
            )
        pictures.append(pixels)
    if not pictures:
        raise UsageError(
            "no PNG to calibrate with", where=str(folder), hint="give a folder of 96x96 gray PNGs"
        )
    return np.stack(pictures).astype(np.uint8)


def calibration_images(photographs: NDArray[np.uint8], *, seed: int) -> NDArray[np.uint8]:
    """Variants of the photographs, then noise, black and white: uint8 [images, 96, 96]."""
    import numpy as np

    random = np.random.Generator(np.random.PCG64(seed))
    images: list[NDArray[Any]] = []
    for picture in photographs:
        wide = picture.astype(np.int64)
        images += [picture, picture[:, ::-1], _random_crop(picture, random)]
        images.append(np.clip(wide * 3 // 2, 0, 255))
        images.append(wide // 2)
        images.append(np.clip(wide + random.integers(-32, 33, (SIDE, SIDE)), 0, 255))
    images += list(random.integers(0, 256, (4, SIDE, SIDE)))
    images += [np.zeros((SIDE, SIDE)), np.full((SIDE, SIDE), 255)]
    return np.stack(images).astype(np.uint8)


def _random_crop(picture: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """A square of 60 to 90 pixels, enlarged again by repeating pixels."""
    import numpy as np

    side = int(random.integers(60, 91))
    row, column = (int(value) for value in random.integers(0, SIDE - side + 1, 2))
    index = np.arange(SIDE) * side // SIDE
    return picture[row + index][:, column + index]


def to_input(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The network's real input: uint8 [n, 96, 96] to float32 [n, 96, 96, 1], (p - 128) / 128."""
    import numpy as np

    return ((images.astype(np.float32) - 128.0) / 128.0)[..., None]


def check_calibration_images(images: NDArray[np.uint8]) -> None:
    """Refuses a set that would give wrong or degenerate ranges.

    Raises:
        UsageError: too few images, all alike, or pixels 0 and 255 not both present.
    """
    problem = _problem(images)
    if problem is not None:
        raise UsageError(
            f"cannot calibrate: {problem[0]}", where="calibration images", hint=problem[1]
        )


def _problem(images: NDArray[np.uint8]) -> tuple[str, str] | None:
    import numpy as np

    count = len(images)
    if count < MINIMUM_IMAGES:
        return f"{count} images, at least {MINIMUM_IMAGES} are needed", "give more photographs"
    varied = [image for image in images if image.min() != image.max()]
    distinct = len(_unique(varied))
    if distinct < MINIMUM_IMAGES:
        return (
            f"only {distinct} different images that are not of one brightness, "
            f"at least {MINIMUM_IMAGES} are needed",
            "give real photographs, not copies or blank frames",
        )
    if int(np.min(images)) != 0 or int(np.max(images)) != 255:
        return (
            f"pixels span {int(np.min(images))} to {int(np.max(images))}, not 0 to 255",
            "add a black and a white image: they fix the input's scale at 1/128",
        )
    return None


def _unique(images: Sequence[NDArray[np.uint8]]) -> set[bytes]:
    return {image.tobytes() for image in images}
