"""One picture of a data set as the model's input."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hil.errors import FirmwareError, UsageError
from hil.facts.evaluation import Answer, pack_answer
from hil.judge.compare import input_size
from hil.samples.labels import Entry

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.images import Fit
    from hil.network.contract import Contract
    from hil.network.location import Location, NoLocation


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A picture as it is sent. `problem`: why it cannot be, instead of a tensor.

    `tensor`: the bytes of the network's input. `file_crc`: CRC-32 of the file. `size`: (width,
    height) of the upright picture.
    """

    tensor: bytes = b""
    file_crc: int = 0
    size: tuple[int, int] = (0, 0)
    problem: str = ""


def load_picture(pictures: Path, entry: Entry, contract: Contract, fit: Fit = "crop") -> Loaded:
    """Reads, cuts or squashes, and shrinks one picture; never raises for a bad one."""
    from hil.images import load
    from hil.network.arrays import picture_input

    path = entry.path(pictures)
    try:
        crc = file_crc(path)
        photo = load(path, resize=True, size=input_size(contract), fit=fit)
    except OSError as error:
        return Loaded(problem=f"{entry.file}: {error.strerror}")
    except UsageError as error:
        return Loaded(problem=f"{entry.file}: {error.message}")
    if entry.size is not None and entry.size != photo.original_size:
        said, found = ("x".join(map(str, size)) for size in (entry.size, photo.original_size))
        return Loaded(problem=f"{entry.file} is {found} pixels, the labels say {said}")
    tensor = picture_input(contract.header, photo.pixels).tobytes()
    return Loaded(tensor, crc, photo.original_size)


def answer_of(
    crc: int,
    scores: tuple[int, ...],
    threshold: int | None,
    location: Location | NoLocation | None,
    cam: NDArray[np.int32] | None,
) -> Answer:
    """One side's answer. Raises FirmwareError for one without score and location."""
    if threshold is None or location is None or not scores:
        raise FirmwareError(
            "an answer without score and location, of a network that has a class activation map",
            hint="flash firmware and model again",
        )
    return pack_answer(crc, scores, threshold, location, cam)


def file_crc(path: Path) -> int:
    """CRC-32 of a file's bytes."""
    return zlib.crc32(path.read_bytes())
