"""What was made of which file, so that a run that was stopped goes on.

One JSON object a line in `.build-vww.jsonl` of the data set, appended as pictures are
made and written anew at the end of a run. It holds paths and times of this machine and
is no part of the data set.
"""

from __future__ import annotations

import dataclasses
import fcntl
import json
import os
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from hil.errors import UsageError
from model.dataset.header import Header
from model.dataset.pictures import Made, write_atomically

NAME = ".build-vww.jsonl"


@dataclass(frozen=True, slots=True)
class Record:
    """A stored picture.

    file: below `images/`. input: which run's input it belongs to. original: the file's
    path in it. bytes, mtime_ns: of the original. form: how it was stored.
    """

    file: str
    input: str
    original: str
    bytes: int
    mtime_ns: int
    form: str
    sha256: str
    stored: tuple[int, int]
    orientation: int
    size: tuple[int, int]
    crc: int

    @property
    def made(self) -> Made:
        return Made(self.sha256, Header(self.stored, self.orientation), self.size, self.crc)

    def is_of(self, original: Path, form: str, target: Path) -> bool:
        """Whether the stored picture is whole, and of this file as it is now."""
        try:
            facts = original.stat()
            return (facts.st_size, facts.st_mtime_ns, form) == (
                self.bytes,
                self.mtime_ns,
                self.form,
            ) and zlib.crc32(target.read_bytes()) == self.crc
        except OSError:
            return False


class Journal:
    """The journal of one data set; a context manager that keeps other runs out."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / NAME
        self.records: dict[str, Record] = {}

    def __enter__(self) -> Journal:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(self._path.parent, os.O_RDONLY)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._lock)
            raise UsageError(
                "another run is making this data set",
                where=str(self._path.parent),
                hint="wait for its end, or give another --out",
            ) from error
        self.records = _read(self._path)
        self._stream: IO[str] = self._path.open("a", encoding="utf-8")
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
        os.close(self._lock)

    def add(self, record: Record) -> None:
        """Writes a line at once."""
        self.records[record.file] = record
        # A leading line end closes a line that a killed run left torn.
        self._stream.write("\n" + _line(record))
        self._stream.flush()

    def keep(self, files: Iterable[str]) -> None:
        """Writes the journal anew with these files alone."""
        self.records = {file: self.records[file] for file in sorted(files)}
        text = "".join(_line(record) + "\n" for record in self.records.values())
        self._stream.close()
        write_atomically(self._path, text.encode())
        self._stream = self._path.open("a", encoding="utf-8")


def _line(record: Record) -> str:
    return json.dumps(dataclasses.asdict(record), sort_keys=True)


def _read(path: Path) -> dict[str, Record]:
    """All whole lines; a torn or unknown one is a picture that is made again."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return {}
    records = {}
    for line in filter(None, lines):
        try:
            values = json.loads(line)
            for pair in ("stored", "size"):
                values[pair] = tuple(values[pair])
            records[values["file"]] = Record(**values)
        except (ValueError, TypeError, KeyError):
            continue
    return records
