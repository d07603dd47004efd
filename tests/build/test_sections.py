"""What a board's facts say of the build's ELF file and of its flash."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hil.build.flash_layout import TYPES, Partition
from hil.run.summing_up import partitions, sections

APP = Partition("ota_0", TYPES["app"], 0x10, 0x10000, 0x100000)
MODEL = Partition("model", TYPES["data"], 0x40, 0x190000, 0x200000)


def board(build: Path, build_id: bytes) -> Any:
    files = [
        SimpleNamespace(path=build / "bootloader.bin", offset=0x1000, data=b"b" * 10),
        SimpleNamespace(path=build / "detector.bin", offset=APP.offset, data=b"a" * 20),
        SimpleNamespace(path=build / "weights.bin", offset=MODEL.offset, data=b"m" * 30),
    ]
    expected = SimpleNamespace(partitions=(APP, MODEL), files=files, build_id=build_id)
    return SimpleNamespace(build=expected)


def test_each_file_is_told_with_its_partition_and_its_role(tmp_path: Path) -> None:
    found = [
        (file.name, file.role, file.partition, file.partition_bytes)
        for file in partitions(board(tmp_path, b""))
    ]
    assert found == [
        ("bootloader.bin", "", "", None),
        ("detector.bin", "app", "ota_0", 0x100000),
        ("weights.bin", "model", "model", 0x200000),
    ]


def test_the_elf_file_beside_the_app_is_read(tmp_path: Path, elf_file: bytes) -> None:
    (tmp_path / "detector.elf").write_bytes(elf_file)
    found = sections(board(tmp_path, hashlib.sha256(elf_file).digest()))
    assert (".dram0.bss", 20_000, True) in [(s.name, s.size_bytes, s.in_ram) for s in found]


def test_an_elf_file_of_another_build_says_nothing(tmp_path: Path, elf_file: bytes) -> None:
    (tmp_path / "detector.elf").write_bytes(elf_file)
    assert sections(board(tmp_path, bytes(32))) == ()
