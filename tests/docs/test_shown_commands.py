"""What the pages show of `hil` runs, without a board or with the simulated one.

The quick starts run as a whole: `test_quick_starts.py`.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from hil.cli import main
from hil.errors import ExitCode
from hil_lab.fakes.quantized_pair import INPUTS, QuantizedPair
from tests.docs.commands import PAGES, Command, commands_of

pytest_plugins = ["pytester"]

# The others have tests of their own, with a camera, a browser, ESP-IDF or a data set.
RUN_HERE = {
    *("check", "compare", "diagnose", "history", "info", "infer", "judge", "layers", "new", "pack"),
    *("report", "validate"),
}
GATES = """
[[gate]]
metric = "outputs_differing"
max = 0
"""


def shown(page: str) -> list[Command]:
    """The commands of a page that run here; those with a board of their own do not."""
    commands = [each for each in commands_of(page) if each.program == "hil"]
    return [c for c in commands if c.words[1] in RUN_HERE and c.option("--board") is None]


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
    shutil.copy(project / "my.tflite", project / "kws.tflite")
    for name, data in zip(("float", "int8"), QuantizedPair().build(), strict=True):
        (project / f"{name}.tflite").write_bytes(data)
    reals = np.random.default_rng(1).normal(0, 1, (4, INPUTS)).astype(np.float32)
    np.savez(project / "mine.npz", x=reals, labels=np.arange(4))
    for job in ("job1", "job2"):
        assert main(["history", "--store", f"{job}.sqlite3", "--import", str(runs[0])]) == 0
    return project


@pytest.mark.parametrize("page", [page for page in PAGES if shown(page) and "/start/" not in page])
def test_what_a_page_shows_of_hil_runs(
    page: str, everything: Path, runs: tuple[Path, Path]
) -> None:
    for command in shown(page):
        named = [Path(word) for word in command.words if word.endswith(".jsonl")]
        for name, run in zip(named, runs, strict=False):
            shutil.copy(run, name)
        gates = command.option("--gates")
        if gates is not None:
            Path(gates).write_text(GATES)
        assert main(command.words[1:]) == ExitCode.PASSED, command.text
