"""A data set: a folder with `labels.csv`, with a `manifest.toml` of photographs, or with a
sub-folder for each class; or one file of NumPy whose rows are the samples."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from hil.base.file_names import plain
from hil.base.text_file import read_text
from hil.samples.class_folders import read_class_folders
from hil.samples.fixture_set import MANIFEST, load_photos
from hil.samples.kinds import ARRAYS
from hil.samples.labels import (
    LABELS,
    DataSet,
    Entry,
    Problem,
    problems_error,
    read_labels,
)
from hil.samples.rows import read_rows


def read_data(path: Path, *, needed: Collection[str] = ()) -> DataSet:
    """The data set in a folder, of which `labels.csv` comes first and sub-folders last, or a file.

    Args:
        path: the folder, or a .npy or .npz file.
        needed: columns that `labels.csv` has to have; there is no other way to say them.

    Raises:
        UsageError: as `read_labels`, `read_class_folders`, `read_rows` or
            `hil.samples.fixture_set.load_photos`; photographs of a manifest that does not say
            whether a person is in them, each with its line.
    """
    if path.suffix.lower() in ARRAYS and not path.is_dir() and not needed:
        return read_rows(path)
    if (path / LABELS).exists():
        return read_labels(path, needed=needed)
    if (path / MANIFEST).exists():
        return _read_photos(path)
    found = None if needed else read_class_folders(path)
    return found or read_labels(path, needed=needed)


def _read_photos(directory: Path) -> DataSet:
    manifest = directory / MANIFEST
    photos = load_photos(directory)
    text = read_text(manifest).splitlines()
    lines = [n for n, line in enumerate(text, start=1) if re.match(r"\s*\[\[\s*photo\s*\]\]", line)]
    entries, problems = [], []
    for line, photo in zip(lines, photos, strict=True):
        if photo.person is None:
            problems.append(Problem(line, f"{photo.path.name} has no `person = true` or false"))
            continue
        name = photo.path.name
        entries.append(Entry(line, plain(name), photo.person, photo.boxes, stored=name))
    if problems:
        raise problems_error(manifest, problems)
    return DataSet(manifest, photos[0].path.parent, tuple(entries), ())
