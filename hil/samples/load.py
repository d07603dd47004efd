"""One sample of a data set, as the bytes that a network takes."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hil.errors import UsageError
from hil.images import Fit
from hil.network.arrays import picture_input
from hil.samples.labels import Entry

if TYPE_CHECKING:
    from hil.network.contract import Contract


@dataclass(frozen=True, slots=True)
class Loaded:
    """A sample. `problem`: why there is none, instead of its data.

    Attributes:
        data: the bytes of all inputs, one behind the other.
        file_crc: CRC-32 of the file.
        size: (width, height) of the upright picture; None for other samples.
        clamped: how many values lay outside of the input's range.
    """

    data: bytes | None = None
    file_crc: int = 0
    size: tuple[int, int] | None = None
    problem: str = ""
    clamped: int = 0


def load_sample(folder: Path, entry: Entry, contract: Contract, fit: Fit = "crop") -> Loaded:
    """Reads one sample of a data set; never raises for a bad one."""
    from hil.images import load

    path = entry.path(folder)
    image = contract.image
    try:
        crc = file_crc(path)
        if image is None:
            why = "; ".join(contract.notes) or "the network's input is no picture"
            return Loaded(problem=f"{entry.file}: {why}")
        photo = load(path, resize=True, size=(image.rows, image.columns), fit=fit)
        data = picture_input(contract.header, photo.pixels).tobytes()
    except OSError as error:
        return Loaded(problem=f"{entry.file}: {error.strerror}")
    except UsageError as error:
        return Loaded(problem=f"{entry.file}: {error.message}")
    if entry.size is not None and entry.size != photo.original_size:
        said, found = ("x".join(map(str, size)) for size in (entry.size, photo.original_size))
        return Loaded(problem=f"{entry.file} is {found} pixels, the labels say {said}")
    return Loaded(data, crc, photo.original_size)


def file_crc(path: Path) -> int:
    """CRC-32 of a file's bytes."""
    return zlib.crc32(path.read_bytes())
