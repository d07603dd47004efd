"""Reads a labelled data set: `labels.csv` and the samples that it names.

| column          | needed | meaning                                                    |
|-----------------|--------|------------------------------------------------------------|
| `file`          | yes    | sample, below `images/` of the data set or below itself    |
| `label`         | no     | its class, by name or number                               |
| `value`         | no     | a number: what a regression should say                     |
| `person`        | no     | 1 or 0: the class of a person detector                     |
| `boxes`         | no     | `x0 y0 x1 y1` of every person or thing, separated by `;`   |
| `split`         | no     | such as train, val, test                                   |
| `source`        | no     | where the sample comes from; results are grouped by it     |
| `group`         | no     | samples of one name are parts of one recording             |
| `width, height` | no     | of the upright picture in pixels; checked                  |

Without `label`, `value` and `person` nothing is true or false: board and oracle can be compared,
no more. So it is where such a column is empty in every line: nobody has filled it in yet. Where it
is empty in some lines only, these are errors. Boxes are fractions (0 to 1) of the upright picture.
A picture with a person may have none, where the place is not known: it counts for scores and not
for localization, and its label stands however it is cut. All problems are found before any sample
is sent, and each is named with its line: a line that cannot be used is an error, never left out.
"""

from __future__ import annotations

import csv
import difflib
import io
import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from hil.base.file_names import files_below, plain
from hil.base.text_file import read_text
from hil.errors import UsageError
from hil.samples.kinds import is_sample

LABELS = "labels.csv"
REQUIRED = ("file",)
TRUTHS = ("label", "value", "person")
OPTIONAL = (*TRUTHS, "boxes", "split", "source", "group", "width", "height")

IMAGES = "images"
"""The folder that a data set may have for its samples."""

NO_TRUTH = "nothing says what is right of a sample: only board and oracle can be compared"
"""Note of a data set without labels and values."""

_SHOWN = 20

_Row = tuple[int, dict[str, str] | str]
"""A line's number and fields; a text instead of those says what is wrong with it."""

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 as fractions (0 to 1) of the upright picture's width and height."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of `labels.csv`; texts are empty where the file has no such column.

    `file` is relative to the data set's pictures, in the plain form of `hil.base.file_names`;
    `stored` is how the folder spells it, where that differs. `size`: (width, height) as
    the file says, if it does. `person`, `label` and `value` are what is true of the sample, in
    the words of the file: None or empty where it does not say. `group`: samples of one name are
    parts of one recording. `line` is 0 where there are no lines, `row` counts from 0 where the
    sample is a row of the file's arrays.
    """

    line: int
    file: str
    person: bool | None
    boxes: tuple[Box, ...]
    split: str = ""
    source: str = ""
    size: tuple[int, int] | None = None
    stored: str = ""
    label: str = ""
    value: float | None = None
    group: str = ""
    row: int | None = None

    def path(self, folder: Path) -> Path:
        """The sample's file, in the data set's folder; for a row, the file with all of them."""
        return folder if self.row is not None else folder / (self.stored or self.file)

    def shows_person(self) -> bool:
        """What the column `person` says. Raises UsageError where it says nothing."""
        if self.person is None:
            raise UsageError(
                "nobody says whether there is a person in it",
                where=self.file,
                hint="give the labels a column person, with 1 or 0",
            )
        return self.person


@dataclass(frozen=True, slots=True)
class DataSet:
    """A data set whose lines all are usable.

    `labels`: the file that says what is true, or the folder that does by its sub-folders.
    `folder`: that files are relative to, or the file whose rows are the samples.
    `notes`: what a reader should know, such as samples that no line names.
    """

    labels: Path
    folder: Path
    entries: tuple[Entry, ...]
    notes: tuple[str, ...]

    def where(self, entry: Entry) -> str:
        """The place of an entry, for messages."""
        return f"{self.labels}:{entry.line}" if entry.line else str(entry.path(self.folder))


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one line, 0 if there are none. `file`: as the line says, empty if it
    says none."""

    line: int
    message: str
    file: str = ""


def read_labels(directory: Path, *, needed: Collection[str] = ()) -> DataSet:
    """The data set in a directory.

    Args:
        directory: with `labels.csv`.
        needed: optional columns that have to be there.

    Raises:
        UsageError: no such directory or file, columns that are missing, or lines
            that cannot be used, each with its number and what is wrong.
    """
    data, problems = scan_labels(directory, needed=needed)
    if problems:
        raise problems_error(data.labels, list(problems))
    if not data.entries:
        where = str(data.labels)
        raise UsageError("no samples are listed", where=where, hint="add one line a sample")
    return data


