"""Names with accents, as one letter or as two characters: lists and folders may differ."""

from __future__ import annotations

import dataclasses
import os
import unicodedata
from pathlib import Path

import cv2
import numpy as np
import pytest

from hil.base.file_names import plain, stored
from hil.errors import UsageError
from hil.facts.evaluation import (
    Answer,
    joined,
    read_result,
    result_line,
)
from hil.images import load
from hil.judge.evaluation.selection import select
from hil.network.location import NoLocation
from hil.samples.data import read_data
from hil.samples.fixture_set import load_photos
from hil.samples.labels import Entry, read_labels
from hil.samples.load import read_picture
from hil_lab.fakes.evaluation_header import evaluation_header

NFC, NFD = (unicodedata.normalize(form, "Küche-é") for form in ("NFC", "NFD"))
either_way = pytest.mark.parametrize(("listed", "on_disk"), [(NFC, NFD), (NFD, NFC)])


def picture(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    done, data = cv2.imencode(".png", np.full((96, 96), 7, np.uint8))
    assert done
    path.write_bytes(data.tobytes())
    return path


@either_way
def test_labels_find_their_pictures(tmp_path: Path, listed: str, on_disk: str) -> None:
    picture(tmp_path / on_disk / f"{on_disk}.png")
    text = f"file,person,boxes,source\n{listed}/{listed}.png,1,,{listed}\n"
    (tmp_path / "labels.csv").write_text(text, encoding="utf-8")
    data = read_labels(tmp_path)
    (entry,) = data.entries
    assert (entry.file, entry.source) == (f"{NFC}/{NFC}.png", NFC)
    assert data.notes == ()
    assert read_picture(data.folder, entry).problem == ""


@either_way
def test_a_manifest_finds_its_photographs(tmp_path: Path, listed: str, on_disk: str) -> None:
    picture(tmp_path / f"{on_disk}.png")
    text = f'[[photo]]\nfile = "{listed}.png"\nperson = true\n'
    (tmp_path / "manifest.toml").write_text(text, encoding="utf-8")
    (photo,) = load_photos(tmp_path)
    assert photo.name == load(photo.path).name == NFC
    (entry,) = read_data(tmp_path).entries
    assert entry.file == f"{NFC}.png"
    assert read_picture(tmp_path, entry).problem == ""


def test_a_picture_listed_in_both_forms_is_there_twice(tmp_path: Path) -> None:
    picture(tmp_path / f"{NFC}.png")
    text = f"file,person,boxes\n{NFC}.png,1,\n{NFD}.png,0,\n"
    (tmp_path / "labels.csv").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"line 3: .* is there twice, first in line 2"):
        read_labels(tmp_path)


def test_two_files_that_differ_in_the_form_alone_are_an_error(tmp_path: Path) -> None:
    for name in (NFC, NFD):
        picture(tmp_path / f"{name}.png")
    if len(list(tmp_path.iterdir())) < 2:
        pytest.skip("this file system takes both for one name")
    with pytest.raises(UsageError, match="two pictures are called"):
        load_photos(tmp_path)
    (tmp_path / "labels.csv").write_text(f"file,person,boxes\n{NFC}.png,1,\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"2 files are called .* in different Unicode forms"):
        read_labels(tmp_path)


@pytest.mark.parametrize("name", [b"photo-\xff.png", b"two\nlines.png"])
def test_a_photograph_whose_name_is_no_text_is_an_error(tmp_path: Path, name: bytes) -> None:
    try:
        picture(tmp_path / os.fsdecode(name))
    except OSError:
        pytest.skip("this file system takes no such name")
    with pytest.raises(UsageError, match="name is not UTF-8, or has control characters"):
        load_photos(tmp_path)


def test_sources_and_splits_are_chosen_in_either_form(tmp_path: Path) -> None:
    entries = tuple(Entry(n, f"{n}.png", n > 1, (), NFC, NFC) for n in range(4))
    picture(tmp_path / "0.png")
    (tmp_path / "labels.csv").write_text("file,person,boxes\n0.png,1,\n")
    data = dataclasses.replace(read_labels(tmp_path), entries=entries)
    for form in (NFC, NFD):
        assert len(select(data, split=form, sources=[form]).reported) == 4


def test_results_are_taken_over_in_either_form() -> None:
    header = evaluation_header()
    answer = Answer(1, (), b"\x01\x02", 60, NoLocation.BELOW_THRESHOLD)
    line = result_line(joined(f"{NFD}.png", 1, (96, 96), answer), header).encode()
    assert read_result(line, header, "results").file == f"{NFC}.png"


def test_a_name_in_just_this_form_comes_first(tmp_path: Path) -> None:
    assert stored(tmp_path, f"{NFC}/{NFC}.png") == tmp_path / NFC / f"{NFC}.png"
    place = picture(tmp_path / NFD / f"{NFC}.png")
    assert stored(tmp_path, f"{NFC}/{NFD}.png").samefile(place)
    exact = picture(tmp_path / NFC / f"{NFC}.png")
    assert stored(tmp_path, f"{NFC}/{NFC}.png").samefile(exact)
    assert plain("a.png") == "a.png"
