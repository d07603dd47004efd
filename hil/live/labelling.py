"""Labels for the pictures of a folder, one by one, while others may edit the same file."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hil.base.file_names import plain
from hil.base.host_error import host_errors
from hil.base.text_file import read_bytes
from hil.base.whole_file import write_whole
from hil.errors import UsageError
from hil.samples.kinds import PICTURES
from hil.samples.label_file import read_label_file
from hil.samples.labels import pictures_of

_PERSON = (("1", "person"), ("0", "no person"))


class ChangedMeanwhileError(Exception):
    """The file is another one than the page knows; nothing was written."""


@dataclass(frozen=True, slots=True)
class Change:
    """One label that was written. `undo`: so many can be taken back."""

    stamp: str
    file: str
    label: str
    undo: int


class Labelling:
    """The pictures of a folder and their labels, for any number of pages at once."""

    def __init__(self, folder: Path, classes: Sequence[str] = (), column: str = "label") -> None:
        """`classes`: names that are offered beside those that the file has already. `column`: that
        says what is true, where the file has none for that.

        Raises UsageError for a folder without pictures, or a `labels.csv` that cannot be read.
        """
        self._lock = threading.Lock()
        self._folder = folder
        self._classes = [*classes]
        self._undo: list[tuple[str, str]] = []
        self._paths = _pictures(folder)
        self._file = read_label_file(folder, column)

    def state(self) -> dict[str, Any]:
        """All that the page shows, as it is on the disk now."""
        with self._lock:
            self._refresh()
            self._paths = _pictures(self._folder)
            labels = self._file.labels
            listed = [name for name in labels if name in self._paths]
            rest = sorted(name for name in self._paths if name not in labels)
            return {
                "stamp": self._stamp,
                "column": self._file.column,
                "classes": self._offered(),
                "items": [[name, labels.get(name, "")] for name in (*listed, *rest)],
                "undo": len(self._undo),
            }

    def picture(self, name: str) -> Path | None:
        """The file of a picture of this folder; None for anything else."""
        return self._paths.get(name)

    def put(self, stamp: str, file: str, label: str) -> Change:
        """Writes a label. Raises ChangedMeanwhileError where the file is not as the page knows it,
        UsageError for a label that cannot be, InfrastructureError where it cannot be written."""
        with self._lock:
            if file not in self._paths:
                raise UsageError("no such picture", where=file, hint="load the page again")
            before = self._file.labels.get(file, "")
            self._write(stamp, file, label)
            self._undo.append((file, before))
            return Change(self._stamp, file, label, len(self._undo))

    def undo(self, stamp: str) -> Change | None:
        """Takes the last label back; None where there is none. Raises as `put`."""
        with self._lock:
            if not self._undo:
                return None
            file, label = self._undo[-1]
            self._write(stamp, file, label)
            self._undo.pop()
            return Change(self._stamp, file, label, len(self._undo))

    @property
    def _stamp(self) -> str:
        return hashlib.sha256(self._file.data).hexdigest()[:16]

    def _write(self, stamp: str, file: str, label: str) -> None:
        self._refresh()
        if stamp != self._stamp:
            raise ChangedMeanwhileError
        changed = self._file.with_label(file, label)
        with host_errors("the label cannot be written", changed.path):
            write_whole(changed.path, changed.data)
        self._file = changed

    def _refresh(self) -> None:
        """Takes over what somebody else has written since."""
        path = self._file.path
        data = read_bytes(path, "the labels") if path.exists() else b""
        if data != self._file.data:
            self._undo.clear()  # what was before is not what is there
            self._file = read_label_file(self._folder, self._file.usual)

    def _offered(self) -> list[list[str]]:
        """Value and name of each class."""
        if self._file.column == "person":
            return [list(pair) for pair in _PERSON]
        if self._file.column == "value":
            return []
        used = [label for label in self._file.labels.values() if label]
        return [[name, name] for name in dict.fromkeys((*self._classes, *sorted({*used})))]


def _pictures(folder: Path) -> dict[str, Path]:
    """The pictures that lines of the folder's labels may name, by those names."""
    if not folder.is_dir():
        raise UsageError(
            "this is a file" if folder.exists() else "no such folder",
            where=str(folder),
            hint="give one with pictures: hil capture makes it",
        )
    place = pictures_of(folder)
    found = {
        plain(path.relative_to(place).as_posix()): path
        for path in sorted(place.rglob("*"))
        if path.suffix.lower() in PICTURES and path.is_file()
    }
    if not found:
        raise UsageError(
            f"no pictures ({', '.join(PICTURES)})",
            where=str(place),
            hint="hil capture --out DIR takes them with a board's camera",
        )
    return found