def scan_labels(
    directory: Path, *, needed: Collection[str] = ()
) -> tuple[DataSet, tuple[Problem, ...]]:
    """As `read_labels`, with the lines that can be used and what is wrong with the others.

    Raises:
        UsageError: no such directory or file, or columns that are missing.
    """
    path = directory / LABELS
    rows, columns = _rows(path, (*REQUIRED, *needed))
    rows, columns, unfilled = _without_unfilled(rows, columns, needed)
    pictures = pictures_of(directory)
    present = files_below(pictures)
    entries: list[Entry] = []
    problems: list[Problem] = []
    lines: dict[str, int] = {}
    for line, row in rows:
        found = len(problems)
        entry = _entry(line, row, problems)
        file = entry.file
        if file.startswith("/") or ".." in file.split("/"):
            problems.append(Problem(line, f"{file} is not inside of the data set"))
        elif file and file in lines:
            problems.append(Problem(line, f"{file} is there twice, first in line {lines[file]}"))
        elif file and file not in present:
            problems.append(Problem(line, f"no file {file} in {pictures}"))
        elif file and len(present[file]) > 1:
            # Whoever lists one of them cannot be asked which.
            wrong = f"{len(present[file])} files are called {file}, in different Unicode forms"
            problems.append(Problem(line, wrong))
        lines.setdefault(file, line)
        if len(problems) == found:
            (name,) = present[file]
            entries.append(entry if name == file else replace(entry, stored=name))
        problems[found:] = [replace(problem, file=file) for problem in problems[found:]]
    notes = tuple(_notes(columns, unfilled, present, lines))
    return DataSet(path, pictures, tuple(entries), notes), tuple(problems)


def pictures_of(directory: Path) -> Path:
    """The folder that the lines of a data set are relative to."""
    return directory / IMAGES if (directory / IMAGES).is_dir() else directory


def listed(path: Path) -> set[str]:
    """The files that the lines of a `labels.csv` name, whatever else they say.

    Raises:
        UsageError: it cannot be read, is no CSV, or lacks the column `file`.
    """
    rows, _ = _rows(path, REQUIRED)
    return {plain(row["file"]) for _, row in rows if not isinstance(row, str)}


def problems_error(labels: Path, problems: list[Problem]) -> UsageError:
    """One error for all lines, or files, that cannot be used."""
    shown = [
        f"  line {one.line}: {one.message}" if one.line else f"  {one.message}"
        for one in problems[:_SHOWN]
    ]
    if len(problems) > _SHOWN:
        shown.append(f"  and {len(problems) - _SHOWN} more")
    count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
    where, what = ("labels", "lines") if problems[0].line else ("data set", "samples")
    return UsageError(
        "\n".join([f"{count} in the {where}:", *shown]),
        where=str(labels),
        hint=f"correct or remove these {what}; none is left out silently",
    )


def _rows(path: Path, needed: Collection[str]) -> tuple[list[_Row], list[str]]:
    """Every line that is not blank, and the columns."""
    hint = f"a data set is a folder with {LABELS}, with the column {', '.join(needed)} and, of "
    hint += f"{', '.join(TRUTHS)}, what is known; or a folder with a sub-folder for each class"
    text = read_text(path, "the labels", hint)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[_Row] = []
    columns: list[str] = []
    try:
        for fields in reader:
            if not fields:
                continue
            if not columns:
                columns = [name.strip() for name in fields]
                _check_columns(columns, path, needed)
            elif len(fields) != len(columns):
                wrong = f"{len(fields)} fields, the header has {len(columns)}"
                rows.append((reader.line_num, wrong))
            else:
                values = (field.strip() for field in fields)
                rows.append((reader.line_num, dict(zip(columns, values, strict=True))))
    except csv.Error as error:
        raise UsageError(
            f"not CSV: {error}", where=f"{path}:{reader.line_num}", hint="correct that line"
        ) from error
    if not columns:
        raise UsageError(
            "the file is empty", where=str(path), hint=f"columns: {', '.join(REQUIRED + OPTIONAL)}"
        )
    return rows, columns


def _without_unfilled(
    rows: list[_Row], columns: list[str], needed: Collection[str]
) -> tuple[list[_Row], list[str], list[str]]:
    """Without the columns of the truth that nobody has filled in; which those are."""
    dicts = [row for _, row in rows if not isinstance(row, str)]
    unfilled = [
        name
        for name in columns
        if name in TRUTHS and name not in needed and dicts and not any(row[name] for row in dicts)
    ]
    left = [name for name in columns if name not in unfilled]
    filled = [
        (line, row if isinstance(row, str) else {name: row[name] for name in left})
        for line, row in rows
    ]
    return filled, left, unfilled


