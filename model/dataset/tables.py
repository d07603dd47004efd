"""The files of a data set beside its pictures: `labels.csv` and `skipped.csv`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from hil.base.text_file import read_text
from hil.samples.labels import LABELS, Entry
from model.dataset.pictures import write_atomically

SKIPPED = "skipped.csv"
COLUMNS = ("file", "person", "boxes", "split", "source", "width", "height")
SKIPPED_COLUMNS = ("input", "source", "file", "kind", "reason")


def write_labels(directory: Path, entries: Iterable[Entry]) -> None:
    """Writes labels.csv as `hil.samples.labels` reads it."""
    write_atomically(directory / LABELS, _csv(COLUMNS, map(_row, entries)))


def write_skipped(directory: Path, rows: Sequence[list[str]]) -> None:
    """Writes skipped.csv, sorted; no rows, no file."""
    path = directory / SKIPPED
    if rows:
        write_atomically(path, _csv(SKIPPED_COLUMNS, sorted(rows)))
    else:
        path.unlink(missing_ok=True)


def read_skipped(directory: Path) -> list[list[str]]:
    """The rows of skipped.csv."""
    if not (directory / SKIPPED).exists():
        return []
    text = io.StringIO(read_text(directory / SKIPPED), newline="")
    return [row for row in csv.reader(text) if len(row) == len(SKIPPED_COLUMNS)][1:]


def _row(entry: Entry) -> list[str]:
    size = map(str, entry.size or ("", ""))
    boxes = "; ".join(" ".join(f"{number:.6g}" for number in box) for box in entry.boxes)
    return [entry.file, str(int(entry.shows_person())), boxes, entry.split, entry.source, *size]


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8", errors="backslashreplace")
