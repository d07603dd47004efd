"""Photographs and synthetic images as the model's input.

The input is int8 with value = pixel - 128, as in the person_detection example of
TensorFlow Lite Micro.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from hil.base.file_names import plain
from hil.base.orientation import TIFF_STARTS, UPRIGHT, orientation, turned_upright
from hil.base.text_file import read_bytes
from hil.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

INPUT_SIZE = (96, 96)
"""(height, width) of the input in pixels."""

Fit = Literal["crop", "squash"]
"""How a picture of another shape becomes the input: its centred part of the same shape, or
the whole picture, with its sides scaled by different factors."""

FITS: tuple[Fit, ...] = get_args(Fit)

_JPEG_START, _JPEG_SCAN, _JPEG_END = b"\xff\xd8", b"\xff\xda", b"\xff\xd9"


@dataclass(frozen=True, eq=False)
class Photo:
    """A picture of the input's size.

    Attributes:
        name: file name without suffix.
        pixels: uint8 [height, width] of a gray one, [height, width, 3] in the order red, green,
            blue of one in colour.
        notes: what was done to the file's picture, in words.
        path: the file; None for a synthetic image.
        original_size: (width, height) of the file's picture.
    """

    name: str
    pixels: NDArray[np.uint8]
    notes: tuple[str, ...] = ()
    path: Path | None = None
    original_size: tuple[int, int] = (INPUT_SIZE[1], INPUT_SIZE[0])

    @property
    def tensor(self) -> NDArray[np.int8]:
        """The model's input, int8 [height, width]."""
        return to_tensor(self.pixels)


def load(
    path: str | Path,
    *,
    resize: bool = False,
    size: tuple[int, int] = INPUT_SIZE,
    fit: Fit = "crop",
    channels: int = 1,
) -> Photo:
    """Reads a picture (PNG, JPEG and what else OpenCV decodes), as gray or in colour.

    In this order: turned as its EXIF orientation says; 16 bits rounded to 8;
    transparent pixels laid on white; colour to gray with the BT.601 weights, or gray to three
    equal channels; with `resize`, the largest centred part of the wanted shape is cut out and
    averaged by area (or interpolated bilinearly where it is smaller than wanted). With the fit
    "squash" nothing is cut off, and the whole picture is scaled instead, each side by
    itself. Every step that changed something is in `notes`.

    Args:
        path: the file.
        resize: accept other sizes.
        size: (height, width) that is wanted.
        fit: what becomes of a picture of another shape.
        channels: 1 for gray, 3 for red, green and blue.

    Raises:
        UsageError: missing, empty, truncated or no picture, or another size
            without `resize`.
    """
    path = Path(path)
    data = read_bytes(path, "the picture")
    return photo_of(data, path, resize=resize, size=size, fit=fit, channels=channels)


def photo_of(
    data: bytes, path: Path, *, resize: bool, size: tuple[int, int], fit: Fit, channels: int
) -> Photo:
    """As `load`, of a file's bytes. `path`: its name, for messages."""
    picture, notes = decode(data, path, channels)
    height, width = picture.shape[:2]
    if (height, width) != size:
        if not resize:
            raise UsageError(
                f"the picture is {width}x{height} pixels, not {size[1]}x{size[0]}",
                where=str(path),
                hint="cut out its centre and shrink it with --photos-resize (in Python with "
                "resize=True), or scale the file",
            )
        picture = _fit(picture, size, fit, notes)
    return Photo(plain(path.stem), _frozen(picture), tuple(notes), path, (width, height))


def decode(data: bytes, path: Path, channels: int = 1) -> tuple[NDArray[np.uint8], list[str]]:
    """A file's whole picture as `load` sees it before it cuts: upright, 8 bits, gray or RGB.

    Args:
        data: the file's bytes.
        path: its name, for messages.
        channels: 1 for gray, 3 for red, green and blue.

    Returns:
        uint8 [height, width] or [height, width, 3], and what was done to the picture, in words.

    Raises:
        UsageError: empty, truncated or no picture; another number of channels.
    """
    if channels not in (1, 3):
        raise UsageError(f"a picture of {channels} channels", hint="give 1 for gray, 3 for colour")
    picture, notes = _decode(data, path)
    if picture.dtype == "uint16":
        picture = _to_8_bits(picture)
        notes.append("16 bits per channel rounded to 8")
    if picture.ndim == 3 and picture.shape[2] == 4:
        picture = _on_white(picture, notes)
    return (_to_gray if channels == 1 else _to_rgb)(picture, notes), notes


