"""What a user installs: the harness, and what it builds firmware of."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from hil import __version__
from hil.base.resources import find
from hil.sim.firmware import SOURCES
from release.check import problems
from release.metadata import VARIABLE

ROOT = Path(__file__).resolve().parents[2]
DATA = "hil/_data/"
LEFT_BEHIND = ("firmware/esp32/build/app.bin", "firmware/esp32/sdkconfig", "out/facts.jsonl")
"""What work in a checkout leaves behind, and git ignores."""


@pytest.fixture(scope="module")
def checkout() -> frozenset[str]:
    """The files of the checkout, without what git ignores."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("git does not know this folder")
    return frozenset(name for name in listed.stdout.splitlines() if (ROOT / name).is_file())


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory, checkout: frozenset[str]) -> Path:
    """An sdist and the wheel made of it, out of a checkout which was worked in."""
    folder, dist = (tmp_path_factory.mktemp(name) for name in ("checkout", "dist"))
    for name in checkout:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    for name in LEFT_BEHIND:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"left behind")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(dist)]
    environment = {**os.environ, VARIABLE: "https://github.com/someone/camhil"}
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return dist


@pytest.fixture(scope="module")
def names(dist: Path) -> frozenset[str]:
    """The files in the wheel."""
    (wheel,) = dist.glob("*.whl")
    return frozenset(zipfile.ZipFile(wheel).namelist())


def test_every_module_of_the_harness_is_in_it(names: frozenset[str]) -> None:
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "hil").rglob("*.py")}
    assert modules <= names


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
