"""The synthetic images by name; the names are known without importing numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hil.images import Photo

SYNTHETIC = ("black", "white", "noise", "gradient-x", "gradient-y", "checkerboard", "extremes")


def synthetic_photo(name: str) -> Photo:
    """One of `hil.images.synthetic()`."""
    from hil.images import synthetic

    return next(photo for photo in synthetic() if photo.name == name)
