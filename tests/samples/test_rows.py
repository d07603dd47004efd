"""A data set in one file: its rows are the samples, and are read one by one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hil.errors import UsageError
from hil.network.contract import Contract, read_contract
from hil.samples.array_file import open_rows
from hil.samples.data import read_data
from hil.samples.load import load_sample, source_crc
from hil.testing.zoo import network

X = np.arange(3 * 8, dtype=np.int8).reshape(3, 8)


@pytest.fixture(scope="module")
def ends() -> Contract:
    """Takes int8 [1, 8] "left" and "right"."""
    return read_contract(network("ends"))


def saved(path: Path, **arrays: Any) -> Path:
    np.savez(path, **arrays)
    return path


def test_each_row_is_a_sample_with_what_is_true_of_it(tmp_path: Path, ends: Contract) -> None:
    path = saved(
        tmp_path / "set.npz",
        left=X,
        right=X + 30,
        labels=np.array([2, 0, 1]),
        values=np.array([0.5, 1, 2], np.float32),
        splits=np.array(["val", "test", "test"]),
        groups=np.array(["a", "a", "b"]),
    )
    data = read_data(path)
    assert [(e.file, e.label, e.value, e.split, e.group, e.row) for e in data.entries] == [
        ("set-0", "2", 0.5, "val", "a", 0),
        ("set-1", "0", 1.0, "test", "a", 1),
        ("set-2", "1", 2.0, "test", "b", 2),
    ]
    assert data.notes == ()
    found = [load_sample(data.folder, entry, ends) for entry in data.entries]
    assert [one.data for one in found] == [
        left.tobytes() + (left + 30).astype(np.int8).tobytes() for left in X
    ]
    assert len({one.file_crc for one in found}) == 3
    assert [source_crc(data.folder, entry) for entry in data.entries] == [
        one.file_crc for one in found
    ]


@pytest.mark.parametrize("compressed", [False, True])
def test_every_way_of_storing_gives_the_same_rows(tmp_path: Path, compressed: bool) -> None:
    arrays = {
        "c": np.arange(24, dtype="<f4").reshape(2, 3, 4),
        "fortran": np.asfortranarray(np.arange(24, dtype=">i2").reshape(2, 3, 4)),
        "numbers": np.array([7, 9], np.uint8),
        "empty": np.zeros((2, 0), np.int8),
    }
    (np.savez_compressed if compressed else np.savez)(tmp_path / "a.npz", **arrays)
    found = open_rows(tmp_path / "a.npz")
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        assert found[name].shape == array.shape
        for row in range(2):
            assert found[name].row(row).tolist() == array[row].tolist()
        held = "it is compressed" if compressed else ""
        if name == "fortran" and not compressed:
            held = "its axes are stored in another order"
        assert found[name].whole == held


def test_a_npy_has_the_files_name_and_no_truth(tmp_path: Path) -> None:
    np.save(tmp_path / "many.npy", X)
    data = read_data(tmp_path / "many.npy")
    assert [entry.file for entry in data.entries] == ["many-0", "many-1", "many-2"]
    assert data.notes == (
        "nothing says what is right of a sample: only board and oracle can be compared: "
        "no array labels or values",
    )
    assert open_rows(tmp_path / "many.npy")["many"].row(1).tolist() == X[1].tolist()


def test_what_has_to_be_held_in_memory_is_told(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "a.npz", x=np.zeros((2, 1 << 20), np.int8), labels=[0, 1])
    assert read_data(tmp_path / "a.npz").notes == (
        "array x is held in memory as a whole, 2 MiB: it is compressed",
    )


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"x": X, "labels": np.arange(2)}, "different numbers of samples: x 3, labels 2"),
        ({"x": X[:0]}, "no samples in the file"),
        ({"x": np.int8(3)}, "no samples in the file"),
        ({"x": X, "labels": np.ones(3)}, r"labels is float64 \[3\], not whole numbers or texts"),
        ({"x": X, "labels": X}, r"array labels is int8 \[3, 8\], not"),
        ({"x": X, "labels": np.array(["a", "", "b"])}, "row 1: label is empty"),
        ({"x": X, "values": np.array(["1", "2", "3"])}, r"values is <U1 \[3\], not numbers"),
        ({"x": X, "values": np.array([0, 1, np.nan])}, "row 2: value is nan, not a finite number"),
    ],
)
def test_what_is_wrong_with_the_arrays_is_named(
    tmp_path: Path, arrays: dict[str, Any], says: str
) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        read_data(saved(tmp_path / "x.npz", **arrays))
    assert caught.value.where == str(tmp_path / "x.npz")


def test_a_row_that_does_not_fit_is_named(tmp_path: Path, ends: Contract) -> None:
    right = X.astype(np.float64)
    right[1, 3] = np.nan
    data = read_data(saved(tmp_path / "x.npz", left=X, right=right))
    problems = [load_sample(data.folder, entry, ends).problem for entry in data.entries]
    assert [bool(problem) for problem in problems] == [False, True, False]
    assert problems[1].startswith("row 1: the input right: int8 [1, 8] cannot take this: ")


def test_a_truncated_or_damaged_file_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", X)
    (tmp_path / "a.npy").write_bytes((tmp_path / "a.npy").read_bytes()[:-1])
    with pytest.raises(UsageError, match="cannot be read: it is truncated"):
        read_data(tmp_path / "a.npy")
    data = bytearray(saved(tmp_path / "a.npz", x=X).read_bytes())
    data[data.index(X.tobytes())] ^= 1
    (tmp_path / "a.npz").write_bytes(data)
    with pytest.raises(UsageError, match="Bad CRC-32"):
        read_data(tmp_path / "a.npz")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        read_data(tmp_path / "none.npz")
