"""Names of files in one form.

Unicode spells é as one letter (NFC) or as e with an accent (NFD). macOS hands out the
second, other systems what was typed: a list and the files that it names may differ in it.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Mapping
from pathlib import Path


def plain(name: str) -> str:
    """The name in the form that is compared and kept: NFC."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def stored(folder: Path, name: str) -> Path:
    """What is called `name`, in either form, below a folder; `folder / name` if nothing is.

    A file whose name is spelled in just this way comes first.
    """
    path = folder / name
    if name.isascii() or path.exists():
        return path
    place = folder
    for part in Path(name).parts:
        twin = place / part
        if not twin.exists() and place.is_dir():
            twin = next((p for p in place.iterdir() if plain(p.name) == plain(part)), twin)
        place = twin
    return place


def files_below(folder: Path) -> Mapping[str, list[str]]:
    """Every file below a folder, relative to it: plain name, and how it is spelled there."""
    found: dict[str, list[str]] = {}
    for inner, _, names in os.walk(folder):
        inside = Path(inner).relative_to(folder).as_posix()
        for name in names:
            file = name if inside == "." else f"{inside}/{name}"
            found.setdefault(plain(file), []).append(file)
    return found
