"""Section sizes from an ELF file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from hil.build.elf import parse_sections, read_sections


def test_sections_that_take_memory_are_found_with_their_sizes(elf_file: bytes) -> None:
    assert {section.name: section.size_bytes for section in parse_sections(elf_file)} == {
        ".iram0.text": 60_000,
        ".dram0.dummy": 50_000,
        ".dram0.data": 12_000,
        ".dram0.bss": 20_000,
        ".noinit": 16,
        ".rtc.data": 24,
        ".ext_ram.bss": 131_072,
        ".flash.text": 300_000,
        ".flash.rodata": 80_000,
    }


def test_ram_is_neither_flash_nor_rtc_nor_psram_nor_a_placeholder(elf_file: bytes) -> None:
    in_ram = [section.name for section in parse_sections(elf_file) if section.in_ram]
    assert in_ram == [".iram0.text", ".dram0.data", ".dram0.bss", ".noinit"]


@pytest.mark.parametrize("keep", [0, 4, 40, 60, 400])
def test_a_file_that_is_cut_short_is_refused(elf_file: bytes, keep: int) -> None:
    with pytest.raises(ValueError, match=r"ELF|cut short"):
        parse_sections(elf_file[:keep])


def test_a_file_of_64_bits_is_refused(elf_file: bytes) -> None:
    with pytest.raises(ValueError, match="32-bit"):
        parse_sections(b"\x7fELF\x02\x01" + elf_file[6:])


def test_only_the_file_that_the_app_was_made_from_is_read(tmp_path: Path, elf_file: bytes) -> None:
    path = tmp_path / "app.elf"
    path.write_bytes(elf_file)
    assert len(read_sections(path, sha256=hashlib.sha256(elf_file).digest())) == 9
    assert read_sections(path, sha256=bytes(32)) == ()
    assert read_sections(tmp_path / "none.elf", sha256=bytes(32)) == ()
