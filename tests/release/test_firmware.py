"""What the release workflow packs of a firmware build."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from esptool import main as esptool

from hil.errors import UsageError
from hil_lab.fakes.firmware_build import Build, make_build
from release.firmware import main, pack


@pytest.fixture
def build(tmp_path: Path) -> Build:
    build = make_build(tmp_path / "build")
    build.write()
    (build.directory / "person.elf").write_bytes(b"\x7fELF")
    return build


def test_esptool_takes_it_without_anything_else(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(pack(build.directory, tmp_path, version="1.2.3")) as archive:
        archive.extractall(tmp_path / "unpacked")
    monkeypatch.chdir(tmp_path / "unpacked")
    # merge-bin takes what write-flash takes, and needs no board.
    esptool(["--chip", "esp32", "merge-bin", "-o", "flash.bin", "@flash_args"])
    flash = Path("flash.bin").read_bytes()
    for offset, (name, data) in build.files.items():
        if name.endswith("bootloader.bin"):
            continue  # esptool writes mode, frequency and size into its header
        assert flash[offset : offset + len(data)] == data, name


def test_the_same_build_gives_the_same_archive(build: Build, tmp_path: Path) -> None:
    one = pack(build.directory, tmp_path / "one", version="1.2.3")
    two = pack(build.directory, tmp_path / "two", version="1.2.3")
    assert one.read_bytes() == two.read_bytes()


def test_a_build_of_another_version_is_not_released(
    build: Build, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(build.directory), "-o", str(tmp_path)]) == UsageError.exit_code
    assert "the build is of version 1.2.3" in capsys.readouterr().err


def test_a_build_without_its_elf_file_is_not_released(build: Build, tmp_path: Path) -> None:
    (build.directory / "person.elf").unlink()
    with pytest.raises(UsageError, match="ELF file is missing"):
        pack(build.directory, tmp_path, version="1.2.3")
