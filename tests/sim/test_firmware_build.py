"""Building the simulated board's firmware."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hil.base import resources
from hil.build import flash_layout
from hil.errors import InfrastructureError, UsageError
from hil.sim import app_image, firmware
from hil.testing.tiny_model import tiny_model
from hil.wire.network_header import HEADER_BYTES, unpack_partition

from . import networks

WAIT_S = 20.0


def test_the_build_has_the_files_that_idf_py_names(built: Path) -> None:
    arguments = json.loads((built / "flasher_args.json").read_text(encoding="utf-8"))

    assert arguments["flash_files"] == {
        "0x1000": "bootloader.bin",
        "0x8000": "partition-table.bin",
        "0x10000": "camhil.bin",
        "0x190000": "model.bin",
    }
    assert arguments["app"] == {"offset": "0x10000", "file": "camhil.bin", "encrypted": "false"}
    assert arguments["extra_esptool_args"]["chip"] == "esp32"


def test_the_app_image_holds_the_library_and_its_version(built: Path) -> None:
    app = app_image.unpack_app((built / "camhil.bin").read_bytes(), 0x10000)

    version = resources.find("firmware/VERSION").read_text(encoding="utf-8").strip()
    assert app.version == version
    assert app.library is not None
    assert app.library.startswith(b"\x7fELF")


def test_the_partition_table_is_that_of_partitions_csv(built: Path) -> None:
    table = flash_layout.decode_table((built / "partition-table.bin").read_bytes())

    assert table == flash_layout.read_csv(resources.find("firmware/partitions.csv"))


def threshold_in(folder: Path) -> int:
    head = unpack_partition((folder / "model.bin").read_bytes()).header.head
    assert head is not None
    return head.threshold


def test_the_contract_has_the_settings_of_the_toml(built: Path) -> None:
    image = unpack_partition((built / "model.bin").read_bytes())
    assert image.tflite[4:8] == b"TFL3"
    assert image.header.head is not None
    assert image.header.head.positive_class == 1
    assert threshold_in(built) == 50


def test_a_network_needs_no_settings(built: Path, tmp_path: Path) -> None:
    model = tmp_path / "plain.tflite"
    model.write_bytes(networks.reshapes())
    folder = firmware.build(built.parent, model=model)
    header = unpack_partition((folder / "model.bin").read_bytes()).header
    assert header.head is None
    assert [tensor.name for tensor in header.inputs] == [f"in{n}" for n in range(6)]


def test_what_is_unchanged_is_not_built_again(built: Path, tiny: Path) -> None:
    said: list[str] = []
    assert firmware.build(built.parent, model=tiny, progress=said.append) == built
    assert said == []
    (built / "camhil.bin").unlink()
    firmware.build(built.parent, model=tiny, progress=said.append)
    assert said == [f"firmware is in {built}"]  # and was not compiled
    assert (built / "camhil.bin").is_file()


def test_every_network_has_a_folder_of_its_own_and_the_same_app(
    built: Path, tiny: Path, tmp_path: Path
) -> None:
    settings = tmp_path / "other.toml"
    text = tiny.with_suffix(".toml").read_text(encoding="utf-8")
    settings.write_text(text.replace("50", "51"), encoding="utf-8")
    said: list[str] = []
    other = firmware.build(built.parent, model=tiny, settings=settings, progress=said.append)
    assert other != built
    assert said == [f"firmware is in {other}"]
    assert (threshold_in(other), threshold_in(built)) == (51, 50)
    assert (other / "camhil.bin").read_bytes() == (built / "camhil.bin").read_bytes()


def test_a_second_process_waits_for_the_build_of_the_first(built: Path, tiny: Path) -> None:
    with (built.parent / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        command = (
            "import sys; from pathlib import Path; from hil.sim import firmware\n"
            "firmware.build(Path(sys.argv[1]), model=Path(sys.argv[2]))"
        )
        second = subprocess.Popen([sys.executable, "-c", command, built.parent, tiny])
        with pytest.raises(subprocess.TimeoutExpired):
            second.wait(0.5)
    assert second.wait(WAIT_S) == 0


def test_a_checkout_that_cannot_be_written_builds_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout, cache = tmp_path / "checkout", tmp_path / "cache"
    checkout.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.setattr(resources, "checkout", lambda: checkout)
    assert firmware.default_build_dir() == checkout / "build" / "sim"
    shutil.rmtree(checkout / "build")
    (checkout / "build").touch()  # as good as a folder without the right to write
    assert firmware.default_build_dir().is_relative_to(cache)


def test_a_folder_that_cannot_be_written_is_infrastructure(tmp_path: Path, tiny: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InfrastructureError, match=r"cannot write .* Not a directory") as caught:
        firmware.build(tmp_path / "file" / "build", model=tiny)
    assert caught.value.where.startswith(str(tmp_path / "file"))


def test_a_full_disk_is_infrastructure(
    tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(firmware, "_compile", lambda _source, _folder: tiny)
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InfrastructureError, match="No space left on device") as caught:
        firmware.build(tmp_path / "build", model=tiny)
    assert caught.value.where == str(tmp_path / "build")
    assert "free some space" in caught.value.hint


def test_a_compiler_that_ran_out_of_space_is_no_wrong_source() -> None:
    said = "fatal error: error writing to /tmp/x.s: No space left on device"
    with pytest.raises(InfrastructureError, match="error writing to"):
        firmware._run(["sh", "-c", f"echo '{said}'; exit 1"], "compiling failed")


def test_a_model_that_is_too_big_is_refused(built: Path, tmp_path: Path) -> None:
    model = tmp_path / "big.tflite"
    model.write_bytes(tiny_model() + bytes(3_000_000))
    size = model.stat().st_size + HEADER_BYTES
    said = rf"big.tflite takes {size} bytes of flash, partition 'model' has only 2097152"
    with pytest.raises(UsageError, match=said):
        firmware.build(built.parent, model=model)


def test_a_model_that_cannot_run_is_refused_and_nothing_is_packed(
    built: Path, tmp_path: Path
) -> None:
    file = tmp_path / "own.tflite"
    file.write_bytes(networks.reshapes()[:300])
    with pytest.raises(UsageError, match="truncated or damaged") as caught:
        firmware.build(built.parent, model=file)
    assert caught.value.where == str(file)


def test_a_missing_compiler_is_named_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.delenv("CC", raising=False)

    with pytest.raises(InfrastructureError, match="no C") as caught:
        firmware.build(tmp_path / "build")

    assert "apt install g++" in caught.value.hint


def test_a_compile_error_shows_what_the_compiler_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "firmware"
    for name in ("core", "host", "third_party"):
        (source / name).mkdir(parents=True)
    (source / "VERSION").write_text("1", encoding="utf-8")
    (source / "partitions.csv").write_text("", encoding="utf-8")
    (source / "host" / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.22)\nproject(broken CXX)\n"
        "add_library(camhil_app SHARED broken.cpp)\n",
        encoding="utf-8",
    )
    (source / "host" / "broken.cpp").write_text("int main( {", encoding="utf-8")
    real = resources.find

    def find(name: str) -> Path:
        return source if name == "firmware" else real(name)

    monkeypatch.setattr(resources, "find", find)

    with pytest.raises(UsageError, match=r"broken\.cpp"):
        firmware.build(tmp_path / "build")
