"""The runs inside of these tests tell nothing to a job that they run in."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hil.board.artifacts import read_expected
from hil.board.opening import open_adapter
from hil.board.options import BoardOptions
from hil.board.sim import SimAdapter
from hil.run.options import RunOptions
from hil.run.testbench import Bench
from hil.sim import firmware
from hil.sim.options import SimOptions
from hil.suite.pictures import synthetic_photo


@pytest.fixture(autouse=True)
def no_github(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def flashed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The content of a flash that holds the build: to flash takes longer than most runs."""
    path = tmp_path_factory.mktemp("flashed") / "flash.bin"
    expected = read_expected(firmware.build())
    open_adapter(SimAdapter(SimOptions(flash_file=path)), expected, BoardOptions()).close()
    return path


@pytest.fixture
def flash_file(pytester: pytest.Pytester, flashed: Path) -> Path:
    """flash.bin in the folder of the run, for a board of its own; it holds the build."""
    return Path(shutil.copy(flashed, pytester.path / "flash.bin"))


@pytest.fixture(scope="session")
def everything_is_imported(flashed: Path) -> None:
    """A run in this process forgets what it imported, and numpy cannot be imported twice."""
    bench = Bench(RunOptions(sim_flash_file=flashed))
    bench.measure(synthetic_photo("noise"))
    bench.run_facts()
    bench.close()