def _check_columns(columns: list[str], path: Path, needed: Collection[str]) -> None:
    missing = [name for name in needed if name not in columns]
    double = [name for name in dict.fromkeys(columns) if columns.count(name) > 1]
    # A column that looks like a known one is a slip; ignoring it would change the result.
    known = [*REQUIRED, *OPTIONAL]
    near = {
        name: matches[0]
        for name in columns
        if name not in known and (matches := difflib.get_close_matches(name.lower(), known, n=1))
    }
    if missing:
        message = f"column {', '.join(missing)} is missing; the header has {', '.join(columns)}"
    elif double:
        message = f"column {', '.join(double)} is there twice"
    elif near:
        message = f"unknown column {next(iter(near))!r}: did you mean {next(iter(near.values()))}?"
    elif ("width" in columns) != ("height" in columns):
        message = "width and height come together"
    else:
        return
    hint = f"needed: {', '.join(needed)}; known besides: "
    hint += ", ".join(name for name in OPTIONAL if name not in needed)
    if len(columns) == 1 and (mark := next((mark for mark in ";\t" if mark in columns[0]), "")):
        hint = f"save it with commas: {mark!r} is between its columns"
    raise UsageError(message, where=f"{path}:1", hint=hint)


def _entry(line: int, row: Mapping[str, str] | str, problems: list[Problem]) -> Entry:
    """The entry of a row; what is wrong with it is added to `problems`."""

    def wrong(message: str) -> None:
        problems.append(Problem(line, message))

    if isinstance(row, str):
        wrong(row)
        return Entry(line, "", None, ())
    file = plain(row["file"].replace("\\", "/"))
    if not file:
        wrong("file is empty")
    person = row.get("person")
    if person not in (None, "0", "1"):
        wrong(f"person is {person!r}, not 0 or 1")
    label = plain(row.get("label", ""))
    if "label" in row and not label:
        wrong("label is empty")
    boxes = []
    for text in filter(None, (part.strip() for part in row.get("boxes", "").split(";"))):
        box = _box(text)
        if isinstance(box, str):
            wrong(box)
        else:
            boxes.append(box)
    if boxes and person == "0":
        wrong("boxes, but person is 0")
    elif boxes and person is None and not label:
        wrong("boxes, but neither person nor label says what of")
    return Entry(
        line,
        file,
        None if person is None else person == "1",
        tuple(boxes),
        plain(row.get("split", "")),
        plain(row.get("source", "")),
        size=_size(row, wrong),
        label=label,
        value=_value(row, wrong),
        group=plain(row.get("group", "")),
    )


def _value(row: Mapping[str, str], wrong: Callable[[str], None]) -> float | None:
    text = row.get("value")
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        wrong(f"value is {text!r}, not a number" if text else "value is empty")
        return None
    if not math.isfinite(value):
        wrong(f"value is {text!r}, not a finite number")
    return value


def _box(text: str) -> Box | str:
    """The box, or what is wrong with it."""
    try:
        x0, y0, x1, y1 = (float(number) for number in text.split())
    except ValueError:
        return f"box {text!r} is not four numbers x0 y0 x1 y1"
    if not all(0 <= value <= 1 for value in (x0, y0, x1, y1)):
        return f"box {text!r} is outside of 0..1: boxes are fractions of the picture"
    if not (x0 < x1 and y0 < y1):
        return f"box {text!r} is empty: x0 < x1 and y0 < y1 are needed"
    return x0, y0, x1, y1


def _size(row: Mapping[str, str], wrong: Callable[[str], None]) -> tuple[int, int] | None:
    texts = row.get("width", ""), row.get("height", "")
    if texts == ("", ""):
        return None
    if all(re.fullmatch("0*[1-9][0-9]{,8}", text) for text in texts):
        return int(texts[0]), int(texts[1])
    wrong(f"width and height are {texts[0]!r} and {texts[1]!r}, not whole numbers above 0")
    return None


def _notes(
    columns: list[str],
    unfilled: list[str],
    present: Mapping[str, object],
    lines: Mapping[str, int],
) -> list[str]:
    unused = [name for name in columns if name not in (*REQUIRED, *OPTIONAL)]
    notes = [f"columns that are not used: {', '.join(unused)}"] if unused else []
    if not any(name in columns for name in TRUTHS):
        empty = f"the column {' and '.join(unfilled)} is empty in every line"
        none = f"no column {', '.join(TRUTHS[:-1])} or {TRUTHS[-1]}"
        notes.append(f"{NO_TRUTH}: {empty if unfilled else none}")
    unlisted = [name for name in present if name not in lines and is_sample(name)]
    if unlisted:
        notes.append(counted(unlisted, "sample", "that no line names"))
    return notes


def counted(names: Collection[str], what: str, which: str) -> str:
    """How many of something there are, and the first of them: "2 samples that ...: a, b"."""
    first = ", ".join(sorted(names)[:3]) + (", ..." if len(names) > 3 else "")
    return f"{len(names)} {what}{'s' * (len(names) != 1)} {which}: {first}"
