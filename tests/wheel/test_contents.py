"""What a user installs: the harness, and the sources that the simulated board is built of."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from hil.base.resources import find
from hil.sim.firmware import SOURCES

ROOT = Path(__file__).resolve().parents[2]
FIRMWARE = "hil/_data/firmware"


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """The files in the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
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
            f"{FIRMWARE}/{file.relative_to(firmware).as_posix()}"
            for file in files
            if file.is_file() and "__pycache__" not in file.parts
        }
        assert wanted <= names


@pytest.mark.parametrize("left_out", ["tests", "fuzz", "xtensa", "hil_lab", "faults", "fakes"])
def test_what_only_proves_the_harness_is_not(names: frozenset[str], left_out: str) -> None:
    assert not [name for name in names if left_out in PurePosixPath(name).parts]