def as_png(pixels: NDArray[np.uint8]) -> bytes:
    """8-bit pixels, gray or [height, width, 3] of red, green, blue, as a PNG file."""
    import cv2

    done, data = cv2.imencode(".png", pixels if pixels.ndim == 2 else pixels[..., ::-1])
    assert done  # uint8 pixels can always be encoded
    return data.tobytes()


def to_tensor(pixels: NDArray[np.uint8]) -> NDArray[np.int8]:
    """uint8 pixels of any shape as the model's int8 values: pixel - 128."""
    import numpy as np

    if pixels.dtype != np.uint8:
        raise UsageError(f"pixels are {pixels.dtype}, not uint8", hint="use hil.images.load")
    flipped: NDArray[np.uint8] = pixels ^ np.uint8(0x80)
    return flipped.view(np.int8)


def from_tensor(tensor: NDArray[np.int8]) -> NDArray[np.uint8]:
    """The inverse of `to_tensor`."""
    import numpy as np

    pixels: NDArray[np.uint8] = tensor.view(np.uint8) ^ np.uint8(0x80)
    return pixels


def image_crc(tensor: NDArray[np.int8]) -> int:
    """CRC-32 (zlib) of the int8 bytes as sent."""
    return zlib.crc32(tensor.tobytes())


