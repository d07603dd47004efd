"""The quick starts, from the first command to the last: what a page shows runs, in its order.

A simulated board stands in for every other one. Of the acceptance suite a few tests run here, for
all of it has a run of its own (`make hil`). What only installs, or needs ESP-IDF, is no more than
read: `test_commands.py`.
"""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hil.cli import main
from hil.errors import ExitCode
from hil.network.contract import read_network
from hil.run.options import RunOptions
from hil.run.testbench import Bench
from hil.sim.process import SimOptions, SimProcess
from hil.suite.pictures import synthetic_photo
from hil.testing.tiny_model import tiny_model
from tests.docs.commands import ROOT, Command, commands_of

pytest_plugins = ["pytester"]

STARTS = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/start/*.md"))
OF_THE_SUITE = ["-k", "test_identity"]
# ESP-IDF; slow, and in tests/cli; the board is taken as it is; runs until it is ended (tests/live).
NOT_RUN_HERE = {("hil", name) for name in ("build", "doctor", "flash", "live")}


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


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a simulated board is that holds the network.

    What a run imports is imported meanwhile: one inside of this process forgets what it was first
    to import, and numpy cannot be imported twice.
    """
    folder = tmp_path_factory.mktemp("board")
    (folder / "my.tflite").write_bytes(tiny_model())
    (folder / "my.toml").write_text(NETWORK)
    flash = folder / "flash.bin"
    bench = Bench(RunOptions(network=folder / "my.tflite", sim_flash_file=flash))
    bench.measure(synthetic_photo("noise"))
    bench.run_facts()
    bench.close()
    with SimProcess(SimOptions(flash_file=flash), tcp=0) as process:
        yield str(process.status()["port"])


@pytest.fixture
def project(pytester: pytest.Pytester, board: str) -> Path:
    """A folder with the files that the pages speak of, in which their commands run."""
    folder, random = pytester.path, np.random.default_rng(1)
    (folder / "pyproject.toml").write_text(SETTINGS.format(board=board))
    (folder / "my.toml").write_text(NETWORK)
    (folder / "my.tflite").write_bytes(tiny_model())
    shape = read_network(folder / "my.tflite").header.inputs[0].shape
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


@pytest.mark.parametrize("page", STARTS)
def test_what_a_quick_start_shows_runs_in_its_order(
    page: str,
    project: Path,
    board: str,
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    titled = r"^```\w+ title=\"([^\"]+)\"\n(.*?)^```"
    for name, text in re.findall(titled, (ROOT / page).read_text("utf-8"), re.M | re.S):
        (project / name).write_text(text, "utf-8")
    there: list[str] = []
    done: set[tuple[str, ...]] = set()
    for command in commands_of(page):
        words = on_the_simulated_board(command)
        if command.program == "cd":  # another project, with other settings
            monkeypatch.chdir(words[1])
            there = ["--board", board, "--board-flash", "never"]
        if command.program not in ("hil", "pytest") or words[:2] in NOT_RUN_HERE or words in done:
            continue
        done.add(words)
        if command.program == "hil":
            code = main(words[1:])
        else:
            suite = OF_THE_SUITE if "hil.suite" in words else []
            code = int(pytester.runpytest_inprocess(*words[1:], *suite, *there).ret)
        assert code == ExitCode.PASSED, command.text
    assert done


def on_the_simulated_board(command: Command) -> tuple[str, ...]:
    """The command for a board that there is: a recording, or the simulated one."""
    if (command.option("--board") or "replay:").startswith("replay:"):
        return command.words
    text = re.sub(r" --(?:board|firmware)[ =]\S+", "", " ".join(command.words))
    return tuple(text.split())
