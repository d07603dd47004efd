"""A folder and a board in which the commands of pages run."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hil.network.contract import read_network
from hil.run.options import RunOptions
from hil.run.testbench import Bench
from hil.sim.process import SimOptions, SimProcess
from hil.suite.pictures import synthetic_photo
from hil.testing.tiny_model import tiny_model
from tests.docs.commands import ROOT

# One board for all pages, and a quick network: what a user's project would set once.
SETTINGS = """
[tool.camhil]
board = "{board}"
flash = "never"
network = "my.tflite"
"""
NETWORK = """
positive_class = 1
threshold_percent = 50
"""


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network with a map."""
    folder = tmp_path_factory.mktemp("network")
    (folder / "my.tflite").write_bytes(tiny_model())
    (folder / "my.toml").write_text(NETWORK)
    return folder / "my.tflite"


@pytest.fixture(scope="session")
def address(network: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a simulated board is that holds the network.

    What a run imports is imported meanwhile: one inside of this process forgets what it was first
    to import, and numpy cannot be imported twice.
    """
    flash = tmp_path_factory.mktemp("board") / "flash.bin"
    bench = Bench(RunOptions(network=network, sim_flash_file=flash))
    bench.measure(synthetic_photo("noise"))
    bench.run_facts()
    bench.close()
    with SimProcess(SimOptions(flash_file=flash), tcp=0) as process:
        yield str(process.status()["port"])


@pytest.fixture
def project(pytester: pytest.Pytester, address: str, network: Path) -> Path:
    """A folder with the files that the pages speak of, in which their commands run."""
    folder, random = pytester.path, np.random.default_rng(1)
    (folder / "pyproject.toml").write_text(SETTINGS.format(board=address))
    shutil.copytree(network.parent, folder, dirs_exist_ok=True)
    shape = read_network(network).header.inputs[0].shape
    samples = random.integers(-128, 128, (4, *shape), dtype=np.int8)
    np.savez(folder / "samples.npz", samples)
    shutil.copy(ROOT / "fixtures" / "photos" / "officer.png", folder / "photo.jpg")
    (folder / "data").mkdir()
    with (folder / "data" / "labels.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "label"])
        for number, sample in enumerate(samples):
            np.save(folder / "data" / f"{number}.npy", sample)
            rows.writerow([f"{number}.npy", number % 2])
    return folder
