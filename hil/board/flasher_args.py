"""Reads `flasher_args.json`, which ESP-IDF's build leaves beside what is to be flashed.

Format: written by ESP-IDF's components/esptool_py/project_include.cmake; documented
under "Flash Arguments" in the build system's API guide. All paths in it are relative
to its directory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hil.base.text_file import read_json
from hil.errors import UsageError

FILE_NAME = "flasher_args.json"
_BUILD_HINT = (
    "build the firmware first (hil build --build-dir DIR, or idf.py build); --firmware takes that "
    "directory"
)


@dataclass(frozen=True)
class FlashFile:
    """One file and its place in flash. `data` is what the file held when it was read."""

    name: str
    path: Path
    offset: int
    data: bytes = field(repr=False)

    @property
    def end(self) -> int:
        return self.offset + len(self.data)

    def __str__(self) -> str:
        return f"{self.name} at {self.offset:#x}"


@dataclass(frozen=True)
class FlashSettings:
    """Mode, frequency and size as esptool's write-flash takes them; "keep" by default."""

    mode: str = "keep"
    frequency: str = "keep"
    size: str = "keep"

    @property
    def arguments(self) -> dict[str, str]:
        """For the commands of esptool's Python interface."""
        return {"flash_freq": self.frequency, "flash_mode": self.mode, "flash_size": self.size}


@dataclass(frozen=True)
class FlasherArgs:
    """What `flasher_args.json` says, with the files' content, ordered by offset."""

    source: Path
    chip: str
    settings: FlashSettings
    use_stub: bool
    files: tuple[FlashFile, ...]
    app: FlashFile
    partition_table: FlashFile
    bootloader: FlashFile | None = None


def read_flasher_args(firmware: Path) -> FlasherArgs:
    """Reads a build directory, or the JSON file in it. Raises UsageError."""
    source = firmware if firmware.suffix == ".json" else firmware / FILE_NAME
    if not source.exists():
        what = f"{firmware} does not exist" if not firmware.exists() else f"no {FILE_NAME} in it"
        raise UsageError(what, where=str(firmware), hint=_BUILD_HINT)
    content = read_json(
        source,
        source.name,
        _BUILD_HINT,
        "the build was interrupted or the file was edited: run idf.py build again",
    )
    return _Reader(source, _table(content, source, "the file")).read()


def _table(value: Any, source: Path, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise UsageError(f"{what} is not a JSON object", where=str(source), hint=_BUILD_HINT)
    return value


class _Reader:
    def __init__(self, source: Path, content: Mapping[str, Any]) -> None:
        self.source = source
        self.content = content

    def read(self) -> FlasherArgs:
        extra = self.table("extra_esptool_args")
        chip = extra.get("chip")
        if not isinstance(chip, str) or not chip:
            raise self.error("extra_esptool_args names no chip")
        listed = self.table("flash_files")
        if not listed:
            raise self.error("flash_files is empty")
        roles = {name: self.role(name) for name in ("app", "partition-table")}
        if "bootloader" in self.content:
            roles["bootloader"] = self.role("bootloader")
        files: dict[int, FlashFile] = {}
        for key, name in listed.items():
            offset = self.offset(key)
            files[offset] = self.file(offset, name)
        for name, offset in roles.items():
            if offset not in files:
                raise self.error(f"{name} is at {offset:#x}, where flash_files lists nothing")
        settings = self.content.get("flash_settings", {})
        return FlasherArgs(
            source=self.source,
            chip=chip.lower().replace("-", ""),
            settings=self.settings(_table(settings, self.source, "flash_settings")),
            use_stub=bool(extra.get("stub", True)),
            files=tuple(files[offset] for offset in sorted(files)),
            app=files[roles["app"]],
            partition_table=files[roles["partition-table"]],
            bootloader=files[roles["bootloader"]] if "bootloader" in roles else None,
        )

    def role(self, name: str) -> int:
        """The offset of the file with this role."""
        entry = self.table(name)
        if "offset" not in entry:
            raise self.error(f"{name} has no offset")
        return self.offset(entry["offset"])

    def table(self, key: str) -> Mapping[str, Any]:
        if key not in self.content:
            raise self.error(f"the entry {key!r} is missing")
        return _table(self.content[key], self.source, key)

    def offset(self, text: Any) -> int:
        try:
            offset = int(str(text), 0)
        except ValueError:
            offset = -1
        if offset < 0:
            raise self.error(f"{text!r} is not an offset in flash")
        return offset

    def file(self, offset: int, name: Any) -> FlashFile:
        if not isinstance(name, str):
            raise self.error(f"flash_files at {offset:#x}: {name!r} is not a file name")
        path = self.source.parent / name
        try:
            data = path.read_bytes()
        except (OSError, ValueError) as cause:  # ValueError: a name with a NUL byte
            raise UsageError(
                f"{name}, to be flashed at {offset:#x}, cannot be read: "
                f"{getattr(cause, 'strerror', None) or cause}",
                where=str(self.source),
                hint=_BUILD_HINT,
            ) from cause
        if not data:
            raise UsageError(f"{name} is empty", where=str(path), hint=_BUILD_HINT)
        return FlashFile(path.name, path, offset, data)

    def settings(self, table: Mapping[str, Any]) -> FlashSettings:
        size = str(table.get("flash_size", "keep"))
        return FlashSettings(
            mode=str(table.get("flash_mode", "keep")),
            frequency=str(table.get("flash_freq", "keep")),
            size="keep" if size == "detect" else size,
        )

    def error(self, message: str) -> UsageError:
        return UsageError(
            message,
            where=str(self.source),
            hint="it must come from idf.py build of the whole project (not only its bootloader)",
        )
