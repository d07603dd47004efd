"""What the pages show of `hil` runs, without a board or with the simulated one.

The quick starts run as a whole: `test_quick_starts.py`.
"""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import numpy as np
import pytest

from hil.cli import main
from hil.errors import ExitCode
from hil_lab.fakes.quantized_pair import INPUTS, QuantizedPair
from tests.docs.commands import PAGES, ROOT, Command, commands_of
from tests.docs.test_quick_starts import on_the_simulated_board

pytest_plugins = ["pytester"]

# Those have tests of their own: with ESP-IDF's files (tests/build), with a release's
# (tests/cli/test_flash_release.py), ended by Ctrl-C (tests/live), slow (tests/cli/test_doctor.py).
ELSEWHERE = {"build", "doctor", "flash", "label", "live"}
GATES = """
[[gate]]
metric = "outputs_differing"
max = 0
"""


def shown(page: str) -> list[Command]:
    """The commands of a page that run here."""
    commands = [each for each in commands_of(page) if each.program == "hil"]
    return [each for each in commands if each.words[1] not in ELSEWHERE]


@pytest.fixture(scope="session")
def runs(
    address: str, network: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    """The files of two runs."""
    folder = tmp_path_factory.mktemp("runs")
    files = folder / "before.jsonl", folder / "now.jsonl"
    for file in files:
        options = ["--board", address, "--board-flash", "never", "--facts", str(file)]
        assert main(["validate", str(network), *options]) == ExitCode.PASSED
    return files


@pytest.fixture
def everything(project: Path, runs: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project with all files that some page names."""
    monkeypatch.setenv("XDG_DATA_HOME", str(project / "data-home"))
    (project / "out").mkdir()
    for name in ("kws", "new"):
        for suffix in (".tflite", ".toml"):
            shutil.copy(project / f"my{suffix}", project / f"{name}{suffix}")
    for name in ("DIR", "captured"):
        shutil.copytree(project / "data", project / name)
    shutil.copytree(ROOT / "fixtures", project / "fixtures")
    for name, data in zip(("float", "int8"), QuantizedPair().build(), strict=True):
        (project / f"{name}.tflite").write_bytes(data)
    reals = np.random.default_rng(1).normal(0, 1, (4, INPUTS)).astype(np.float32)
    np.savez(project / "mine.npz", x=reals, labels=np.arange(4))
    for job in ("job1", "job2"):
        assert main(["history", "--store", f"{job}.sqlite3", "--import", str(runs[0])]) == 0
    return project


@pytest.mark.parametrize("page", [page for page in PAGES if shown(page) and "/start/" not in page])
def test_what_a_page_shows_of_hil_runs(
    page: str, everything: Path, runs: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for command in shown(page):
        if command.option("--resume") is None:
            named = [Path(word) for word in command.words if word.endswith(".jsonl")]
            for name, run in zip(named, runs, strict=False):
                shutil.copy(run, name)
        gates = command.option("--gates")
        if gates is not None:
            Path(gates).write_text(GATES)
        monkeypatch.setattr("sys.stdin", io.StringIO("\n\nq\n"))
        words = [*on_the_simulated_board(command)[1:], *also(command)]
        assert main(words) == ExitCode.PASSED, command.text


def also(command: Command) -> list[str]:
    """What a command needs here that it does not need on the board of its page."""
    if command.words[1] == "capture":
        camera = ["--sim-camera", "fixtures/photos", "--for", "1"]
        return ["--board", "sim", "--board-flash", "auto", *camera]
    if command.words[1] == "layers" and command.option("--board") is not None:
        return ["--board", "sim", "--board-flash", "auto"]
    return []
