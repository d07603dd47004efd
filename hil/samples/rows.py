"""A data set in one .npy or .npz file: each row of its arrays is a sample."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hil.base.file_names import plain
from hil.errors import UsageError
from hil.samples.array_file import RowArray, open_rows
from hil.samples.labels import NO_TRUTH, TRUTHS, DataSet, Entry, Problem, problems_error
from hil.samples.load import OUTPUT, TRUTH_ARRAYS

if TYPE_CHECKING:
    import numpy as np

_KINDS = {"value": "fiub", "label": "iubU", "split": "U", "group": "iuU"}
_MEBI = 1 << 20


def row_name(path: Path, row: int) -> str:
    """How a sample is called that is a row of a file."""
    return f"{plain(path.stem)}-{row}"


def read_rows(path: Path) -> DataSet:
    """The rows of a file; `labels`, `values`, `splits` and `groups` of a .npz say what is true.

    Only these are held in memory, and what cannot be read row by row, which a note tells.

    Raises:
        UsageError: a file that cannot be read, arrays with different numbers of rows, or labels and
            values that are none, with their rows.
    """
    arrays = {name: a for name, a in open_rows(path).items() if not name.startswith(OUTPUT)}
    try:
        rows = same_rows({name: a.shape[0] if a.shape else 0 for name, a in arrays.items()})
    except UsageError as error:
        error.where = str(path)
        raise
    problems: list[Problem] = []
    truths = {
        word: _truths(name, word, arrays[name], rows, problems, path)
        for name, word in TRUTH_ARRAYS.items()
        if name in arrays
    }
    if problems:
        raise problems_error(path, problems)
    entries = tuple(
        Entry(0, row_name(path, row), None, (), row=row,
              **{word: values[row] for word, values in truths.items()})  # type: ignore[arg-type]
        for row in range(rows)
    )  # fmt: skip
    notes = [
        f"array {name} is held in memory as a whole, {_size(array):,.0f} MiB: {array.whole}"
        for name, array in arrays.items()
        if array.whole and name not in TRUTH_ARRAYS
    ]
    if not any(word in truths for word in TRUTHS):
        notes.append(f"{NO_TRUTH}: no array labels or values")
    return DataSet(path, path, entries, tuple(notes))


def same_rows(rows: Mapping[str, int]) -> int:
    """How many rows each array has. Raises UsageError where they have none, or differ."""
    if len(set(rows.values())) > 1:
        raise UsageError(
            "the arrays have different numbers of samples: "
            + ", ".join(f"{name} {count}" for name, count in rows.items()),
            hint="row n of each array belongs to sample n",
        )
    if not any(rows.values()):
        raise UsageError("no samples in the file", hint="give at least one row")
    return next(iter(rows.values()))


def _truths(
    name: str, word: str, array: RowArray, rows: int, problems: list[Problem], path: Path
) -> list[str] | list[float]:
    """What is true of each row."""
    import numpy as np

    if array.shape != (rows,) or array.dtype.kind not in _KINDS[word]:
        what = "numbers" if word == "value" else "whole numbers or texts"
        raise UsageError(
            f"array {name} is {array.dtype} {list(array.shape)}, not {what} [{rows}]",
            where=str(path),
            hint=f"save one {word} for each sample: numpy.savez(file, {name}=...)",
        )
    whole: np.ndarray[tuple[int], np.dtype[np.generic]]
    whole = np.array([array.row(row) for row in range(rows)])
    if word == "value":
        values = [float(value) for value in whole.tolist()]
        problems += [Problem(0, f"row {row}: value is {value}, not a finite number")
                     for row, value in enumerate(values) if not math.isfinite(value)]  # fmt: skip
        return values
    texts = [plain(str(int(one) if isinstance(one, bool) else one)) for one in whole.tolist()]
    if word == "label":
        problems += [Problem(0, f"row {row}: label is empty") for row, one in enumerate(texts)
                     if not one.strip()]  # fmt: skip
    return texts


def _size(array: RowArray) -> float:
    return array.dtype.itemsize * math.prod(array.shape) / _MEBI
