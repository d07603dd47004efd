"""Builds the firmware with a fault in it: a patched copy of the sources, in its own folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hil.base import resources
from hil.errors import UsageError
from hil_lab.faults.fault import Fault, SourcePatch
from hil_lab.firmware_copy import build_copy


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
    from hil.sim.firmware import build

    patches: tuple[SourcePatch, ...] = fault.parts(SourcePatch)
    if not patches:
        return build(progress=progress)
    wanted = patched_files(resources.find("firmware"), patches, where=fault.id)
    return build_copy(folder or faults_dir() / fault.id, wanted, progress=progress)


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
