"""The pictures of the simulated board's camera, as frames in both formats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hil.errors import UsageError
from hil.images import Photo, load, synthetic
from hil.network.frame_format import CAMERA, packed_frame
from hil.wire.enums import FrameFormat

SYNTHETIC = "synthetic"
"""Instead of a folder: the images of `hil.images.synthetic`."""

PERIOD_S = 0.04
"""From one frame to the next, as of a camera with 25 a second."""

_MOST = 256
_SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp"}


@dataclass(frozen=True)
class Camera:
    """A camera that shows these frames in turn: gray ones, one behind the other, then as many of
    RGB565."""

    frames: bytes
    count: int
    period_us: int = round(PERIOD_S * 1e6)


def open_camera(
    pictures: str | Sequence[str], period_s: float = PERIOD_S, *, where: str = "--camera"
) -> Camera:
    """A camera that sees these files, the pictures of a folder by name, or "synthetic".

    `where` they are named, for messages. Raises UsageError for what is no picture, or for none or
    too many.
    """
    try:
        return _camera(pictures, period_s)
    except UsageError as error:
        error.where = error.where or where
        raise


def _camera(pictures: str | Sequence[str], period_s: float) -> Camera:
    if not 0.0 <= period_s <= 60.0:
        raise _unusable(f"frames every {period_s:g} s", "give seconds from 0 to 60")
    if pictures == SYNTHETIC:
        seen = [synthetic(size=CAMERA, channels=format_.channels) for format_ in FrameFormat]
    else:
        files = _files(pictures)
        seen = [tuple(_seen(file, format_) for file in files) for format_ in FrameFormat]
    count = len(seen[0])
    if not 0 < count <= _MOST:
        hint = f"give a folder with 1 to {_MOST} files of {', '.join(sorted(_SUFFIXES))}"
        raise _unusable(f"{count} pictures", hint)
    frames = b"".join(
        packed_frame(photo.pixels, format_)
        for format_, photos in zip(FrameFormat, seen, strict=True)
        for photo in photos
    )
    return Camera(frames, count, round(period_s * 1e6))


def _files(pictures: str | Sequence[str]) -> list[Path]:
    if not isinstance(pictures, str):
        return [Path(each) for each in pictures]
    folder = Path(pictures)
    if not folder.is_dir():
        raise _unusable(f"there is no folder {pictures!r}", f"name one, or write {SYNTHETIC}")
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES)


def _seen(file: Path, format_: FrameFormat) -> Photo:
    return load(file, resize=True, size=CAMERA, channels=format_.channels)


def _unusable(what: str, hint: str) -> UsageError:
    return UsageError(f"the simulated board's camera: {what}", hint=hint)
