"""What a user installs: the harness, and what it builds firmware of."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from hil import __version__
from hil.base.resources import find
from hil.project.files import PLACES
from hil.sim.firmware import SOURCES
from release.check import problems

ROOT = Path(__file__).resolve().parents[2]
DATA = "hil/_data/"


@pytest.fixture(scope="module")
def names(wheel: Path) -> frozenset[str]:
    """The files in it."""
    return frozenset(zipfile.ZipFile(wheel).namelist())


def test_every_module_of_the_harness_is_in_it(names: frozenset[str]) -> None:
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "hil").rglob("*.py")}
    assert modules <= names


def test_the_templates_of_a_new_project_are_in_it(
    names: frozenset[str],
) -> None:
    assert {f"hil/project/template/{template}.jinja" for template in PLACES} <= names


def test_what_the_simulated_board_is_built_of_is_in_it(names: frozenset[str]) -> None:
    firmware = find("firmware")
    for source in SOURCES:
        place = firmware / source
        files = place.rglob("*") if place.is_dir() else [place]
        wanted = {
            f"{DATA}firmware/{file.relative_to(firmware).as_posix()}"
            for file in files
            if file.is_file() and "__pycache__" not in file.parts
        }
        assert wanted <= names


def test_what_firmware_for_a_chip_is_built_of_is_in_it(
    names: frozenset[str], checkout: frozenset[str]
) -> None:
    project = {name for name in checkout if name.startswith("firmware/esp32/")}
    assert "firmware/esp32/CMakeLists.txt" in project
    assert {f"{DATA}{name}" for name in project} <= names


def test_a_network_with_its_settings_and_photographs_are_in_it(names: frozenset[str]) -> None:
    for name in ("model/person_cam.tflite", "model/person_cam.toml", "fixtures/manifest.toml"):
        assert f"{DATA}{name}" in names


def test_what_git_ignores_is_not(names: frozenset[str], checkout: frozenset[str]) -> None:
    data = {name.removeprefix(DATA) for name in names if name.startswith(DATA)}
    assert data <= checkout


@pytest.mark.parametrize("left_out", ["tests", "fuzz", "xtensa", "hil_lab", "faults", "fakes"])
def test_what_only_proves_the_harness_is_not(names: frozenset[str], left_out: str) -> None:
    assert not [name for name in names if left_out in PurePosixPath(name).parts]


def test_sdist_and_wheel_can_be_published(dist: Path) -> None:
    changelog = f"## [{__version__}] - 2030-01-02\n\n- Something.\n"
    assert list(problems(dist, f"v{__version__}", changelog)) == []
    command = [sys.executable, "-m", "twine", "check", "--strict", *map(str, dist.iterdir())]
    checked = subprocess.run(command, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


def test_a_release_of_another_version_is_not(dist: Path, tmp_path: Path) -> None:
    found = list(problems(dist, "v99.0.0", "## [Unreleased]\n\n- Something.\n"))
    assert [text.split(",")[0] for text in found] == [
        "the tag is v99.0.0",
        f"CHANGELOG.md has nothing under '## [{__version__}] - YYYY-MM-DD'",
    ]
    assert list(problems(tmp_path, None, "")) == [
        f"camhil-{__version__}-py3-none-any.whl is missing",
        f"camhil-{__version__}.tar.gz is missing",
    ]
