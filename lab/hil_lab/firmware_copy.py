"""The firmware of the simulated board, built from a changed copy of its sources."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from hil.base import resources


def build_copy(
    place: Path,
    changed: Mapping[str, bytes],
    *,
    progress: Callable[[str], None] | None = None,
) -> Path:
    """Builds below `place`, only what differs from the last build there.

    Args:
        place: of the copy and of what is built; one at a time uses it.
        changed: the new content of files, by their path below `firmware/`.
        progress: is told what is done.

    Returns the folder with `flasher_args.json`.
    Raises UsageError for what does not compile.
    """
    from hil.sim.firmware import SOURCES, build

    original, copy = resources.find("firmware"), place / "firmware"
    place.mkdir(parents=True, exist_ok=True)
    for name in SOURCES:
        source, target = original / name, copy / name
        files = source.rglob("*") if source.is_dir() else [source]
        for file in files:
            if file.is_file():
                relative = str(file.relative_to(original))
                _write_if_other(copy / relative, changed.get(relative, file.read_bytes()))
        if source.is_dir():
            _remove_leftovers(source, target)
    return build(place / "build", firmware=copy, progress=progress)


def _write_if_other(path: Path, data: bytes) -> None:
    """Keeps the times of unchanged files, so that only changes are compiled."""
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _remove_leftovers(source: Path, target: Path) -> None:
    for file in target.rglob("*"):
        if file.is_file() and not (source / file.relative_to(target)).is_file():
            file.unlink()
    for folder in target.iterdir():
        if folder.is_dir() and not (source / folder.name).is_dir():
            shutil.rmtree(folder)
