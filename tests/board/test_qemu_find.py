"""Finding an emulator of the ESP32."""

from __future__ import annotations

from pathlib import Path

import pytest

from hil.board.qemu_find import PROGRAM, find_qemu
from hil.errors import UnavailableError, UsageError
from hil_lab.fakes import qemu as fake_qemu


def test_the_variable_comes_first(tmp_path: Path) -> None:
    named = fake_qemu.install(tmp_path / "named")
    fake_qemu.install(tmp_path / "path")
    environment = {"CAMHIL_QEMU": str(named), "PATH": str(tmp_path / "path")}
    assert find_qemu(environment) == named


def test_the_path_comes_before_what_esp_idf_installed(tmp_path: Path) -> None:
    on_path = fake_qemu.install(tmp_path / "path")
    fake_qemu.install(tmp_path / "idf/tools/qemu-xtensa/esp_develop_9.0.0/qemu/bin")
    environment = {"PATH": str(tmp_path / "path"), "IDF_TOOLS_PATH": str(tmp_path / "idf")}
    assert find_qemu(environment) == on_path


def test_the_newest_that_esp_idf_installed_is_taken(tmp_path: Path) -> None:
    installed = {
        version: fake_qemu.install(tmp_path / "tools/qemu-xtensa" / version / "qemu/bin")
        for version in ("esp_develop_9.2.2_20250817", "esp_develop_9.10.0_20260101", "esp_8.1.3")
    }
    found = find_qemu({"PATH": "", "IDF_TOOLS_PATH": str(tmp_path)})
    assert found == installed["esp_develop_9.10.0_20260101"]


def test_the_home_directory_is_where_esp_idf_installs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    tools = tmp_path / ".espressif/tools/qemu-xtensa/esp_develop_9.2.2/qemu/bin"
    installed = fake_qemu.install(tools)
    assert find_qemu({"PATH": ""}) == installed


def test_a_qemu_without_the_machine_is_passed_over(tmp_path: Path) -> None:
    fake_qemu.install(tmp_path / "distribution", "no machine")
    ours = fake_qemu.install(tmp_path / "idf/tools/qemu-xtensa/esp_9/qemu/bin")
    environment = {"PATH": str(tmp_path / "distribution"), "IDF_TOOLS_PATH": str(tmp_path / "idf")}
    assert find_qemu(environment) == ours


def test_none_says_how_to_install_one(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="is not installed") as caught:
        find_qemu({"PATH": "", "IDF_TOOLS_PATH": str(tmp_path)})
    assert "idf_tools.py install qemu-xtensa" in caught.value.hint
    assert "CAMHIL_QEMU" in caught.value.hint


def test_what_was_found_and_is_none_is_named(tmp_path: Path) -> None:
    other = fake_qemu.install(tmp_path, "no machine")
    with pytest.raises(UnavailableError) as caught:
        find_qemu({"PATH": str(tmp_path), "IDF_TOOLS_PATH": str(tmp_path)})
    assert f"{other} has no machine esp32" in caught.value.message


@pytest.mark.parametrize("case", ["missing", "not executable", "no machine", "fails"])
def test_a_variable_that_names_none_is_a_mistake_of_the_user(tmp_path: Path, case: str) -> None:
    path = fake_qemu.install(tmp_path, "no machine")
    if case == "missing":
        path = tmp_path / "nothing"
    elif case == "not executable":
        path.chmod(0o644)
    elif case == "fails":
        path.write_text("#!/bin/sh\necho libpixman is missing >&2\nexit 127\n")
    with pytest.raises(UsageError, match=r"\$CAMHIL_QEMU names no emulator") as caught:
        find_qemu({"CAMHIL_QEMU": str(path)})
    assert str(path) in caught.value.message
    assert PROGRAM in caught.value.hint
    if case == "fails":
        assert "libpixman is missing" in caught.value.message
