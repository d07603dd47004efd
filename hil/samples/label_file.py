"""Writes one label into a `labels.csv` and leaves every other byte of it as it is.

Columns and lines that nobody here knows, quotes, line ends and a byte order mark stay.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from hil.base.file_names import plain
from hil.base.text_file import read_bytes
from hil.errors import UsageError
from hil.samples.labels import LABELS, TRUTHS, scan_labels

_MARK = "\ufeff"
_LABEL, _VALUE, _PERSON = TRUTHS
_LONGEST = 200


@dataclass(frozen=True)
class _Record:
    """A line, or several where a field has line ends: as it stands, and its fields."""

    text: str
    fields: list[str]

    @property
    def end(self) -> str:
        return self.text[len(self.text.rstrip("\r\n")) :]


@dataclass(frozen=True)
class LabelFile:
    """The content of a `labels.csv`.

    Attributes:
        data: its bytes; empty where there is no file yet.
        usual: the column that says what is true where none does so far.
    """

    path: Path
    data: bytes
    usual: str = _LABEL

    @cached_property
    def _records(self) -> list[_Record]:
        return list(_records(self.data.decode("utf-8-sig")))

    @cached_property
    def _first(self) -> _Record | None:
        return next((record for record in self._records if record.fields), None)

    @cached_property
    def _header(self) -> list[str]:
        return [name.strip() for name in (self._first.fields if self._first else ["file"])]

    @property
    def _end(self) -> str:
        """Of its lines."""
        return "\r\n" if b"\r\n" in self.data else "\n"

    @property
    def column(self) -> str:
        """The column that says what is true: label, or value or person where only that is there."""
        return next((name for name in TRUTHS if name in self._header), self.usual)

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """What each file's line says, in their order; empty where it says nothing."""
        place = self._place(self.column)
        return {
            name: record.fields[place].strip() if place < len(record.fields) else ""
            for record in self._records
            if (name := self._file_of(record))
        }

    def with_label(self, file: str, label: str) -> LabelFile:
        """The content with another label of a file; with a line more, where none names it.

        Raises UsageError for a label that the column cannot hold.
        """
        check_label(self.column, label)
        end = self._end
        records = self._records or [_Record(f"file{end}", ["file"])]
        if self.column not in self._header:
            first = next(record for record in records if record.fields)
            named = ((record, self.column if record is first else "") for record in records)
            records = [_widened(record, name, end) for record, name in named]
        made = replace(self, data="".join(record.text for record in records).encode())
        place, found = made._place(self.column), False
        parts: list[str] = []
        for record in made._records:
            if made._file_of(record) != file:
                parts.append(record.text)
                continue
            found = True
            fields = [*record.fields, *[""] * (place + 1 - len(record.fields))]
            if fields[place].strip() == label:
                parts.append(record.text)
                continue
            fields[place] = label
            parts.append(_line(fields, record.end))
        mark = _MARK if self.data.startswith(_MARK.encode()) else ""
        written = replace(self, data=(mark + "".join(parts)).encode())
        return written if found else written.with_line({"file": file, self.column: label})

    def with_line(self, values: Mapping[str, str]) -> LabelFile:
        """The content with a line more at its end: these values, in the columns that there are."""
        gap = "" if not self._records or self._records[-1].end else self._end
        line = _line([values.get(name, "") for name in self._header], self._end)
        return replace(self, data=self.data + (gap + line).encode())

    def _place(self, column: str) -> int:
        return self._header.index(column) if column in self._header else len(self._header)

    def _file_of(self, record: _Record) -> str:
        """The file that a line names; empty for the header and for lines that name none."""
        place = self._place("file")
        if place >= len(record.fields) or record is self._first:
            return ""
        return plain(record.fields[place].strip().replace("\\", "/"))


def read_label_file(folder: Path, usual: str = _LABEL) -> LabelFile:
    """The `labels.csv` of a folder; an empty one where there is none. `usual`: as in `LabelFile`.

    Raises UsageError as `hil.samples.labels.scan_labels`.
    """
    path = folder / LABELS
    if not path.exists():
        return LabelFile(path, b"", usual)
    data = read_bytes(path, "the labels")
    scan_labels(folder)
    return LabelFile(path, data, usual)


def check_label(column: str, label: str) -> None:
    """Raises UsageError for a label that this column cannot hold; an empty one takes it back."""
    wrong = ""
    if len(label) > _LONGEST or not label.isprintable() or label != label.strip():
        wrong = "a label is one line of text"
    elif column == _PERSON and label not in ("", "0", "1"):
        wrong = f"person is 1 or 0, not {label!r}"
    elif column == _VALUE and label and not is_number(label):
        wrong = f"{label!r} is no number"
    if wrong:
        raise UsageError(wrong, where=LABELS, hint="give another one")


def is_number(text: str) -> bool:
    """Whether it is a value that may be written: a finite number."""
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _records(text: str) -> Iterator[_Record]:
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            taken.append(line)
            yield line

    for fields in csv.reader(lines(), strict=True):
        yield _Record("".join(taken), fields)
        taken.clear()


def _widened(record: _Record, last: str, end: str) -> _Record:
    """The line with one field more."""
    if not record.fields:
        return record
    text = record.text.removesuffix(record.end)
    return _Record(f"{text},{last}{record.end or end}", [*record.fields, last])


def _line(fields: list[str], end: str) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(fields)
    return text.getvalue() + end
