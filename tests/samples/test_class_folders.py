"""A data set whose folders are the classes."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from hil.errors import UsageError
from hil.samples.data import read_data


def files(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return folder


def test_the_first_level_is_the_class(tmp_path: Path) -> None:
    names = ("dog/b.npy", "dog/a.png", "cat/old/1.bin", "cat/2.JPG")
    data = read_data(files(tmp_path, *names))
    assert [(entry.file, entry.label) for entry in data.entries] == [
        ("cat/2.JPG", "cat"),
        ("cat/old/1.bin", "cat"),
        ("dog/a.png", "dog"),
        ("dog/b.npy", "dog"),
    ]
    assert all(entry.path(data.folder).is_file() for entry in data.entries)
    assert (data.notes, {entry.split for entry in data.entries}) == ((), {""})
    assert data.where(data.entries[0]) == str(tmp_path / "cat/2.JPG")


def test_folders_that_all_are_splits_hold_the_classes(tmp_path: Path) -> None:
    names = ("train/a/1.npy", "train/b/2.npy", "validation/a/3.npy", "test/a/4.npy")
    data = read_data(files(tmp_path, *names, "test/b/notes.txt"))
    assert [(entry.split, entry.label, entry.file) for entry in data.entries] == [
        ("test", "a", "test/a/4.npy"),
        ("train", "a", "train/a/1.npy"),
        ("train", "b", "train/b/2.npy"),
        ("val", "a", "validation/a/3.npy"),
    ]
    assert data.notes == (
        "1 file of no kind of sample: test/b/notes.txt",
        "no samples in test/b",
        "the folder validation is the split val",
        "split val has no folder for b",
    )


@pytest.mark.parametrize("other", ["bus/x/1.npy", "test/1.npy"])
def test_a_class_may_be_called_as_a_split_is(tmp_path: Path, other: str) -> None:
    data = read_data(files(tmp_path, "train/x/1.npy", other))
    labels = {entry.label for entry in data.entries}
    assert labels == {"train", other.split("/")[0]}


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    names = ("a/1.npy", "a/readme.txt", "b/.hidden.npy", ".git/c/1.npy", "stray.png", ".DS_Store")
    data = read_data(files(tmp_path, *names))
    assert [entry.file for entry in data.entries] == ["a/1.npy"]
    assert data.notes == (
        "1 file in no class folder: stray.png",
        "1 file of no kind of sample: a/readme.txt",
        "no samples in b",
    )


@pytest.mark.parametrize("names", [(), ("images/1.png",), ("a/notes.txt",), ("1.png",)])
def test_a_folder_without_classes_asks_for_labels(tmp_path: Path, names: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="cannot read the labels") as caught:
        read_data(files(tmp_path, *names))
    assert "a folder with a sub-folder for each class" in caught.value.hint


def test_labels_come_before_folders(tmp_path: Path) -> None:
    files(tmp_path, "a/1.npy", "b/2.npy")
    (tmp_path / "labels.csv").write_text("file,label\na/1.npy,c\n")
    assert [entry.label for entry in read_data(tmp_path).entries] == ["c"]


def test_classes_do_not_do_where_a_column_is_needed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read the labels"):
        read_data(files(tmp_path, "a/1.npy", "b/2.npy"), needed=("person",))


def test_accents_are_compared_in_one_form(tmp_path: Path) -> None:
    letter, accent = (unicodedata.normalize(form, "Küche") for form in ("NFC", "NFD"))
    data = read_data(files(tmp_path, f"{accent}/1.npy"))
    assert [(entry.label, entry.file) for entry in data.entries] == [(letter, f"{letter}/1.npy")]
    assert data.entries[0].path(data.folder).is_file()
    files(tmp_path, f"{letter}/1.npy")
    if len(list(tmp_path.iterdir())) < 2:
        pytest.skip("this file system takes both for one name")
    with pytest.raises(UsageError, match="1 problem in the data set:\n  2 files are called"):
        read_data(tmp_path)


def test_a_name_that_is_no_text_is_a_problem(tmp_path: Path) -> None:
    try:
        files(tmp_path, os.fsdecode(b"a/\xff.npy"))
    except OSError:
        pytest.skip("this file system takes no such name")
    with pytest.raises(UsageError, match="is not UTF-8, or has control characters: rename it"):
        read_data(tmp_path)
