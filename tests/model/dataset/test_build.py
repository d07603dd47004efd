"""Making a data set: stopped and going on, twice the same, from several inputs."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import model.__main__ as command
import model.dataset.build
from model.dataset.pictures import Form, Made, make

if TYPE_CHECKING:
    from conftest import BuildVww, Inputs
    from model.dataset.inputs import Candidate

LARGE = (10, 20, 40, 60)


def test_the_same_command_makes_nothing_again(inputs: Inputs, build_vww: BuildVww) -> None:
    root = inputs.photographs(6)
    assert build_vww.run("--folder", root) == 0
    assert "6 pictures made, 0 were there" in build_vww.text
    first = build_vww.files()
    times = {path: path.stat().st_mtime_ns for path in build_vww.out.rglob("*.jpg")}
    assert build_vww.run("--folder", root) == 0
    assert "0 pictures made, 6 were there" in build_vww.text
    assert build_vww.files() == first
    assert {path: path.stat().st_mtime_ns for path in build_vww.out.rglob("*.jpg")} == times


def test_the_output_does_not_depend_on_place_or_threads(
    inputs: Inputs, build_vww: BuildVww
) -> None:
    root = inputs.photographs(8)
    elsewhere = inputs.folder / "elsewhere" / "my-photos"
    shutil.copytree(root, elsewhere)
    assert build_vww.run("--folder", root, "--jobs", 1) == 0
    first = build_vww.files()
    build_vww.out = build_vww.out.with_name("again")
    assert build_vww.run("--folder", elsewhere, "--jobs", 4) == 0
    assert build_vww.files() == first


def test_damaged_missing_and_changed_pictures_are_made_again(
    inputs: Inputs, build_vww: BuildVww
) -> None:
    root = inputs.photographs(6)
    assert build_vww.run("--folder", root) == 0
    first = build_vww.files()
    stored = sorted((build_vww.out / "images").rglob("*.jpg"))
    stored[0].unlink()
    stored[1].write_bytes(stored[1].read_bytes()[:100])
    assert build_vww.run("--folder", root) == 0
    assert "2 pictures made, 4 were there" in build_vww.text
    assert build_vww.files() == first
    changed = inputs.picture("my-photos/person/IMG_0000.jpg", 300, 200)
    os.utime(changed, ns=(1, 1))
    assert build_vww.run("--folder", root) == 0
    assert "1 pictures made, 5 were there" in build_vww.text
    assert build_vww.files() != first


def test_another_form_makes_all_again(inputs: Inputs, build_vww: BuildVww) -> None:
    root = inputs.photographs(2)
    assert build_vww.run("--folder", root) == 0
    assert build_vww.run("--folder", root, "--shorter-side", 96) == 0
    assert "2 pictures made, 0 were there" in build_vww.text
    assert {entry.size for entry in build_vww.data.entries} == {(128, 96)}
    assert build_vww.run("--folder", root, "--format", "png") == 0
    assert "2 removed that the input no longer has" in build_vww.text
    assert all(file.endswith(".png") for file in build_vww.labels())


def test_pictures_that_the_input_no_longer_has_are_removed(
    inputs: Inputs, build_vww: BuildVww
) -> None:
    root = inputs.photographs(4)
    assert build_vww.run("--folder", root) == 0
    (root / "person" / "IMG_0002.jpg").unlink()
    assert build_vww.run("--folder", root) == 0
    assert "1 removed that the input no longer has" in build_vww.text
    assert len(build_vww.labels()) == 3
    assert len(list((build_vww.out / "images").rglob("*.jpg"))) == 3


def test_adding_photographs_moves_none_to_another_split(
    inputs: Inputs, build_vww: BuildVww
) -> None:
    root = inputs.photographs(20)
    assert build_vww.run("--folder", root) == 0
    before = build_vww.splits()
    for number in range(5):
        inputs.picture(f"my-photos/person/AAA_{number}.jpg")
    assert build_vww.run("--folder", root) == 0
    after = build_vww.splits()
    assert len(after) == 25
    assert {file: after[file] for file in before} == before


def test_a_group_keeps_photographs_of_one_room_together(
    inputs: Inputs, build_vww: BuildVww
) -> None:
    for room in range(8):
        for number in range(3):
            inputs.picture(f"mine/person/room{room}/{number}.jpg")
    root = inputs.folder / "mine"
    assert build_vww.run("--folder", root, "--group", r"room\d+") == 0
    splits = {file.rsplit("/", 1)[0]: split for file, split in build_vww.splits().items()}
    assert all(splits[file.rsplit("/", 1)[0]] == s for file, s in build_vww.splits().items())
    assert build_vww.run("--folder", root, "--group", "(") == 4
    assert "not a regular expression" in build_vww.error


def test_inputs_are_added_to_one_data_set(inputs: Inputs, build_vww: BuildVww) -> None:
    coco, mine = inputs.coco([("a.jpg", [LARGE]), ("b.jpg", [(0, 0, 2, 2)])]), inputs.photographs(4)
    assert build_vww.run("--coco", coco) == 0
    assert build_vww.run("--folder", mine) == 4
    assert "has 1 pictures of other inputs (coco)" in build_vww.error
    assert "--append adds to it" in build_vww.error
    assert build_vww.run("--folder", mine, "--append") == 0
    both = build_vww.files()
    assert [entry.source for entry in build_vww.data.entries] == ["coco"] + ["my-photos"] * 4
    assert build_vww.run("--coco", coco, "--append") == 0
    assert build_vww.files() == both
    assert build_vww.skipped() == [
        ("val2017/b.jpg", "small persons", "the largest person covers 0.021%, less than 0.5%")
    ]


def test_the_order_of_inputs_does_not_matter(inputs: Inputs, build_vww: BuildVww) -> None:
    coco, mine = inputs.coco([("a.jpg", [LARGE])]), inputs.photographs(4)
    assert build_vww.run("--coco", coco) == 0
    assert build_vww.run("--folder", mine, "--append") == 0
    first = build_vww.files()
    build_vww.out = build_vww.out.with_name("again")
    assert build_vww.run("--folder", mine) == 0
    assert build_vww.run("--coco", coco, "--append") == 0
    assert build_vww.files() == first


def test_two_inputs_of_one_name_need_two_sources(inputs: Inputs, build_vww: BuildVww) -> None:
    first, second = inputs.photographs(2, "a/photos"), inputs.photographs(2, "b/photos")
    assert build_vww.run("--folder", first) == 0
    assert build_vww.run("--folder", second, "--append") == 4
    assert f"is there already, from folder {first}" in build_vww.error
    assert build_vww.run("--folder", second, "--append", "--source", "second") == 0
    assert {entry.source for entry in build_vww.data.entries} == {"photos", "second"}


def test_a_picture_that_is_there_twice_counts_once(inputs: Inputs, build_vww: BuildVww) -> None:
    root = inputs.photographs(4)
    shutil.copy(root / "person" / "IMG_0000.jpg", root / "person" / "copy.jpg")
    assert build_vww.run("--folder", root) == 0
    assert len(build_vww.labels()) == 4
    assert build_vww.skipped() == [
        (
            "person/copy.jpg",
            "duplicate",
            "the same picture as my-photos/person/IMG_0000.jpg",
        )
    ]
    other = inputs.folder / "other"
    shutil.copytree(root / "no-person", other / "no-person")
    inputs.picture("other/no-person/new.jpg")
    assert build_vww.run("--folder", other, "--append") == 0
    assert len(build_vww.labels()) == 5
    assert "2 duplicate" in build_vww.text


def test_a_picture_with_both_labels_is_bad(inputs: Inputs, build_vww: BuildVww) -> None:
    root = inputs.photographs(2)
    shutil.copy(root / "person" / "IMG_0000.jpg", root / "no-person" / "empty.jpg")
    assert build_vww.run("--folder", root) == 4
    assert (
        "person/IMG_0000.jpg: the same picture as my-photos/no-person/empty.jpg, "
        "which is labelled no person" in build_vww.error
    )


def test_bad_pictures_end_the_run_and_keep_what_was_made(
    inputs: Inputs, build_vww: BuildVww
) -> None:
    root = inputs.photographs(4)
    bad = root / "person" / "bad.jpg"
    bad.write_bytes(b"")
    assert build_vww.run("--folder", root) == 4
    assert "1 picture cannot be used: person/bad.jpg: the file is empty" in build_vww.error
    assert not (build_vww.out / "labels.csv").exists()
    bad.unlink()
    assert build_vww.run("--folder", root) == 0
    assert "0 pictures made, 4 were there" in build_vww.text
    assert not (build_vww.out / "skipped.csv").exists()


def test_bad_pictures_leave_the_data_set_that_was_there(
    inputs: Inputs, build_vww: BuildVww
) -> None:
    root = inputs.photographs(4)
    assert build_vww.run("--folder", root) == 0
    first = build_vww.files()
    (root / "person" / "bad.jpg").write_bytes(b"\xff\xd8")
    assert build_vww.run("--folder", root) == 4
    assert build_vww.files() == first


def test_nothing_but_bad_pictures_is_an_error(inputs: Inputs, build_vww: BuildVww) -> None:
    (inputs.folder / "mine" / "person").mkdir(parents=True)
    (inputs.folder / "mine" / "person" / "a.jpg").write_bytes(b"")
    assert build_vww.run("--folder", inputs.folder / "mine", "--skip-bad") == 4
    assert "no picture is left" in build_vww.error
    assert "left out: 1 bad" in build_vww.error


class Stopping:
    """Ctrl-C at the third picture."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, candidate: Candidate, form: Form, target: Path) -> Made:
        self.calls += 1
        if self.calls == 3:
            raise KeyboardInterrupt
        return make(candidate, form, target)


