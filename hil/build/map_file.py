"""What takes which memory, from the map file of GNU ld.

The format is that of binutils' `ld/ldlang.c` (print_input_section and its neighbours):
an output section starts in the first column, an input section after one blank, and a
name of 16 characters or more stands alone on its line. Output sections are those of
ESP-IDF's linker scripts (`components/esp_system/ld/*/sections.ld.in`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_START = "Linker script and memory map"
_OUTPUT = re.compile(r"^(\.[\w.]+|/DISCARD/)(?:\s|$)")
_INPUT = re.compile(r"^ ([^\s*]\S*)(?:\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+(\S.*))?$")
_REST = re.compile(r"^\s{2,}0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+(\S.*)$")
_MEMBER = re.compile(r"^(.*\.a)\((.*)\)$")

_STORED = (".flash", ".iram0", ".dram0", ".rtc")
_NOT_STORED = ("bss", "noinit", "noload", "dummy", "reserved", "heap_start", "text_end")
_RAM = (".iram0", ".dram0", ".noinit")


@dataclass(frozen=True)
class Piece:
    """One input section that was linked.

    `archive` is the library's file name ("libmain.a") or "" for a lone object file,
    `member` the object's file name ("app.cpp.obj").
    """

    output: str
    section: str
    size_bytes: int
    archive: str
    member: str

    @property
    def in_app(self) -> bool:
        """Stored in the app image: code, constants, initial values."""
        return self.output.startswith(_STORED) and not self.output.endswith(_NOT_STORED)

    @property
    def in_ram(self) -> bool:
        """Takes the chip's internal RAM at run time, for data or for code."""
        return self.output.startswith(_RAM)


def read_map(path: Path) -> tuple[Piece, ...]:
    """The linked pieces of a map file; empty ones are left out.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no map file of GNU ld.
    """
    with path.open(encoding="utf-8", errors="replace") as lines:
        return tuple(parse_map(lines))


def parse_map(lines: Iterable[str]) -> Iterator[Piece]:
    """As `read_map`, from lines."""
    rest = iter(lines)
    if not any(line.startswith(_START) for line in rest):
        raise ValueError("not a map file of GNU ld")
    output = pending = ""
    for line in rest:
        line = line.rstrip()
        new = _OUTPUT.match(line)
        if new:
            output, pending = new[1], ""
            continue
        whole = _INPUT.match(line)
        found = _REST.match(line) if pending else None
        if whole and whole[2] is None:
            pending = whole[1]
            continue
        if whole:
            piece = _piece(output, whole[1], whole[3], whole[4])
        elif found:
            piece = _piece(output, pending, found[2], found[3])
        else:
            pending = ""
            continue
        pending = ""
        if piece.size_bytes:
            yield piece


def _piece(output: str, section: str, size: str, file: str) -> Piece:
    member = _MEMBER.match(file)
    archive, name = (member[1], member[2]) if member else ("", file)
    return Piece(output, section, int(size, 16), _base(archive), _base(name))


def _base(path: str) -> str:
    """The file name, whatever system the linker ran on."""
    return re.split(r"[/\\]", path)[-1]
