"""A set of photographs with a manifest can be evaluated as it is."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from hil.base.resources import find
from hil.errors import UsageError
from hil.samples.data import read_data
from hil.samples.fixture_set import load_photos

MANIFEST = """# a comment
[[photo]]
file = "a.png"
person = true
boxes = [[0, 0, 0.5, 1]]

[[photo]]
file = "b.png"
{person}
"""


def photographs(folder: Path, person: str) -> Path:
    for name in ("a.png", "b.png"):
        assert cv2.imwrite(str(folder / name), np.zeros((96, 96), np.uint8))
    (folder / "manifest.toml").write_text(MANIFEST.format(person=person))
    return folder


def test_the_photographs_of_camhil_are_a_data_set() -> None:
    data = read_data(find("fixtures"))
    photos = load_photos()
    assert [entry.file for entry in data.entries] == [photo.path.name for photo in photos]
    assert all((data.folder / entry.file).is_file() for entry in data.entries)
    assert [entry.person for entry in data.entries] == [photo.person for photo in photos]
    assert sum(len(entry.boxes) for entry in data.entries) == sum(len(p.boxes) for p in photos)


def test_entries_of_a_manifest_have_its_lines(tmp_path: Path) -> None:
    first, second = read_data(photographs(tmp_path, "person = false")).entries
    assert (first.line, first.person, first.boxes) == (2, True, ((0, 0, 0.5, 1),))
    assert (second.line, second.person, second.boxes) == (7, False, ())


def test_a_photograph_without_a_label_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"line 7: b\.png has no `person = true` or false"):
        read_data(photographs(tmp_path, ""))


def test_labels_come_before_a_manifest(tmp_path: Path) -> None:
    photographs(tmp_path, "")
    (tmp_path / "labels.csv").write_text("file,person,boxes\nb.png,1,\n")
    assert [entry.file for entry in read_data(tmp_path).entries] == ["b.png"]


def test_a_folder_with_neither_asks_for_labels(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read the labels"):
        read_data(tmp_path)
