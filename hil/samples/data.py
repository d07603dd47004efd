"""A labelled data set: a folder with `labels.csv`, or with a `manifest.toml` of photographs."""

from __future__ import annotations

import re
from pathlib import Path

from hil.base.file_names import plain
from hil.base.text_file import read_text
from hil.samples.fixture_set import MANIFEST, load_photos
from hil.samples.labels import LABELS, DataSet, Entry, Problem, problems_error, read_labels


def read_data(directory: Path) -> DataSet:
    """The data set in a directory; `labels.csv` comes first.

    Raises:
        UsageError: as `read_labels` or `hil.samples.fixture_set.load_photos`; photographs of a
            manifest that does not say whether a person is in them, each with its line.
    """
    manifest = directory / MANIFEST
    if (directory / LABELS).exists() or not manifest.exists():
        return read_labels(directory)
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
