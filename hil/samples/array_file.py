"""Arrays of a .npy or .npz file: whole, or row by row without holding them in memory."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from hil.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PIECE = 1 << 20
_LOCAL_HEADER = struct.Struct("<4s22xHH")  # of a file in a ZIP archive: signature, lengths


def arrays_of(data: bytes, path: Path) -> dict[str, NDArray[Any]]:
    """All arrays of a file's bytes, by name; that of a .npy has the file's.

    `path`: its name, for messages. Raises UsageError for a file that NumPy did not write, a damaged
    one, and one with Python objects.
    """
    import numpy as np

    with _readable(path):
        _check_start(data[:6])
        found = np.load(io.BytesIO(data), allow_pickle=False)
        if isinstance(found, np.ndarray):
            return {path.stem: found}
        with found:
            return {name: found[name] for name in found.files}


@dataclass(frozen=True)
class RowArray:
    """An array of a file, whose rows are read one by one.

    Attributes:
        shape: with the number of rows first.
        dtype: of its elements.
        whole: why it has to be held in memory as a whole; empty where it has not.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    whole: str
    _read: Callable[[int], NDArray[Any]]

    def row(self, number: int) -> NDArray[Any]:
        """One row, counted from 0. Raises UsageError if it cannot be read."""
        return self._read(number)


def open_rows(path: Path) -> dict[str, RowArray]:
    """The arrays of a file, by name; that of a .npy has the file's name.

    An array that lies uncompressed in C order, as numpy.save and numpy.savez write it, is read
    row by row; another one is loaded as a whole by its first row.

    Raises UsageError for a missing file, one that NumPy did not write, a damaged one, and one with
    Python objects.
    """
    with _readable(path), path.open("rb") as file:
        _check_start(file.read(6))
        file.seek(0)
        if not zipfile.is_zipfile(file):
            file.seek(0)
            return {path.stem: _row_array(path, file, "", path.stat().st_size)}
        with zipfile.ZipFile(file) as archive:
            arrays = {}
            for info in archive.infolist():
                if info.filename.endswith(".npy"):
                    _check_sum(archive, info)
                    arrays[info.filename[:-4]] = _member(path, file, archive, info)
            return arrays


def _member(
    path: Path, file: IO[bytes], archive: zipfile.ZipFile, info: zipfile.ZipInfo
) -> RowArray:
    if info.compress_type == zipfile.ZIP_STORED:
        file.seek(info.header_offset)
        _, name, extra = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
        start = info.header_offset + _LOCAL_HEADER.size + name + extra
        file.seek(start)
        return _row_array(path, file, info.filename, start + info.file_size)
    with archive.open(info) as member:
        shape, _, dtype = _header(member)
    return RowArray(shape, dtype, "it is compressed", _Whole(path, info.filename).row)


def _row_array(path: Path, file: IO[bytes], member: str, end: int) -> RowArray:
    """The array whose header `file` is at, and that ends at `end`."""
    shape, fortran, dtype = _header(file)
    start, size = file.tell(), dtype.itemsize
    for side in shape:
        size *= side
    if start + size > end:
        raise ValueError("it is truncated")
    if not shape or fortran:
        why = "its axes are stored in another order" if shape else "it is one number"
        return RowArray(shape, dtype, why, _Whole(path, member).row)
    return RowArray(shape, dtype, "", _Stored(path, start, shape, dtype).row)


@dataclass(frozen=True)
class _Stored:
    """Rows that lie one behind the other in the file, from `start` on."""

    path: Path
    start: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    def row(self, number: int) -> NDArray[Any]:
        import numpy as np

        rows, *inner = self.shape
        if not 0 <= number < rows:
            raise IndexError(number)
        size = self.dtype.itemsize
        for side in inner:
            size *= side
        with _readable(self.path), self.path.open("rb") as file:
            file.seek(self.start + number * size)
            data = file.read(size)
            if len(data) != size:
                raise ValueError("it is truncated")
        return np.frombuffer(data, self.dtype).reshape(inner)


@dataclass(frozen=True)
class _Whole:
    """An array that is held in memory; `member`: of an archive, empty for a .npy."""

    path: Path
    member: str

    @cached_property
    def _array(self) -> NDArray[Any]:
        import numpy as np

        with _readable(self.path):
            if not self.member:
                return np.asarray(np.load(self.path, allow_pickle=False))
            with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as member:
                return np.asarray(np.lib.format.read_array(member, allow_pickle=False))

    def row(self, number: int) -> NDArray[Any]:
        import numpy as np

        return np.asarray(self._array[number])


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, whether in Fortran's order, type; the file is at the elements then."""
    from numpy.lib import format as npy

    version = npy.read_magic(file)
    if version == (1, 0):
        shape, fortran, dtype = npy.read_array_header_1_0(file)
    elif version == (2, 0):
        shape, fortran, dtype = npy.read_array_header_2_0(file)
    else:
        raise ValueError("its fields have names beyond Latin-1: it is no plain array")
    if dtype.hasobject:
        raise ValueError("it has Python objects")
    return shape, fortran, dtype


def _check_sum(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    """Raises BadZipFile where a file in the archive has not its CRC-32."""
    with archive.open(info) as member:
        while member.read(_PIECE):
            pass


def _check_start(start: bytes) -> None:
    if not start.startswith((b"PK", b"\x93NUMPY")):
        raise ValueError("it is no file of NumPy")


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except Exception as cause:  # of a damaged header NumPy, zipfile and Python raise all kinds
        said = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
        raise UsageError(
            f"the arrays cannot be read: {said or type(cause).__name__}",
            where=str(path),
            hint="give a file that numpy.save or numpy.savez wrote, without Python objects",
        ) from cause
