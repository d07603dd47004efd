"""Labels of a folder's pictures, while others edit the same file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import cv2
import numpy as np
import pytest

from hil.errors import InfrastructureError, UsageError
from hil.live import labelling as module
from hil.live.label_app import label_app
from hil.live.labelling import ChangedMeanwhileError, Labelling
from hil.live.server import Server
from hil.samples.labels import read_labels

from .asking import ask


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pictures, as `hil capture` leaves them."""
    (tmp_path / "images").mkdir()
    for name in ("a.png", "b.png", "c.png"):
        cv2.imwrite(str(tmp_path / "images" / name), np.zeros((4, 4), np.uint8))
    (tmp_path / "labels.csv").write_text("file,label,source\na.png,,cam\nb.png,,cam\n")
    return tmp_path


def written(folder: Path) -> str:
    return (folder / "labels.csv").read_text()


def edit(folder: Path) -> None:
    (folder / "labels.csv").write_text("file,label,source\na.png,by hand,cam\nb.png,,cam\n")


def stamp(labelling: Labelling) -> str:
    return str(labelling.state()["stamp"])


def test_pictures_come_in_the_order_of_the_lines_and_those_without_one_behind(folder: Path) -> None:
    state = Labelling(folder, ["cat", "dog"]).state()
    assert state["items"] == [["a.png", ""], ["b.png", ""], ["c.png", ""]]
    assert state["classes"] == [["cat", "cat"], ["dog", "dog"]]


def test_labels_are_in_the_file_at_once_and_evaluate_reads_them(folder: Path) -> None:
    labelling = Labelling(folder)
    for name, label in (("a.png", "cat"), ("b.png", "dog"), ("c.png", "cat")):
        labelling.put(stamp(labelling), name, label)
    assert written(folder) == "file,label,source\na.png,cat,cam\nb.png,dog,cam\nc.png,cat,\n"
    assert [entry.label for entry in read_labels(folder).entries] == ["cat", "dog", "cat"]
    assert labelling.state()["classes"] == [["cat", "cat"], ["dog", "dog"]]


def test_of_a_network_that_answers_numbers_they_are_values(folder: Path) -> None:
    (folder / "labels.csv").unlink()
    labelling = Labelling(folder, column="value")
    labelling.put(stamp(labelling), "a.png", "-1.5")
    with pytest.raises(UsageError, match="no number"):
        labelling.put(stamp(labelling), "b.png", "cat")
    assert written(folder) == "file,value\na.png,-1.5\n"
    assert [entry.value for entry in read_labels(folder).entries] == [-1.5]


def test_undo_takes_labels_back_in_turn(folder: Path) -> None:
    labelling = Labelling(folder)
    before = written(folder)
    labelling.put(stamp(labelling), "a.png", "cat")
    labelling.put(stamp(labelling), "a.png", "dog")
    first = labelling.undo(stamp(labelling))
    assert first is not None
    assert (first.file, first.label, first.undo) == ("a.png", "cat", 1)
    labelling.undo(stamp(labelling))
    assert written(folder) == before
    assert labelling.undo(stamp(labelling)) is None


def test_what_was_edited_by_hand_is_never_written_over(folder: Path) -> None:
    labelling = Labelling(folder)
    known = stamp(labelling)
    edit(folder)
    by_hand = written(folder)
    with pytest.raises(ChangedMeanwhileError):
        labelling.put(known, "a.png", "cat")
    assert written(folder) == by_hand
    assert labelling.state()["items"][0] == ["a.png", "by hand"]


def test_undo_does_not_reach_behind_an_edit_by_hand(folder: Path) -> None:
    labelling = Labelling(folder)
    labelling.put(stamp(labelling), "a.png", "cat")
    edit(folder)
    assert labelling.undo(stamp(labelling)) is None


def test_a_second_page_that_does_not_know_the_first_ones_label_is_told(folder: Path) -> None:
    labelling = Labelling(folder)
    second = stamp(labelling)
    labelling.put(stamp(labelling), "a.png", "cat")
    with pytest.raises(ChangedMeanwhileError):
        labelling.put(second, "b.png", "dog")


