"""The pictures of the simulated board's camera, as frames in both formats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hil.base.text_file import read_bytes
from hil.errors import UsageError
from hil.images import Photo, photo_of, synthetic
from hil.network.frame_format import CAMERA, packed_frame
from hil.wire.enums import FrameFormat

SYNTHETIC = "synthetic"
"""Instead of a folder: the images of `hil.images.synthetic`."""

PERIOD_S = 0.04
"""From one frame to the next, as of a camera with 25 a second."""

_MOST = 256
_SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp"}
_VIDEOS = {".mp4", ".avi", ".mov", ".mkv", ".webm", ".m4v", ".mpg"}


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
    """A camera that sees these files, the pictures of a folder by name, a video, or "synthetic".

    Of a video that has more frames than a camera holds some are chosen, evenly. `where` they are
    named, for messages. Raises UsageError for what is no picture, or for none or too many.
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
        seen = list(zip(*map(_synthetic, FrameFormat), strict=True))
    else:
        seen = [tuple(_seen(one, format_) for format_ in FrameFormat) for one in _shown(pictures)]
    frames = b"".join(
        packed_frame(photos[number].pixels, format_)
        for number, format_ in enumerate(FrameFormat)
        for photos in seen
    )
    return Camera(frames, len(seen), round(period_s * 1e6))


def _shown(pictures: str | Sequence[str]) -> Iterator[tuple[Path, bytes]]:
    """Name and content of each file; of a video those of its frames, as if they were files."""
    place = Path(pictures) if isinstance(pictures, str) else None
    if place is None:
        files = [Path(each) for each in pictures]
    elif place.is_dir():
        files = sorted(path for path in place.iterdir() if path.suffix.lower() in _SUFFIXES)
    elif place.suffix.lower() in _VIDEOS and place.is_file():
        yield from _frames(place)
        return
    else:
        what = f"there is no folder or video {pictures!r}"
        raise _unusable(what, f"name one, or write {SYNTHETIC}")
    if not 0 < len(files) <= _MOST:
        hint = (
            f"give a video, or a folder with 1 to {_MOST} files of {', '.join(sorted(_SUFFIXES))}"
        )
        raise _unusable(f"{len(files)} pictures", hint)
    for file in files:
        yield file, read_bytes(file, "the picture")


def _frames(video: Path) -> Iterator[tuple[Path, bytes]]:
    """Frames of a video, at most so many as a camera holds, each as a picture without loss."""
    import cv2

    opened = cv2.VideoCapture(str(video))
    try:
        told = int(opened.get(cv2.CAP_PROP_FRAME_COUNT))  # some files tell none, or too many
        step = max(1, -(-told // _MOST))
        for number in range(_MOST):
            good, frame = opened.read()
            if not good and number == 0:
                raise _unusable(
                    f"no frame can be read of {video}", "give a video that OpenCV reads"
                )
            if not good:
                return
            yield video, cv2.imencode(".bmp", frame)[1].tobytes()
            for _ in range(step - 1):
                opened.grab()
    finally:
        opened.release()


def _synthetic(format_: FrameFormat) -> tuple[Photo, ...]:
    return synthetic(size=CAMERA, channels=format_.channels)


def _seen(one: tuple[Path, bytes], format_: FrameFormat) -> Photo:
    file, data = one
    return photo_of(data, file, resize=True, size=CAMERA, fit="crop", channels=format_.channels)


def _unusable(what: str, hint: str) -> UsageError:
    return UsageError(f"the simulated board's camera: {what}", hint=hint)
