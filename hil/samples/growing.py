"""A data set that grows: each picture is written with its line in `labels.csv`, or not at all.

What is there stays as it is: pictures are never written over, and lines that somebody has edited,
also meanwhile, keep every byte.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from hil.base.file_names import files_below
from hil.base.host_error import host_error
from hil.base.text_file import read_bytes
from hil.base.whole_file import write_whole
from hil.errors import InfrastructureError, UsageError
from hil.samples.fixture_set import MANIFEST
from hil.samples.kinds import is_sample
from hil.samples.label_file import LabelFile
from hil.samples.labels import IMAGES, LABELS, listed, pictures_of

_NAME = "frame-{:05}.png"
_NUMBER = re.compile(r"frame-(\d{5,})\.png")
_FULL = (errno.ENOSPC, errno.EDQUOT)


class GrowingData:
    """The data set of a folder, which may be new.

    `columns`: of its `labels.csv`, if there is none yet. `before`: lines that were there.
    """

    def __init__(self, folder: Path, columns: Sequence[str]) -> None:
        """Raises UsageError for a folder that is another kind of data set, or whose `labels.csv`
        cannot be read."""
        self.folder = folder
        self.labels = folder / LABELS
        self._columns = tuple(columns)
        self.added: list[Path] = []
        names = _check(folder, self.labels)
        self.before = len(names)
        self._pictures = pictures_of(folder) if self.labels.exists() else folder / IMAGES
        present = files_below(self._pictures) if self._pictures.is_dir() else {}
        found = [_NUMBER.fullmatch(name) for name in (*names, *present)]
        self._last = max((int(match[1]) for match in found if match), default=0)

    def add(self, picture: bytes, **values: str) -> Path:
        """Writes a PNG and its line, with these values in the columns that there are.

        Raises UsageError where `labels.csv` has become none meanwhile, InfrastructureError where
        the disk takes no more; what was added before is whole, and this picture is not there.
        """
        self._last += 1
        name = _NAME.format(self._last)
        path = self._pictures / name
        try:
            if path.exists():
                raise FileExistsError(errno.EEXIST, "it is there already", str(path))
            write_whole(path, picture)
            try:
                write_whole(self.labels, self._with_line({"file": name, **values}))
            except BaseException:
                with suppress(OSError):
                    path.unlink()
                raise
        except OSError as cause:
            raise self._no_more(cause) from cause
        self.added.append(path)
        return path

    def _with_line(self, values: Mapping[str, str]) -> bytes:
        """The file's content, which may have been edited since, and one line more."""
        before = ",".join(self._columns).encode() + b"\n"
        if self.labels.exists():
            listed(self.labels)  # still is what it has to be
            before = read_bytes(self.labels, "the labels")
        return LabelFile(self.labels, before).with_line(values).data

    def _no_more(self, cause: OSError) -> InfrastructureError:
        error = host_error(cause, "cannot keep another picture", self.folder)
        if cause.errno in _FULL:
            error.hint = "free some space there: the same command goes on behind what is kept"
        return error


def _check(folder: Path, labels: Path) -> set[str]:
    """The names in the folder's `labels.csv`."""
    if folder.exists() and not folder.is_dir():
        raise UsageError("no folder", where=str(folder), hint="give a folder, which may be new")
    if labels.exists():
        return listed(labels)
    if (folder / MANIFEST).exists():
        raise UsageError(
            f"this is a set of photographs, with a {MANIFEST}",
            where=str(folder),
            hint="give a folder of its own",
        )
    others = [name for name in files_below(folder) if is_sample(name)]
    others = [name for name in others if not re.fullmatch(f"{IMAGES}/{_NUMBER.pattern}", name)]
    if others:
        raise UsageError(
            f"there are samples that no {LABELS} names: {', '.join(sorted(others)[:3])}",
            where=str(folder),
            hint=f"give a folder that is new, empty, or has a {LABELS}",
        )
    return set()
