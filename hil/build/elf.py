"""Sizes of the sections of an ESP-IDF app, from its ELF file.

ELF32, little-endian: Tool Interface Standard, "Executable and Linking Format" 1.2.
Which sections lie in RAM follows the linker scripts of ESP-IDF.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path

_IDENT = b"\x7fELF\x01\x01"  # 32 bit, little-endian
_HEADER = struct.Struct("<16xHHIIIIIHHHHHH")
_SECTION = struct.Struct("<IIIIIIIIII")
_WRITE, _ALLOC = 0x1, 0x2
_NOT_RAM = (".flash", ".rtc", ".ext_ram")


@dataclass(frozen=True, slots=True)
class Section:
    """A section that takes memory at run time."""

    name: str
    size_bytes: int
    writable: bool

    @property
    def in_ram(self) -> bool:
        """In the chip's own RAM: not flash, RTC memory or PSRAM."""
        if "dummy" in self.name:
            return False  # keeps an address range free and takes no memory
        return self.name.startswith(".iram") or (
            self.writable and not self.name.startswith(_NOT_RAM)
        )


def read_sections(path: Path, *, sha256: bytes) -> tuple[Section, ...]:
    """The sections of the ELF file that an app image was made from.

    `sha256`: of the file, as the app image says. Nothing if there is no such file, or if it is
    another one, which would tell nothing about the image.
    """
    try:
        data = path.read_bytes()
    except OSError:
        return ()
    if hashlib.sha256(data).digest() != sha256:
        return ()
    return parse_sections(data)


def parse_sections(data: bytes) -> tuple[Section, ...]:
    """The allocated sections that are not empty, in the order of the file.

    Raises:
        ValueError: not an ELF32 file, or cut short.
    """
    if not data.startswith(_IDENT):
        raise ValueError("not a 32-bit little-endian ELF file")
    try:
        fields = _HEADER.unpack_from(data)
        start, entry, count, names_index = fields[5], fields[10], fields[11], fields[12]
        headers = [_SECTION.unpack_from(data, start + n * entry) for n in range(count)]
    except struct.error as cause:
        raise ValueError(f"cut short: {cause}") from cause
    if names_index >= count:
        return ()
    names = data[headers[names_index][4] :]
    found = []
    for name_at, _, flags, _, _, size, *_ in headers:
        if flags & _ALLOC and size:
            name = names[name_at : names.index(b"\0", name_at)].decode("ascii", "replace")
            found.append(Section(name, size, bool(flags & _WRITE)))
    return tuple(found)
