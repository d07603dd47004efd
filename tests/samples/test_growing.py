"""A data set that grows: pictures with their lines, whatever happens to file and disk meanwhile."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from hil.base.whole_file import write_whole
from hil.errors import InfrastructureError, UsageError
from hil.samples import growing
from hil.samples.growing import GrowingData
from hil.samples.labels import read_labels

COLUMNS = ("file", "label", "boxes", "source")
PNG = b"no real picture"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_folder_gets_pictures_and_lines(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "set"
    data = GrowingData(folder, COLUMNS)
    assert not folder.exists()  # before there is something to keep
    data.add(PNG, label="cat", source="a, b")
    data.add(PNG)
    assert (folder / "labels.csv").read_bytes() == (
        b'file,label,boxes,source\nframe-00001.png,cat,,"a, b"\nframe-00002.png,,,\n'
    )
    assert names(folder / "images") == ["frame-00001.png", "frame-00002.png"]
    assert data.before == 0
    assert [path.name for path in data.added] == names(folder / "images")


def test_it_goes_on_behind_every_number_that_a_line_or_a_picture_has(tmp_path: Path) -> None:
    GrowingData(tmp_path, COLUMNS).add(PNG)
    labels = tmp_path / "labels.csv"
    labels.write_text(labels.read_text() + "frame-00007.png,cat,,\n")  # its picture was deleted
    (tmp_path / "images" / "frame-00009.png").write_bytes(b"whose line was deleted")
    data = GrowingData(tmp_path, ("other", "columns"))
    assert data.before == 2
    assert data.add(PNG, label="dog").name == "frame-00010.png"
    assert labels.read_text().splitlines()[-1] == "frame-00010.png,dog,,"
    assert (tmp_path / "images" / "frame-00009.png").read_bytes() == b"whose line was deleted"


@pytest.mark.parametrize(
    ("edited", "after"),
    [
        (b"file,label\r\na.png,cat\r\n", b"frame-00001.png,dog\r\n"),
        (b"file,label\na.png,cat", b"\nframe-00001.png,dog\n"),
        (b"\xef\xbb\xbflabel , file\ncat, a.png\n", b"dog,frame-00001.png\n"),
        (b'file,label,mine\na.png,"c,\nat",x\n', b"frame-00001.png,dog,\n"),
        (b"file,person\nno such picture.png,maybe\n\n", b"frame-00001.png,\n"),
    ],
    ids=["CRLF", "no end of line", "other order", "column of its own", "wrong lines"],
)
def test_lines_edited_by_hand_keep_every_byte(tmp_path: Path, edited: bytes, after: bytes) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "labels.csv").write_bytes(edited)
    GrowingData(tmp_path, COLUMNS).add(PNG, label="dog", source="s")
    assert (tmp_path / "labels.csv").read_bytes() == edited + after


def test_lines_that_are_edited_meanwhile_are_kept(tmp_path: Path) -> None:
    data = GrowingData(tmp_path, COLUMNS)
    data.add(PNG)
    (tmp_path / "labels.csv").write_text("file,label\nframe-00001.png,cat\n")
    data.add(PNG, source="no such column any more")
    assert (tmp_path / "labels.csv").read_text() == (
        "file,label\nframe-00001.png,cat\nframe-00002.png,\n"
    )


def test_pictures_that_lie_beside_their_labels_stay_usable(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    (tmp_path / "labels.csv").write_text("file,label\na.png,cat\n")
    GrowingData(tmp_path, COLUMNS).add(PNG, label="dog")
    assert [entry.file for entry in read_labels(tmp_path).entries] == ["a.png", "frame-00001.png"]


@pytest.mark.parametrize("full", ["frame-00003.png", "labels.csv"])
def test_a_full_disk_leaves_what_is_there_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full: str
) -> None:
    data = GrowingData(tmp_path, COLUMNS)
    data.add(PNG)
    data.add(PNG)
    before = (tmp_path / "labels.csv").read_bytes()
    write = write_whole

    def refuse(path: Path, content: bytes) -> None:
        if path.name == full:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, content)

    monkeypatch.setattr(growing, "write_whole", refuse)
    with pytest.raises(InfrastructureError, match="No space left on device") as told:
        data.add(PNG)
    assert "the same command goes on behind what is kept" in told.value.hint
    assert (tmp_path / "labels.csv").read_bytes() == before
    assert names(tmp_path / "images") == ["frame-00001.png", "frame-00002.png"]
    monkeypatch.undo()
    again = GrowingData(tmp_path, COLUMNS)
    assert again.add(PNG).name == "frame-00003.png"
    assert [entry.line for entry in read_labels(tmp_path).entries] == [2, 3, 4]


def test_labels_that_are_no_csv_any_more_are_refused(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text('file,label\na.png,"cat\n')
    with pytest.raises(UsageError, match="not CSV"):
        GrowingData(tmp_path, COLUMNS)
    (tmp_path / "labels.csv").write_text("file;label\na.png;cat\n")
    with pytest.raises(UsageError, match="column file is missing"):
        GrowingData(tmp_path, COLUMNS)


def test_a_folder_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError, match="no folder"):
        GrowingData(tmp_path / "file", COLUMNS)
    (tmp_path / "cats").mkdir()
    (tmp_path / "cats" / "one.jpg").write_bytes(b"")
    with pytest.raises(UsageError, match=r"no labels\.csv names: cats/one\.jpg"):
        GrowingData(tmp_path, COLUMNS)
    (tmp_path / "manifest.toml").write_text("")
    with pytest.raises(UsageError, match="set of photographs"):
        GrowingData(tmp_path, COLUMNS)