def test_a_file_that_was_broken_by_hand_is_left_alone_until_it_is_mended(folder: Path) -> None:
    labelling = Labelling(folder)
    known, before = stamp(labelling), written(folder)
    (folder / "labels.csv").write_text('file,label\n"a.png,cat\n')
    with pytest.raises(UsageError, match="not CSV"):
        labelling.put(known, "a.png", "dog")
    assert written(folder) == 'file,label\n"a.png,cat\n'
    (folder / "labels.csv").write_text(before)
    labelling.put(stamp(labelling), "a.png", "dog")


def test_a_full_disk_keeps_what_is_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    labelling = Labelling(folder)
    before = written(folder)
    monkeypatch.setattr(module, "write_whole", full)
    with pytest.raises(InfrastructureError, match="No space left"):
        labelling.put(stamp(labelling), "a.png", "cat")
    assert written(folder) == before
    assert labelling.state()["items"][0] == ["a.png", ""]


def test_a_person_detectors_column_has_its_two_values(folder: Path) -> None:
    (folder / "labels.csv").write_text("file,person\na.png,1\n")
    labelling = Labelling(folder, ["cat"])
    assert labelling.state()["classes"] == [["1", "person"], ["0", "no person"]]
    labelling.put(stamp(labelling), "b.png", "0")
    assert written(folder) == "file,person\na.png,1\nb.png,0\n"


@pytest.mark.parametrize("make", [lambda path: path / "none", lambda path: path])
def test_a_folder_without_pictures_is_refused(tmp_path: Path, make: Any) -> None:
    with pytest.raises(UsageError) as refused:
        Labelling(make(tmp_path))
    assert "hil capture" in refused.value.hint


# ---- over loopback


@pytest.fixture
def port(folder: Path) -> Iterator[int]:
    with Server(label_app(Labelling(folder, ["cat"]), folder.name), 0) as server:
        yield server.port


def post(port: int, body: Any, content_type: str = "application/json", **more: str) -> int:
    return ask(port, "/label", "POST", json.dumps(body), Content_Type=content_type, **more)[0]


def test_a_label_is_given_by_the_page(port: int, folder: Path) -> None:
    state = json.loads(ask(port, "/state")[2])
    assert post(port, {"stamp": state["stamp"], "file": "b.png", "label": "cat"}) == 200
    assert "b.png,cat,cam" in written(folder)
    assert post(port, {"stamp": state["stamp"], "file": "b.png", "label": "dog"}) == 409
    assert "b.png,cat,cam" in written(folder)


def test_a_picture_is_given_as_it_is(port: int, folder: Path) -> None:
    status, headers, body = ask(port, "/picture?file=a.png")
    assert (status, headers["Content-Type"]) == (200, "image/png")
    assert body == (folder / "images" / "a.png").read_bytes()


@pytest.mark.parametrize("name", ["../labels.csv", "labels.csv", "/etc/passwd", "images/a.png", ""])
def test_nothing_but_the_pictures_is_given(port: int, name: str) -> None:
    assert ask(port, f"/picture?file={quote(name)}")[0] == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"stamp": "", "file": "a.png", "label": "cat"}, 409),
        ({"stamp": "x", "file": "nowhere.png", "label": "cat"}, 400),
        ({"stamp": 1, "file": "a.png", "label": "cat"}, 400),
        ({"stamp": "x", "file": ["a.png"]}, 400),
        ("text", 400),
    ],
)
def test_what_no_page_sends_writes_nothing(port: int, folder: Path, body: Any, status: int) -> None:
    before = written(folder)
    assert post(port, body) == status
    assert written(folder) == before


def test_a_form_or_a_page_of_another_site_writes_nothing(port: int, folder: Path) -> None:
    before = written(folder)
    known = json.loads(ask(port, "/state")[2])["stamp"]
    body = {"stamp": known, "file": "a.png", "label": "cat"}
    assert post(port, body, content_type="text/plain") == 400
    assert post(port, body, Origin="http://evil.example") == 403
    assert post(port, body, Sec_Fetch_Site="cross-site") == 403
    assert post(port, body, Host="evil.example") == 403
    assert written(folder) == before