def test_an_interrupted_run_goes_on_and_gives_the_same(
    inputs: Inputs, build_vww: BuildVww, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = inputs.photographs(6)
    whole = build_vww.out.with_name("whole")
    assert build_vww.run("--folder", root, out=whole) == 0
    with monkeypatch.context() as patch:
        patch.setattr(model.dataset.build, "make", Stopping())
        assert build_vww.run("--folder", root, "--jobs", 1) == 2
    assert "interrupted" in build_vww.error
    assert not (build_vww.out / "labels.csv").exists()
    assert build_vww.run("--folder", root) == 0
    assert "4 pictures made, 2 were there" in build_vww.text
    resumed = build_vww.files()
    build_vww.out = whole
    assert resumed == build_vww.files()


def test_a_killed_run_goes_on(inputs: Inputs, build_vww: BuildVww) -> None:
    """Killed without a chance to tidy up, in the middle of a picture and of a journal line."""
    root = inputs.photographs(6)
    whole = build_vww.out.with_name("whole")
    assert build_vww.run("--folder", root, out=whole) == 0
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "import model.__main__ as command, model.dataset.build as build\n"
        "make, calls = build.make, []\n"
        "def killing(candidate, form, target):\n"
        "    calls.append(target)\n"
        "    if len(calls) == 5:\n"
        "        target.with_name(f'.{target.name}.part').write_bytes(b'half')\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return make(candidate, form, target)\n"
        "build.make = killing\n"
        "command.main(sys.argv[1:])\n"
    )
    words = ["build-vww", "--folder", str(root), "--out", str(build_vww.out), "--jobs", "1"]
    repository = Path(command.__file__).parent.parent
    process = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=repository, capture_output=True, check=False
    )
    assert process.returncode == -signal.SIGKILL
    assert not (build_vww.out / "labels.csv").exists()
    journal = build_vww.out / ".build-vww.jsonl"
    journal.write_bytes(journal.read_bytes()[:-20])
    assert build_vww.run("--folder", root) == 0
    assert "6 were there" not in build_vww.text
    assert list(build_vww.out.rglob("*.part")) == []
    resumed = build_vww.files()
    build_vww.out = whole
    assert resumed == build_vww.files()


