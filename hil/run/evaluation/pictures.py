"""One picture of a data set as the model's input."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hil.errors import UsageError
from hil.images import INPUT_SIZE
from hil.samples.labels import Entry
from hil.samples.load import file_crc

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.images import Fit


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A picture of the input's size. `problem`: why there is none, instead of its pixels.

    `pixels`: uint8 [height, width]. `file_crc`: CRC-32 of the file. `size`: (width, height) of
    the upright picture.
    """

    pixels: NDArray[np.uint8] | None = None
    file_crc: int = 0
    size: tuple[int, int] = (0, 0)
    problem: str = ""


def load_picture(
    pictures: Path, entry: Entry, size: tuple[int, int] = INPUT_SIZE, fit: Fit = "crop"
) -> Loaded:
    """Reads, cuts or squashes, and shrinks one picture; never raises for a bad one.

    `size`: (height, width) of the input.
    """
    from hil.images import load

    path = entry.path(pictures)
    try:
        crc = file_crc(path)
        photo = load(path, resize=True, size=size, fit=fit)
    except OSError as error:
        return Loaded(problem=f"{entry.file}: {error.strerror}")
    except UsageError as error:
        return Loaded(problem=f"{entry.file}: {error.message}")
    if entry.size is not None and entry.size != photo.original_size:
        said, found = ("x".join(map(str, size)) for size in (entry.size, photo.original_size))
        return Loaded(problem=f"{entry.file} is {found} pixels, the labels say {said}")
    return Loaded(photo.pixels, crc, photo.original_size)