def synthetic(
    seed: int = 1, size: tuple[int, int] = INPUT_SIZE, channels: int = 1
) -> tuple[Photo, ...]:
    """Images with a point: extremes, gradients that tell x from y, noise.

    black and white give flat maps; `extremes` alternates int8 -128 and 127 from
    pixel to pixel, which drives accumulators furthest. Of three `channels` (pixels uint8
    [height, width, 3]) green is the opposite of red, and blue half of it, so that channels in
    another order are seen.
    """
    import numpy as np

    height, width = size
    rows, columns = np.indices(size)
    patterns: dict[str, Any] = {
        "black": np.zeros(size),
        "white": np.full(size, 255),
        "noise": np.random.default_rng(seed).integers(0, 256, size),
        "gradient-x": columns * 255 // max(width - 1, 1),
        "gradient-y": rows * 255 // max(height - 1, 1),
        "checkerboard": (rows * 6 // height + columns * 6 // width) % 2 * 255,
        "extremes": (rows + columns) % 2 * 255,
    }
    if channels == 3:
        patterns = {name: _in_colour(name, gray, seed) for name, gray in patterns.items()}
    return tuple(
        Photo(name, _frozen(pattern.astype(np.uint8)), original_size=(width, height))
        for name, pattern in patterns.items()
    )


def _in_colour(name: str, gray: NDArray[Any], seed: int) -> NDArray[Any]:
    import numpy as np

    if name == "noise":
        return np.random.default_rng(seed).integers(0, 256, (*gray.shape, 3))
    planes = [gray] * 3 if name in ("black", "white") else [gray, 255 - gray, gray // 2]
    return np.stack(planes, axis=-1)


def used_part(
    original: tuple[int, int], size: tuple[int, int] = INPUT_SIZE, fit: Fit = "crop"
) -> tuple[int, int, int, int]:
    """What `load` uses of a picture: left, top, width and height in its pixels.

    Args:
        original: (width, height) of the upright picture.
        size: (height, width) that is wanted.
        fit: "squash" uses all of it.
    """
    width, height = original
    if fit == "squash":
        return 0, 0, width, height
    part_height = min(height, width * size[0] // size[1]) or 1
    part_width = min(width, height * size[1] // size[0]) or 1
    return (width - part_width) // 2, (height - part_height) // 2, part_width, part_height


def _decode(data: bytes, path: Path) -> tuple[NDArray[Any], list[str]]:
    """The picture as OpenCV gives it: gray or BGR or BGRA, 8 or 16 bits, turned upright."""
    import cv2
    import numpy as np

    if not data:
        raise UsageError("the file is empty", where=str(path), hint="copy the picture again")
    if data.startswith(_JPEG_START) and _JPEG_END not in data[data.rfind(_JPEG_SCAN) :]:
        # Decoders fill the rest with gray and call it a success.
        raise UsageError(
            "the JPEG is truncated: it has no end marker",
            where=str(path),
            hint="copy the picture again",
        )
    # The one mode that keeps alpha. It turns no picture but a TIFF, in every version of OpenCV;
    # others depend on format and version, so that the turning is done here.
    picture = _picture(data, path, cv2.IMREAD_UNCHANGED)
    if picture.dtype not in (np.uint8, np.uint16):
        raise UsageError(
            f"the picture has {picture.dtype} pixels", where=str(path), hint="save it with 8 bits"
        )
    turn = orientation(data)
    if turn == UPRIGHT:
        return picture, []
    if not data.startswith(TIFF_STARTS):
        picture = np.ascontiguousarray(turned_upright(picture, turn))
    return picture, ["turned as its EXIF orientation says"]


def _picture(data: bytes, path: Path, mode: int) -> NDArray[Any]:
    import cv2
    import numpy as np

    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), mode)
    except cv2.error:  # such as a header with a size beyond OpenCV's limits
        picture = None
    if picture is None:
        raise UsageError(
            "not a picture, or a damaged one", where=str(path), hint="give a PNG or JPEG file"
        )
    return picture


def _to_8_bits(picture: NDArray[Any]) -> NDArray[np.uint8]:
    import numpy as np

    rounded: NDArray[np.uint8] = ((picture.astype(np.uint32) * 255 + 32767) // 65535).astype("u1")
    return rounded


def _on_white(picture: NDArray[Any], notes: list[str]) -> NDArray[Any]:
    import numpy as np

    alpha = picture[..., 3:].astype(np.uint32)
    if alpha.min() < 255:
        notes.append("transparent pixels laid on white")
    on_white: NDArray[Any] = (picture[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255
    return on_white.astype(np.uint8)


def _to_gray(picture: NDArray[Any], notes: list[str]) -> NDArray[Any]:
    import cv2

    if _is_gray(picture):
        return picture if picture.ndim == 2 else picture[..., 0]
    notes.append("colour converted to gray (BT.601)")
    return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)


def _to_rgb(picture: NDArray[Any], notes: list[str]) -> NDArray[Any]:
    import numpy as np

    if _is_gray(picture):
        notes.append("gray: the channels are equal")
    if picture.ndim == 2:
        return np.repeat(picture[:, :, None], 3, axis=2)
    return picture[..., ::-1]  # OpenCV has blue first


def _is_gray(picture: NDArray[Any]) -> bool:
    import numpy as np

    return picture.ndim == 2 or np.array_equal(picture, picture[..., [0, 0, 0]])


def _fit(picture: NDArray[Any], size: tuple[int, int], fit: Fit, notes: list[str]) -> NDArray[Any]:
    height, width = picture.shape[:2]
    left, top, part_width, part_height = used_part((width, height), size, fit)
    part = picture[top : top + part_height, left : left + part_width]
    if part.shape != picture.shape:
        notes.append(f"centre of {part_width}x{part_height} cut out of {width}x{height}")
    squashed = part_width * size[0] != part_height * size[1] and fit == "squash"
    done = "squashed" if squashed else "averaged" if part_height >= size[0] else "enlarged"
    notes.append(f"{done} to {size[1]}x{size[0]}")
    # Averaging is for shrinking alone; a side that grows does so afterwards.
    smaller = min(part_height, size[0]), min(part_width, size[1])
    return _resized(_resized(part, smaller, averaged=True), size, averaged=False)


def _resized(picture: NDArray[Any], size: tuple[int, int], *, averaged: bool) -> NDArray[Any]:
    import cv2
    import numpy as np

    if picture.shape[:2] == size:
        return picture
    how = cv2.INTER_AREA if averaged else cv2.INTER_LINEAR
    return cv2.resize(np.ascontiguousarray(picture), (size[1], size[0]), interpolation=how)


def _frozen(pixels: NDArray[Any]) -> NDArray[Any]:
    import numpy as np

    pixels = np.ascontiguousarray(pixels)
    pixels.flags.writeable = False
    return pixels
