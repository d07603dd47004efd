"""The synthetic images by name; the names are known without importing numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hil.images import Photo

SYNTHETIC = ("black", "white", "noise", "gradient-x", "gradient-y", "checkerboard", "extremes")


def synthetic_photo(name: str, size: tuple[int, int] | None = None) -> Photo:
    """One of `hil.images.synthetic()`; of another size as a raw frame."""
    from hil.images import INPUT_SIZE, synthetic

    return next(photo for photo in synthetic(size=size or INPUT_SIZE) if photo.name == name)


def as_frame(photo: Photo, size: tuple[int, int]) -> Photo:
    """A photograph as a camera with frames of this size would have taken it."""
    from hil.images import load

    assert photo.path is not None  # a photograph comes from a file
    return load(photo.path, resize=True, size=size)
