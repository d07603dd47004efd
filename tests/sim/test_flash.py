"""The flash chip in a file."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from hil.errors import InfrastructureError, UsageError
from hil.sim.flash import FLASH_BYTES, FlashFile


def test_a_new_chip_is_erased(tmp_path: Path) -> None:
    path = tmp_path / "flash.bin"

    with contextlib.closing(FlashFile(path)) as flash:
        assert flash.read(0, FLASH_BYTES) == b"\xff" * FLASH_BYTES
    assert path.stat().st_size == 4 * 1024 * 1024
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_written_is_in_the_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "flash.bin"

    with contextlib.closing(FlashFile(path)) as flash:
        flash.write(0x1234, b"content")
        assert path.read_bytes()[0x1234:0x123B] == b"content"


def test_erasing_takes_whole_sectors(tmp_path: Path) -> None:
    with contextlib.closing(FlashFile(tmp_path / "flash.bin")) as flash:
        flash.write(0, b"\0" * 0x4000)
        flash.erase(0x1800, 0x1000)

        assert flash.read(0, 0x1000) == b"\0" * 0x1000
        assert flash.read(0x1000, 0x2000) == b"\xff" * 0x2000
        assert flash.read(0x3000, 0x1000) == b"\0" * 0x1000


def test_writes_end_with_the_chip(tmp_path: Path) -> None:
    with contextlib.closing(FlashFile(tmp_path / "flash.bin")) as flash:
        flash.write(FLASH_BYTES - 2, b"abcd")

        assert flash.read(FLASH_BYTES - 2, 100) == b"ab"


def test_two_boards_cannot_share_a_chip(tmp_path: Path) -> None:
    path = tmp_path / "flash.bin"

    with (
        contextlib.closing(FlashFile(path)),
        pytest.raises(InfrastructureError, match="another simulated board") as caught,
    ):
        FlashFile(path)

    assert caught.value.where == str(path)
    FlashFile(path).close()


def test_a_file_of_another_size_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "flash.bin"
    path.write_bytes(b"short")

    with pytest.raises(UsageError, match="this one has 5"):
        FlashFile(path)
