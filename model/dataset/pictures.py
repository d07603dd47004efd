"""One picture of an input as a small gray file of the data set.

Whole, upright, 8-bit gray, shrunk by area so that the shorter side has the wanted
length; a smaller one keeps its size. Nothing is cut away, so that boxes in fractions
stay as they are. A file that has this form already is copied, without a second loss.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hil.errors import UsageError
from hil.samples.labels import Box
from model.dataset.header import BadPictureError, Header, read_header
from model.dataset.inputs import Candidate
from model.dataset.rule import turned

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

JPEG, PNG = "jpeg", "png"
_SUFFIXES = {JPEG: (".jpg", ".jpeg"), PNG: (".png",)}
_MAGIC = {JPEG: b"\xff\xd8", PNG: b"\x89PNG"}
_EXIF = (b"Exif\x00\x00", b"eXIf")
_QUALITY = 95


@dataclass(frozen=True, slots=True)
class Form:
    """How pictures are stored. `pixels`: a larger picture is refused before it is decoded."""

    shorter_side: int = 128
    format: str = JPEG
    pixels: int = 100_000_000

    def file(self, candidate: Candidate) -> str:
        """The picture's path below `images/`: the original name, which never changes."""
        suffixes = _SUFFIXES[self.format]
        return candidate.key + ("" if candidate.key.lower().endswith(suffixes) else suffixes[0])

    def describe(self) -> str:
        """What decides the stored bytes."""
        quality = f" {_QUALITY}" if self.format == JPEG else ""
        return f"{self.shorter_side} {self.format}{quality}"


@dataclass(frozen=True, slots=True)
class Made:
    """A stored picture. `sha256`: of the original file. `crc`: CRC-32 of the stored one."""

    sha256: str
    header: Header
    size: tuple[int, int]
    crc: int


def make(candidate: Candidate, form: Form, target: Path) -> Made:
    """Reads, shrinks and stores one picture, atomically.

    Raises:
        BadPictureError: the picture cannot be used.
        OSError: it cannot be written.
    """
    try:
        data = candidate.path.read_bytes()
    except OSError as error:
        raise BadPictureError(f"cannot read the file: {error.strerror}") from error
    header = read_header(data)
    width, height = header.size
    if width * height > form.pixels:
        limit = f"{form.pixels / 1e6:g} megapixels"
        raise BadPictureError(f"{width}x{height} pixels is over the limit of {limit}")
    original, changes = _gray(data, candidate.path, header)
    pixels = _shrunk(original, form.shorter_side)
    # Exif data may name a place or a camera; a copy would carry it along.
    plain = data.startswith(_MAGIC[form.format]) and not any(mark in data for mark in _EXIF)
    copied = plain and not changes and pixels is original
    encoded = data if copied else _encoded(pixels, form)
    target.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(target, encoded)
    size = pixels.shape[1], pixels.shape[0]
    return Made(hashlib.sha256(data).hexdigest(), header, size, zlib.crc32(encoded))


def upright_boxes(candidate: Candidate, header: Header) -> tuple[Box, ...]:
    """The candidate's boxes as boxes of the upright picture.

    Annotations do not say whether they mean the picture as stored or as turned by its
    Exif orientation, but their size tells where width and height are swapped.

    Raises:
        BadPictureError: the size fits neither, or cannot tell.
    """
    stored, upright, said = header.size, header.upright, candidate.size
    fitting = (upright,) if candidate.upright else (upright, stored)
    if said is not None and said not in fitting:
        found = " or ".join(f"{w}x{h}" for w, h in dict.fromkeys(fitting))
        raise BadPictureError(f"{found} pixels; the annotations say {said[0]}x{said[1]}")
    if header.orientation == 1 or candidate.upright or not candidate.boxes:
        return candidate.boxes
    if stored == upright:
        raise BadPictureError(
            f"turned by its Exif orientation ({header.orientation}), and nothing tells whether the "
            "boxes are of the turned picture: save it upright"
        )
    if said == stored:
        return tuple(turned(box, header.orientation) for box in candidate.boxes)
    return candidate.boxes


def write_atomically(path: Path, data: bytes) -> None:
    """Writes a file so that it is there whole or not at all."""
    # Always the same name: what a killed run left is overwritten when that file's turn comes.
    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _gray(data: bytes, path: Path, header: Header) -> tuple[NDArray[np.uint8], list[str]]:
    from hil.images import decode

    try:
        pixels, changes = decode(data, path)
    except UsageError as error:
        raise BadPictureError(error.message) from error
    if (pixels.shape[1], pixels.shape[0]) != header.upright:
        shape = f"{pixels.shape[1]}x{pixels.shape[0]}"
        said = f"{header.upright[0]}x{header.upright[1]}"
        raise BadPictureError(f"decodes to {shape} pixels, its header says {said}")
    return pixels, changes


def _shrunk(pixels: NDArray[np.uint8], shorter_side: int) -> NDArray[np.uint8]:
    import cv2
    import numpy as np

    height, width = pixels.shape
    shorter = min(height, width)
    if shorter <= shorter_side:
        return pixels
    # Integers, so that every machine rounds alike.
    size = tuple((2 * side * shorter_side + shorter) // (2 * shorter) for side in (width, height))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _encoded(pixels: NDArray[np.uint8], form: Form) -> bytes:
    import cv2

    parameters = [cv2.IMWRITE_JPEG_QUALITY, _QUALITY] if form.format == JPEG else []
    try:
        done, encoded = cv2.imencode(_SUFFIXES[form.format][0], pixels, parameters)
    except cv2.error:  # such as a side beyond what the format can hold
        done = False
    if not done:
        raise BadPictureError(f"{pixels.shape[1]}x{pixels.shape[0]} pixels cannot be stored")
    return encoded.tobytes()
