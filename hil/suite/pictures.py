"""The synthetic images by name; the names are known without importing numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hil.images import Photo
    from hil.wire.replies import FrameSize

SYNTHETIC = ("black", "white", "noise", "gradient-x", "gradient-y", "checkerboard", "extremes")


def synthetic_photo(name: str) -> Photo:
    """One of `hil.images.synthetic()`."""
    from hil.images import synthetic

    return next(photo for photo in synthetic() if photo.name == name)


def synthetic_frame(name: str, frame: FrameSize) -> Photo:
    """The same as a raw frame, in colour where frames are."""
    from hil.images import synthetic

    made = synthetic(size=(frame.rows, frame.columns), channels=frame.format.channels)
    return next(photo for photo in made if photo.name == name)


def as_frame(photo: Photo, frame: FrameSize) -> Photo:
    """A photograph as a camera with these frames would have taken it."""
    from hil.images import load

    assert photo.path is not None  # a photograph comes from a file
    size = frame.rows, frame.columns
    return load(photo.path, resize=True, size=size, channels=frame.format.channels)
