"""labels.csv: every line is used or named, with what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from hil.errors import UsageError
from hil.samples.labels import Entry, Problem, read_labels, scan_labels


def data_set(folder: Path, text: str, *files: str) -> Path:
    (folder / "images").mkdir(exist_ok=True)
    for name in files:
        path = folder / "images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    (folder / "labels.csv").write_text(text, encoding="utf-8")
    return folder


def test_a_line_is_read_with_its_boxes_and_its_number(tmp_path: Path) -> None:
    text = "file,person,boxes\na.png,1,0 0 0.5 1; 0.25 0.5 1 0.75\n\nsub/b.png,0,\n"
    data = read_labels(data_set(tmp_path, text, "a.png", "sub/b.png"))
    assert data.entries == (
        Entry(2, "a.png", True, ((0, 0, 0.5, 1), (0.25, 0.5, 1, 0.75))),
        Entry(4, "sub/b.png", False, ()),
    )
    assert data.notes == ()
    assert data.where(data.entries[1]) == f"{tmp_path / 'labels.csv'}:4"


def test_optional_columns_may_come_in_any_order(tmp_path: Path) -> None:
    text = "\ufeffsource,boxes,person,height,width,split,file\ncoco,,1,96,128,test,a.png\n"
    (entry,) = read_labels(data_set(tmp_path, text, "a.png")).entries
    assert entry == Entry(2, "a.png", True, (), "test", "coco", (128, 96))


def test_pictures_may_lie_beside_the_labels(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    (tmp_path / "labels.csv").write_text("file,person,boxes\na.png,0,\n")
    assert read_labels(tmp_path).folder == tmp_path


BAD_LINES = {
    "gone.png,0,": "no file gone.png in",
    "a.png,0,": "a.png is there twice, first in line 2",
    "b.png,yes,": "person is 'yes', not 0 or 1",
    "b.png,0,0 0 1 1": "boxes, but person is 0",
    "b.png,1,0 0 1": "box '0 0 1' is not four numbers x0 y0 x1 y1",
    "b.png,1,0 0 1 x": "box '0 0 1 x' is not four numbers",
    "b.png,1,0 0 1.01 1": "box '0 0 1.01 1' is outside of 0..1",
    "b.png,1,nan 0 1 1": "is outside of 0..1",
    "b.png,1,10 20 50 60": "is outside of 0..1: boxes are fractions",
    "b.png,1,0.5 0 0.5 1": "box '0.5 0 0.5 1' is empty",
    "b.png,1": "2 fields, the header has 3",
    "b.png,1,,7": "4 fields, the header has 3",
    ",1,": "file is empty",
    "../a.png,1,": "../a.png is not inside of the data set",
    "/etc/passwd,1,": "/etc/passwd is not inside of the data set",
}


@pytest.mark.parametrize(("line", "message"), BAD_LINES.items(), ids=list(BAD_LINES))
def test_a_bad_line_is_named_with_its_number(tmp_path: Path, line: str, message: str) -> None:
    text = f"file,person,boxes\na.png,1,0 0 1 1\n{line}\n"
    with pytest.raises(UsageError) as caught:
        read_labels(data_set(tmp_path, text, "a.png", "b.png"))
    assert "1 problem in the labels:" in caught.value.message
    assert "line 3: " in caught.value.message
    assert message in caught.value.message
    assert caught.value.where == str(tmp_path / "labels.csv")


def test_all_problems_are_named_at_once_and_two_of_one_line_too(tmp_path: Path) -> None:
    text = "file,person,boxes\na.png,2,0 0 2 1\nb.png,1,\nc.png,0,\n"
    with pytest.raises(UsageError) as caught:
        read_labels(data_set(tmp_path, text, "b.png"))
    assert caught.value.message.splitlines() == [
        "4 problems in the labels:",
        "  line 2: person is '2', not 0 or 1",
        "  line 2: box '0 0 2 1' is outside of 0..1: boxes are fractions of the picture",
        f"  line 2: no file a.png in {tmp_path / 'images'}",
        f"  line 4: no file c.png in {tmp_path / 'images'}",
    ]


def test_a_thousand_problems_are_counted(tmp_path: Path) -> None:
    lines = "".join(f"{n}.png,0,\n" for n in range(1000))
    with pytest.raises(UsageError, match="1000 problems") as caught:
        read_labels(data_set(tmp_path, "file,person,boxes\n" + lines))
    assert caught.value.message.endswith("and 980 more")


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("name,label", "column file is missing; the header has name, label"),
        ("file,person,boxes,file", "column file is there twice"),
        ("file,person,boxes,splitt", "unknown column 'splitt': did you mean split?"),
        ("file,person,boxes,Source", "unknown column 'Source': did you mean source?"),
        ("file,lable", "unknown column 'lable': did you mean label?"),
        ("file,values", "unknown column 'values': did you mean value?"),
        ("file,person,boxes,width", "width and height come together"),
        ("", "the file is empty"),
    ],
)
def test_wrong_columns_are_named(tmp_path: Path, header: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_labels(data_set(tmp_path, f"{header}\n"))
    assert message in caught.value.message


def test_sizes_that_are_none_are_named(tmp_path: Path) -> None:
    text = "file,person,boxes,width,height\na.png,1,,0x20,96\n"
    with pytest.raises(UsageError, match="line 2: width and height are '0x20' and '96'"):
        read_labels(data_set(tmp_path, text, "a.png"))


def test_columns_without_a_use_and_pictures_without_a_line_are_told(tmp_path: Path) -> None:
    text = "file,person,boxes,camera\na.png,1,,front\n"
    data = read_labels(data_set(tmp_path, text, "a.png", "b.jpg", "c.npy", "readme.txt"))
    assert data.notes == (
        "columns that are not used: camera",
        "2 samples that no line names: b.jpg, c.npy",
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"file,person,boxes\n\xff.png,1,\n", "not UTF-8"),
        (b'file,person,boxes\n"a.png,1,\n', "not CSV"),
        (b"file,person,boxes\n", "no samples are listed"),
    ],
)
def test_a_file_that_is_no_labels_file_says_so(
    tmp_path: Path, content: bytes, message: str
) -> None:
    (tmp_path / "labels.csv").write_bytes(content)
    with pytest.raises(UsageError, match=message):
        read_labels(tmp_path)


def test_a_folder_without_labels_says_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read the labels") as caught:
        read_labels(tmp_path / "nowhere")
    assert "the column file and, of label, value, person, what is known" in caught.value.hint


def test_a_scan_gives_good_lines_and_what_is_wrong_with_the_others(tmp_path: Path) -> None:
    text = "file,person,boxes\na.png,1,\nb.png,0,0 0 1 1\nnone.png,1,0 0 2 1\n"
    data, problems = scan_labels(data_set(tmp_path, text, "a.png", "b.png"))
    assert [entry.file for entry in data.entries] == ["a.png"]
    assert [(problem.line, problem.file) for problem in problems] == [
        (3, "b.png"),
        (4, "none.png"),
        (4, "none.png"),
    ]
    assert problems[0] == Problem(3, "boxes, but person is 0", "b.png")


def test_a_class_a_value_and_a_recording_are_read(tmp_path: Path) -> None:
    text = "file,label,value,group\na.npy,yes,-1.5e-2,first\nb.npy,3,7,first\n"
    data = read_labels(data_set(tmp_path, text, "a.npy", "b.npy"))
    assert [(e.label, e.value, e.group, e.person) for e in data.entries] == [
        ("yes", -0.015, "first", None),
        ("3", 7.0, "first", None),
    ]
    assert data.notes == ()


def test_a_file_alone_is_enough_and_is_told_to_prove_agreement_alone(tmp_path: Path) -> None:
    data = read_labels(data_set(tmp_path, "file\na.bin\n", "a.bin"))
    assert data.entries == (Entry(2, "a.bin", None, ()),)
    assert data.notes == (
        "nothing says what is right of a sample: only board and oracle can be compared: "
        "no column label, value or person",
    )


@pytest.mark.parametrize(
    ("header", "line", "message"),
    [
        ("file,value", "b.png,warm", "value is 'warm', not a number"),
        ("file,value", "b.png,nan", "value is 'nan', not a finite number"),
        ("file,value", "b.png,-inf", "value is '-inf', not a finite number"),
        ("file,value", "b.png,1e999", "value is '1e999', not a finite number"),
        ("file,boxes", "b.png,0 0 1 1", "boxes, but neither person nor label says what of"),
        ("file,label,person,boxes", "b.png,cat,0,0 0 1 1", "boxes, but person is 0"),
    ],
)
def test_a_bad_label_or_value_is_named_with_its_line(
    tmp_path: Path, header: str, line: str, message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        read_labels(data_set(tmp_path, f"{header}\n{line}\n", "b.png"))
    assert caught.value.message == f"1 problem in the labels:\n  line 2: {message}"


@pytest.mark.parametrize(("column", "one"), [("label", "cat"), ("value", "7"), ("person", "1")])
def test_what_is_true_is_filled_in_for_all_samples_or_for_none(
    tmp_path: Path, column: str, one: str
) -> None:
    text = f"file,{column}\na.png,\nb.png,\n"
    data = read_labels(data_set(tmp_path, text, "a.png", "b.png"))
    assert data.entries == (Entry(2, "a.png", None, ()), Entry(3, "b.png", None, ()))
    assert data.notes == (
        "nothing says what is right of a sample: only board and oracle can be compared: "
        f"the column {column} is empty in every line",
    )
    (tmp_path / "labels.csv").write_text(f"file,{column}\na.png,{one}\nb.png,\n")
    with pytest.raises(UsageError, match=f"line 3: {column} is (empty|'', not 0 or 1)"):
        read_labels(tmp_path)


def test_boxes_may_be_of_a_class(tmp_path: Path) -> None:
    text = "file,label,boxes\na.png,cat,0 0 1 1\n"
    (entry,) = read_labels(data_set(tmp_path, text, "a.png")).entries
    assert (entry.label, entry.boxes) == ("cat", ((0, 0, 1, 1),))


@pytest.mark.parametrize("mark", [";", "\t"])
def test_a_table_without_commas_is_told_as_that(tmp_path: Path, mark: str) -> None:
    with pytest.raises(UsageError, match="column file is missing") as caught:
        read_labels(data_set(tmp_path, f"file{mark}label\na.png{mark}cat\n"))
    assert caught.value.hint == f"save it with commas: {mark!r} is between its columns"


def test_who_needs_a_column_is_told_that_it_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="column person is missing; the header has file, label"):
        read_labels(data_set(tmp_path, "file,label\na.png,cat\n", "a.png"), needed=("person",))
