"""Builds the firmware with a fault in it: a patched copy of the sources, in its own folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from hil.base import resources
from hil.errors import UsageError
from hil_lab.faults.fault import Fault, SourcePatch


def faults_dir() -> Path:
    """Where everything that belongs to faults is built."""
    from hil.sim.firmware import default_build_dir

    return default_build_dir().with_name("faults")


def build_faulty(
    fault: Fault, folder: Path | None = None, *, progress: Callable[[str], None] | None = None
) -> Path:
    """Builds what changed; the folder with `flasher_args.json`.

    A fault without a source patch takes the release build.
    Raises UsageError for a patch that does not apply, or does not compile.
    """
    from hil.sim.firmware import SOURCES, build

    patches: tuple[SourcePatch, ...] = fault.parts(SourcePatch)
    if not patches:
        return build(progress=progress)
    place = folder or faults_dir() / fault.id
    place.mkdir(parents=True, exist_ok=True)
    original, copy = resources.find("firmware"), place / "firmware"
    wanted = patched_files(original, patches, where=fault.id)
    for name in SOURCES:
        source, target = original / name, copy / name
        files = source.rglob("*") if source.is_dir() else [source]
        for file in files:
            if file.is_file():
                relative = str(file.relative_to(original))
                _write_if_other(copy / relative, wanted.get(relative, file.read_bytes()))
        if source.is_dir():
            _remove_leftovers(source, target)
    return build(place / "build", firmware=copy, progress=progress)


def patched_files(
    firmware: Path, patches: tuple[SourcePatch, ...], *, where: str
) -> dict[str, bytes]:
    """The new content of each patched file.

    Raises UsageError for a patch whose old text does not occur exactly once.
    """
    contents: dict[str, str] = {}
    for patch in patches:
        path = firmware / patch.file
        if patch.file not in contents:
            if not path.is_file():
                raise UsageError(
                    f"fault {where} patches {patch.file}, which is not there",
                    where=str(firmware),
                    hint="the firmware has changed: adapt the fault",
                )
            contents[patch.file] = path.read_text(encoding="utf-8")
        count = contents[patch.file].count(patch.old)
        if count != 1:
            raise UsageError(
                f"a patch of fault {where} fits {count} places of {patch.file}, not one:\n"
                f"{patch.old}",
                where=str(path),
                hint="the firmware has changed: adapt the fault",
            )
        contents[patch.file] = contents[patch.file].replace(patch.old, patch.new)
    return {name: text.encode() for name, text in contents.items()}


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
