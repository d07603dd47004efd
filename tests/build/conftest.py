"""An ELF file of an ESP-IDF app, as far as its section headers go."""

from __future__ import annotations

import struct

import pytest

NOBITS, PROGBITS = 8, 1
WRITE, ALLOC, EXEC = 1, 2, 4

# As in an ESP-IDF app for the ESP32-S3; sizes invented.
SECTIONS = (
    (".iram0.text", PROGBITS, ALLOC | EXEC, 60_000),
    (".dram0.dummy", NOBITS, ALLOC | WRITE, 50_000),
    (".dram0.data", PROGBITS, ALLOC | WRITE, 12_000),
    (".dram0.bss", NOBITS, ALLOC | WRITE, 20_000),
    (".noinit", NOBITS, ALLOC | WRITE, 16),
    (".rtc.data", PROGBITS, ALLOC | WRITE, 24),
    (".ext_ram.bss", NOBITS, ALLOC | WRITE, 131_072),
    (".flash.text", PROGBITS, ALLOC | EXEC, 300_000),
    (".flash.rodata", PROGBITS, ALLOC | WRITE, 80_000),
    (".dram0.heap_start", NOBITS, ALLOC | WRITE, 0),
    (".debug_info", PROGBITS, 0, 900_000),
)


def elf(sections: tuple[tuple[str, int, int, int], ...] = SECTIONS) -> bytes:
    """A file with these section headers and nothing behind them (ELF 1.2, figures 1-3 and 1-8)."""
    names = b"\0" + b"".join(name.encode() + b"\0" for name, *_ in sections) + b".shstrtab\0"
    table = 52 + len(names)
    rows = [(0, 0, 0, 0, 0)]
    place = 1
    for name, kind, flags, size in sections:
        rows.append((place, kind, flags, 0, size))
        place += len(name) + 1
    rows.append((place, 3, 0, 52, len(names)))
    header = b"\x7fELF\x01\x01\x01" + bytes(9)
    header += struct.pack(
        "<HHIIIIIHHHHHH", 2, 94, 1, 0, 0, table, 0, 52, 32, 0, 40, len(rows), len(rows) - 1
    )
    body = b"".join(
        struct.pack("<10I", name, kind, flags, 0, offset, size, 0, 0, 1, 0)
        for name, kind, flags, offset, size in rows
    )
    return header + names + body


@pytest.fixture
def elf_file() -> bytes:
    return elf()