def test_a_journal_that_holds_rubbish_costs_work_only(inputs: Inputs, build_vww: BuildVww) -> None:
    root = inputs.photographs(4)
    assert build_vww.run("--folder", root) == 0
    first = build_vww.files()
    journal = build_vww.out / ".build-vww.jsonl"
    lines = [json.dumps({"file": 1}), "{", "[]", "null", "\xff"]
    journal.write_text("\n".join(lines) + "\n" + journal.read_text())
    assert build_vww.run("--folder", root) == 0
    assert "0 pictures made, 4 were there" in build_vww.text
    assert build_vww.files() == first


def test_two_runs_at_once_are_refused(inputs: Inputs, build_vww: BuildVww) -> None:
    root = inputs.photographs(2)
    assert build_vww.run("--folder", root) == 0
    held = os.open(build_vww.out, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert build_vww.run("--folder", root) == 4
    finally:
        os.close(held)
    assert "another run is making this data set" in build_vww.error
    assert build_vww.run("--folder", root) == 0


def test_a_directory_of_something_else_is_left_alone(inputs: Inputs, build_vww: BuildVww) -> None:
    root = inputs.photographs(2)
    build_vww.out.mkdir()
    (build_vww.out / "thesis.txt").touch()
    assert build_vww.run("--folder", root) == 4
    assert "was not made by build-vww and is not empty" in build_vww.error
    assert build_vww.run("--folder", root, out=root) == 4
    assert [path.name for path in build_vww.out.iterdir()] == ["thesis.txt"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_cannot_be_written_is_said(inputs: Inputs, build_vww: BuildVww) -> None:
    build_vww.out.mkdir(mode=0o500)
    assert build_vww.run("--folder", inputs.photographs(2)) == 6
    assert "cannot write the data set" in build_vww.error


def test_a_file_in_the_place_of_the_directory_is_said(inputs: Inputs, build_vww: BuildVww) -> None:
    build_vww.out.write_text("x")
    assert build_vww.run("--folder", inputs.photographs(2)) == 6
    assert "cannot write the data set: File exists" in build_vww.error


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--shorter-side", 95], "less than the model's input"),
        (["--jobs", 0], "out of range"),
        (["--max-megapixels", 0], "out of range"),
        (["--max-megapixels", "nan"], "out of range"),
        (["--source", "a/b"], "cannot name a folder"),
        (["--minival-ids", "x"], "--minival-ids is for COCO"),
        (["--area", "mask"], "--area mask is for COCO"),
        (["--annotations", "x"], "--annotations is for COCO"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    inputs: Inputs, build_vww: BuildVww, words: list[object], message: str
) -> None:
    assert build_vww.run("--folder", inputs.photographs(2), *words) == 4
    assert message in build_vww.error
    assert not build_vww.out.exists()


def test_the_data_set_can_be_evaluated(inputs: Inputs, build_vww: BuildVww) -> None:
    from hil.cli import main

    inputs.coco([("a.jpg", [LARGE]), ("b.jpg", [])])
    assert build_vww.run("--coco", inputs.folder / "coco", "--split", "hash") == 0
    assert build_vww.run("--folder", inputs.photographs(6), "--append") == 0
    report = build_vww.out.with_name("report.json")
    words = ["evaluate", "--board", "oracle", "--data", build_vww.out, "--split", "all"]
    assert main([str(word) for word in [*words, "--json", report]]) == 0
    counts = json.loads(report.read_text())["counts"]
    assert (counts["positives"], counts["negatives"], counts["boxed"]) == (4, 4, 1)
