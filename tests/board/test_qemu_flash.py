"""The emulated flash chip: what would be on a real one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hil.board.artifacts import Expected, read_expected
from hil.board.qemu_flash import EmulatedFlash, merged_image
from hil.errors import InfrastructureError, UsageError
from hil_lab.fakes.firmware_build import Build

MB = 1 << 20


@pytest.fixture
def flash(tmp_path: Path) -> EmulatedFlash:
    chip = EmulatedFlash(tmp_path / "flash.bin")
    chip.erase()
    return chip


def test_a_new_chip_is_erased(flash: EmulatedFlash) -> None:
    assert flash.path.read_bytes() == b"\xff" * 4 * MB


def test_the_image_holds_each_file_at_its_place_and_nothing_else(expected: Expected) -> None:
    image = bytearray(merged_image(expected))
    assert len(image) == 4 * MB
    for file in expected.files:
        assert image[file.offset : file.end] == file.data
        image[file.offset : file.end] = b"\xff" * len(file.data)
    assert bytes(image) == b"\xff" * 4 * MB


@pytest.mark.parametrize(("setting", "size"), [("2MB", 2), ("8MB", 8), ("detect", 4)])
def test_the_chip_is_as_large_as_the_build_says(build: Build, setting: str, size: int) -> None:
    build.arguments["flash_settings"]["flash_size"] = setting
    assert len(merged_image(read_expected(build.write()))) == size * MB


def test_only_what_differs_is_written(
    flash: EmulatedFlash, build: Build, new_app: Callable[..., bytes]
) -> None:
    first = flash.write(read_expected(build.write()))
    assert [file.written for file in first] == [True] * 4
    again = flash.write(read_expected(build.directory))
    assert [file.written for file in again] == [False] * 4
    build.files[0x10000] = ("person.bin", new_app(filler=b"more" * 500))
    after = flash.write(read_expected(build.write()))
    assert [file.name for file in after if file.written] == ["person.bin"]
    assert flash.path.read_bytes() == merged_image(read_expected(build.directory))


def test_all_is_written_if_asked_for(flash: EmulatedFlash, expected: Expected) -> None:
    flash.write(expected)
    assert all(file.written for file in flash.write(expected, force=True))


def test_what_the_firmware_stored_beside_the_build_stays(
    flash: EmulatedFlash, expected: Expected
) -> None:
    flash.write(expected)
    stored = bytearray(flash.path.read_bytes())
    stored[0x9000:0x9004] = b"nvs!"
    flash.path.write_bytes(stored)
    flash.write(expected, force=True)
    assert flash.path.read_bytes()[0x9000:0x9004] == b"nvs!"


def test_a_build_for_another_chip_is_refused(build: Build) -> None:
    build.arguments["extra_esptool_args"]["chip"] = "esp32"
    expected = read_expected(build.write())
    other = type(expected)(**{**vars(expected), "chip": "esp32s3"})
    with pytest.raises(UsageError, match="built for esp32s3") as caught:
        merged_image(other)
    assert "set-target esp32" in caught.value.hint


@pytest.mark.parametrize("mode", ["QIO", "QOUT"])
def test_a_build_with_quad_flash_is_refused(build: Build, mode: str) -> None:
    # ESP-IDF writes DIO into the header for QIO, too; only the configuration tells.
    directory = build.write()
    (directory / "config").mkdir()
    configured = {f"ESPTOOLPY_FLASHMODE_{mode}": True, "ESPTOOLPY_FLASHMODE": "dio"}
    (directory / "config/sdkconfig.json").write_text(json.dumps(configured))
    with pytest.raises(UsageError, match=f"in {mode} mode") as caught:
        merged_image(read_expected(directory))
    assert "CONFIG_ESPTOOLPY_FLASHMODE_DIO=y" in caught.value.hint


def test_quad_flash_is_seen_without_the_configuration_too(build: Build) -> None:
    build.arguments["flash_settings"]["flash_mode"] = "qio"
    with pytest.raises(UsageError, match="in QIO mode"):
        merged_image(read_expected(build.write()))


def test_a_chip_of_a_size_that_there_is_not_is_refused(build: Build) -> None:
    build.arguments["flash_settings"]["flash_size"] = "32MB"
    with pytest.raises(UsageError, match="no emulated flash of 32MB") as caught:
        merged_image(read_expected(build.write()))
    assert "2MB, 4MB, 8MB, 16MB" in caught.value.hint


def test_a_chip_that_cannot_be_written_is_no_fault_of_the_firmware(
    tmp_path: Path, expected: Expected
) -> None:
    flash = EmulatedFlash(tmp_path / "missing" / "flash.bin")
    with pytest.raises(InfrastructureError, match="cannot be written"):
        flash.erase()
