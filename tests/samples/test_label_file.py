"""One label is written into labels.csv, and every other byte stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from hil.errors import UsageError
from hil.samples.label_file import LabelFile, read_label_file

PATH = Path("labels.csv")


def after(before: str, file: str = "a.png", label: str = "cat") -> str:
    return LabelFile(PATH, before.encode()).with_label(file, label).data.decode()


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        pytest.param("", "file,label\na.png,cat\n", id="no file yet"),
        pytest.param("file,label\na.png,\n", "file,label\na.png,cat\n", id="a line is filled in"),
        pytest.param("file,label\nb.png,x\n", "file,label\nb.png,x\na.png,cat\n", id="a new line"),
        pytest.param(
            'note,file,label\n"one, two",a.png,dog\n"",b.png,"x"\n',
            'note,file,label\n"one, two",a.png,cat\n"",b.png,"x"\n',
            id="unknown columns and quotes of other lines",
        ),
        pytest.param(
            "file,label\r\na.png,dog\r\nb.png,x", "file,label\r\na.png,cat\r\nb.png,x", id="CRLF"
        ),
        pytest.param(
            "file,label\r\nb.png,x", "file,label\r\nb.png,x\r\na.png,cat\r\n", id="no last line end"
        ),
        pytest.param(
            "\ufefffile,label\na.png,dog\n", "\ufefffile,label\na.png,cat\n", id="a byte order mark"
        ),
        pytest.param(
            "\nfile , label\n\n a.png , dog\n\n",
            "\nfile , label\n\n a.png ,cat\n\n",
            id="blanks and blank lines",
        ),
        pytest.param(
            "\nfile,boxes\na.png,0 0 1 1\nb.png,\n",
            "\nfile,boxes,label\na.png,0 0 1 1,cat\nb.png,,\n",
            id="a column more",
        ),
        pytest.param(
            'file,note,label\nb.png,"two\nlines",x\na.png,,\n',
            'file,note,label\nb.png,"two\nlines",x\na.png,,cat\n',
            id="a field of two lines",
        ),
        pytest.param("file,label\na.png\n", "file,label\na.png,cat\n", id="a line that is short"),
        pytest.param(
            "file,label\nb.png,1,2,3\na.png,\n",
            "file,label\nb.png,1,2,3\na.png,cat\n",
            id="a line that is too long, and another's",
        ),
    ],
)
def test_a_label_is_written_and_nothing_else_changes(before: str, wanted: str) -> None:
    assert after(before) == wanted


def test_the_same_label_changes_no_byte() -> None:
    text = 'file,label\na.png,"cat"\n'
    assert after(text) == text


def test_a_label_can_be_taken_back() -> None:
    assert after("file,label\na.png,cat\n", label="") == "file,label\na.png,\n"


def test_a_label_with_a_comma_is_quoted() -> None:
    assert after("", label='one, "two"') == 'file,label\na.png,"one, ""two"""\n'


@pytest.mark.parametrize(
    ("header", "column"),
    [("file,person", "person"), ("file,value,label", "label"), ("file,value", "value"),
     ("file", "label")],
)  # fmt: skip
def test_the_column_that_says_what_is_true_is_used(header: str, column: str) -> None:
    assert LabelFile(PATH, f"{header}\n".encode()).column == column


@pytest.mark.parametrize(
    ("header", "label", "says"),
    [
        ("file,person", "yes", "person is 1 or 0"),
        ("file,value", "much", "is no number"),
        ("file,value", "nan", "is no number"),
        ("file,label", "two\nlines", "one line of text"),
        ("file,label", " ", "one line of text"),
        ("file,label", "x" * 201, "one line of text"),
    ],
)
def test_a_label_that_cannot_be_is_refused(header: str, label: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        after(f"{header}\n", label=label)


def test_what_the_lines_say_is_read(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "labels.csv").write_text("file,label\nb.png,dog\na.png,\n")
    assert dict(read_label_file(tmp_path).labels) == {"b.png": "dog", "a.png": ""}


@pytest.mark.parametrize("text", ['file,label\n"a.png', "name,label\na.png,x\n", "file,lable\n"])
def test_a_file_that_cannot_be_understood_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "labels.csv").write_text(text)
    with pytest.raises(UsageError):
        read_label_file(tmp_path)
