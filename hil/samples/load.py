"""One sample of a data set as the bytes that are sent: picture, arrays, or the bytes themselves."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil.errors import UsageError
from hil.images import INPUT_SIZE
from hil.network.arrays import dtype_of, pack_sample, picture_input, unpack_sample
from hil.network.contract import NO_PICTURE
from hil.network.quantization import quantized
from hil.samples.array_file import RowArray, arrays_of, open_rows
from hil.samples.kinds import ARRAYS, PICTURES, RAW
from hil.samples.labels import Entry

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.images import Fit
    from hil.network.contract import Contract
    from hil.wire.network_header import Tensor

OUTPUT = "output:"
"""How arrays of outputs are named, which stand beside those of inputs and are no input."""

TRUTH_ARRAYS = {"labels": "label", "values": "value", "splits": "split", "groups": "group"}
"""Arrays of a file with a row for each sample that say what is true of it, and of which entry."""

_FLOAT_BYTES = 4
_RAW_HINT = "a .bin has the bytes of all inputs, one behind the other, as they are sent"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A sample. `problem`: why there is none, instead of its data.

    `data`: the bytes of all inputs, as they are sent. `file_crc`: CRC-32 of the file, or of the
    row. `size`: (width, height) of the upright picture; None for other samples. `clamped`: how many
    real values were beyond the range of a quantized input. `notes`: what was done to a picture.
    """

    data: bytes | None = None
    file_crc: int = 0
    size: tuple[int, int] | None = None
    problem: str = ""
    clamped: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture of a wanted size. `problem`: why there is none, instead of its pixels.

    `pixels`: uint8 [height, width] or [height, width, 3]. `file_crc`: CRC-32 of the file. `size`:
    (width, height) of the upright picture.
    """

    pixels: NDArray[np.uint8] | None = None
    file_crc: int = 0
    size: tuple[int, int] = (0, 0)
    problem: str = ""
    notes: tuple[str, ...] = ()


def load_sample(folder: Path, entry: Entry, contract: Contract, fit: Fit = "crop") -> Loaded:
    """Reads one sample and makes it what the network takes; never raises for a bad one.

    Args:
        folder: `DataSet.folder`.
        entry: its line.
        contract: of the network.
        fit: what becomes of a picture of another shape.
    """
    name, suffix = entry.file, Path(entry.file).suffix.lower()
    try:
        if entry.row is not None:
            name = f"row {entry.row}"
            return _of_arrays(_row(folder, entry.row), contract)
        data = entry.path(folder).read_bytes()
        if suffix in ARRAYS:
            return _of_arrays(arrays_of(data, Path(entry.file)), contract, zlib.crc32(data))
        if suffix in RAW:
            return Loaded(_raw(data, contract), zlib.crc32(data))
    except OSError as error:
        return Loaded(problem=f"{name}: {error.strerror}")
    except UsageError as error:
        return Loaded(problem=f"{name}: {error.message}")
    image = contract.image
    if image is None:
        return Loaded(problem=_no_picture(entry, contract))
    seen = read_picture(folder, entry, image.size, fit, image.channels)
    if seen.pixels is None:
        return Loaded(problem=seen.problem)
    tensor = picture_input(contract.header, seen.pixels).tobytes()
    return Loaded(tensor, seen.file_crc, seen.size, notes=seen.notes)


def read_picture(
    folder: Path,
    entry: Entry,
    size: tuple[int, int] = INPUT_SIZE,
    fit: Fit = "crop",
    channels: int = 1,
) -> Picture:
    """Reads, cuts or squashes, and shrinks one picture; never raises for a bad one.

    `size`: (height, width) that is wanted.
    """
    from hil.images import photo_of

    path = entry.path(folder)
    try:
        data = path.read_bytes()
        photo = photo_of(data, path, resize=True, size=size, fit=fit, channels=channels)
    except OSError as error:
        return Picture(problem=f"{entry.file}: {error.strerror}")
    except UsageError as error:
        return Picture(problem=f"{entry.file}: {error.message}")
    if entry.size is not None and entry.size != photo.original_size:
        said, found = ("x".join(map(str, size)) for size in (entry.size, photo.original_size))
        return Picture(problem=f"{entry.file} is {found} pixels, the labels say {said}")
    return Picture(photo.pixels, zlib.crc32(data), photo.original_size, notes=photo.notes)


def source_crc(folder: Path, entry: Entry) -> int:
    """CRC-32 of what a sample is made from, as in `Loaded.file_crc`: of its file, or its row.

    Raises OSError or UsageError where it cannot be read.
    """
    if entry.row is not None:
        return _arrays_crc(_row(folder, entry.row))
    return zlib.crc32(entry.path(folder).read_bytes())


def pack_arrays(arrays: Mapping[str, NDArray[Any]], contract: Contract) -> tuple[bytes, int]:
    """The bytes of a sample, and how many of its values were beyond the range of their input.

    Args:
        arrays: one for each input, by its name; of any name where there is one input. Real values
            of a quantized input are quantized (`hil.network.quantization`). What outputs are,
            or what is true of the sample, may stand beside and is not looked at.
        contract: of the network.

    Raises UsageError, with the input's name, for arrays that do not fit.
    """
    inputs = contract.header.inputs
    given = input_arrays(arrays, contract)
    parts: list[NDArray[Any]] = []
    clamped = 0
    for tensor in inputs:
        array = given[tensor.name]
        if array.dtype.kind == "f" and _is_quantized(tensor):
            array, beyond = quantized(tensor, array)
            clamped += beyond
        parts.append(array)
    return pack_sample(contract.header, parts), clamped


def input_arrays(arrays: Mapping[str, Any], contract: Contract) -> dict[str, Any]:
    """Those of a file's arrays that are inputs, by the contract's names and in its order.

    Raises UsageError where they are not one for each input.
    """
    names = [tensor.name for tensor in contract.header.inputs]
    short = {contract.short_name(name): array for name, array in arrays.items()}
    given = {
        name: array
        for name, array in short.items()
        if name in names or not (name.startswith(OUTPUT) or name in TRUTH_ARRAYS)
    }
    if len(names) == len(given) == 1:
        return {names[0]: next(iter(given.values()))}
    if set(given) != set(names):
        raise UsageError(
            f"the file has arrays {_listed(given)}, the network has inputs {_listed(names)}",
            hint="save one array for each input, by its name: numpy.savez(file, **arrays)",
        )
    return {name: given[name] for name in names}


def _of_arrays(
    arrays: Mapping[str, NDArray[Any]], contract: Contract, crc: int | None = None
) -> Loaded:
    data, clamped = pack_arrays(arrays, contract)
    return Loaded(data, _arrays_crc(arrays) if crc is None else crc, clamped=clamped)


def _arrays_crc(arrays: Mapping[str, NDArray[Any]]) -> int:
    crc = 0
    for name in sorted(arrays.keys() - TRUTH_ARRAYS.keys()):
        crc = zlib.crc32(arrays[name].tobytes(), crc)
    return crc


def _row(path: Path, row: int) -> dict[str, NDArray[Any]]:
    """A row of each array of the file that has rows."""
    found = path.stat()
    return {
        name: array.row(row)
        for name, array in _opened(path, found.st_mtime_ns, found.st_size).items()
        if array.shape and not name.startswith(OUTPUT)
    }


@lru_cache(maxsize=2)
def _opened(path: Path, _changed: int, _size: int) -> dict[str, RowArray]:
    return open_rows(path)


def _raw(data: bytes, contract: Contract) -> bytes:
    """The bytes of all inputs, one behind the other. Raises UsageError if they cannot be."""
    import numpy as np

    header = contract.header
    if len(data) != header.sample_bytes:
        message = f"{len(data)} bytes, a sample of the network has {header.sample_bytes}"
        values = sum(tensor.size // dtype_of(tensor).itemsize for tensor in header.inputs)
        if len(data) == _FLOAT_BYTES * values:
            message += "; they look like float32: save them as .npy, which is quantized"
        raise UsageError(message, hint=_RAW_HINT)
    for tensor, array in zip(header.inputs, unpack_sample(header, data), strict=True):
        kind = array.dtype.kind
        if kind == "f" and not np.isfinite(array).all():
            raise UsageError(
                f"the input {tensor.name} has values that are not finite", hint=_RAW_HINT
            )
        if kind == "b" and array.size and array.view(np.uint8).max() > 1:
            raise UsageError(
                f"the input {tensor.name} is bool and has bytes beyond 0 and 1", hint=_RAW_HINT
            )
    return data


def _is_quantized(tensor: Tensor) -> bool:
    return tensor.scale > 0 and dtype_of(tensor).kind in "iu"


def _no_picture(entry: Entry, contract: Contract) -> str:
    if not entry.file.lower().endswith(PICTURES):
        return (
            f"{entry.file} is no sample: the network's input is no picture, and others end in "
            f"{', '.join(ARRAYS + RAW)}"
        )
    why = (note.removeprefix(NO_PICTURE) for note in contract.notes if note.startswith(NO_PICTURE))
    return f"{entry.file} is a picture, the network's input is none: {next(why, 'undeclared')}"


def _listed(names: Mapping[str, Any] | list[str]) -> str:
    return ", ".join(map(repr, names)) or "none"
