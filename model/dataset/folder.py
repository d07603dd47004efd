"""Photographs of one's own: `person/` and `no-person/`, with any folders below them."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from hil.base.file_names import plain
from model.dataset.inputs import BAD, SUFFIXES, Candidate, Found, name_problem, not_a, source_name
from model.dataset.split import Splitter

CLASSES = {"person": True, "no-person": False}
_PICTURES = (".heic", ".heif", ".webp", ".avif", ".bmp", ".gif", ".tif", ".tiff", ".dng", ".jxl")
"""Pictures that are not read: whoever puts them there expects that they are used."""


def read_folder(root: Path, splitter: Splitter, source: str = "") -> Found:
    """All photographs of a folder. Their boxes are not known.

    Args:
        root: the folder that has person/ and no-person/.
        splitter: decides the split, by the name.
        source: by default the folder's name.

    Raises:
        UsageError: neither folder is there.
    """
    source = source or source_name(root.resolve().name)
    there = [name for name in CLASSES if (root / name).is_dir()]
    if not there:
        raise not_a("a folder of photographs", root, " and ".join(f"{name}/" for name in CLASSES))
    found = Found(root)
    others: Counter[str] = Counter()
    for name in there:
        for folder, below, files in os.walk(root / name, followlinks=False):
            below.sort()
            for file in sorted(files):
                _file(Path(folder) / file, CLASSES[name], found, splitter, source, others)
    beside = [path.name for path in sorted(root.iterdir()) if path.name not in CLASSES]
    beside = [name for name in beside if not name.startswith(".")]
    if beside:
        found.notes.append(f"not used, beside {' and '.join(there)}: {', '.join(beside)}")
    if others:
        names = ", ".join(f"{count} {suffix}" for suffix, count in sorted(others.items()))
        found.notes.append(f"files that are no pictures, by their suffix: {names}")
    return found


def _file(
    path: Path,
    person: bool,
    found: Found,
    splitter: Splitter,
    source: str,
    others: Counter[str],
) -> None:
    name = plain(path.relative_to(found.root).as_posix())
    suffix = path.suffix.lower()
    if path.name.startswith("."):
        others["hidden"] += 1
    elif suffix in _PICTURES:
        found.skip(source, name, BAD, f"a {suffix[1:].upper()} file: save it as JPEG or PNG")
    elif suffix not in SUFFIXES:
        others[suffix or "without a suffix"] += 1
    elif problem := name_problem(name):
        found.skip(source, name, BAD, problem)
    else:
        found.candidates.append(Candidate(path, name, source, splitter.split(name), person))
