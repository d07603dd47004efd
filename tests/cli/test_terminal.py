"""What a person sees at a terminal of 80 and of 120 columns: nothing wraps badly."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping
from pathlib import Path

import pytest

from hil.testing.tiny_model import tiny_model
from hil_lab.fakes.recorded_run import recorded_run, write_run

_STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")

# One process for all commands, since most of each would be its start.
COMMANDS = """
import sys
from hil.cli import main
for words in sys.argv[1:]:
    print("$ hil", words.split()[0], flush=True)
    main(words.split())
    sys.stdout.flush()
"""
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
SHOWN = {
    "check cats.tflite --ops": "CONV_2D",
    "new my-board --network cats.tflite": "Next:",
    "new full/of/é": "hint:",
    "doctor": "Ready.",
    "compare before.jsonl now.jsonl --gates gates.toml": "WORSE: 1 test",
}
OF_A_BOARD = {
    "info --network cats.tflite": "tensors",
    "validate cats.tflite --samples 2": "PASSED, on the simulated board",
    f"evaluate --network cats.tflite --board oracle --data {FIXTURES}": "ROC AUC",
}
"""Of each command what it has to say."""
SETTINGS = """
positive_class = 1
threshold_percent = 60
labels = ["no cat", "cat"]
pixels = "(pixel - 128) / 128"
"""
TEST = """
def test_outputs(bench, sample):
    assert bench.measure_sample(sample).verdict("outputs").status == "passed"
"""


def at_a_terminal(
    width: int, command: list[str], folder: Path, environment: Mapping[str, str]
) -> str:
    """What a command prints there, without colours."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    said = b""
    while True:
        try:
            said += os.read(ours, 1 << 16)
        except OSError:  # Linux: nobody has it open any more
            break
    os.close(ours)
    process.wait()
    return _STYLE.sub("", said.decode()).replace("\r\n", "\n")


@pytest.fixture
def environment(user_cache: Path) -> dict[str, str]:
    left_out = ("COLUMNS", "LINES", "NO_COLOR", "PYTEST_ADDOPTS")
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return {**kept, "XDG_CACHE_HOME": str(user_cache), "TERM": "xterm-256color"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cats.tflite").write_bytes(tiny_model())
    (tmp_path / "cats.toml").write_text(SETTINGS)
    (tmp_path / "test_cats.py").write_text(TEST)
    metrics = ("recoveries", "outputs_differing")
    gates = "".join(f'[[gate]]\nmetric = "{name}"\nmax = 0\n' for name in metrics)
    (tmp_path / "gates.toml").write_text(gates)
    (tmp_path / "pyproject.toml").write_text(
        '[tool.camhil]\nnetwork = "cats.tflite"\nsamples = 2\ngates = "gates.toml"\n'
    )
    write_run(tmp_path / "before.jsonl", recorded_run(4, traced=False))
    write_run(tmp_path / "now.jsonl", recorded_run(4, traced=False, faults={2: "location"}))
    return tmp_path


def too_wide(said: str, width: int) -> list[str]:
    """Lines that the terminal would break; one word alone has to stay whole."""
    shown = (line.rpartition("\r")[2].rstrip() for line in said.split("\n"))
    return [line for line in shown if len(line) > width and len(line.split()) > 1]


@pytest.mark.parametrize(("width", "commands"), [(80, SHOWN | OF_A_BOARD), (120, SHOWN)])
def test_no_line_of_a_command_is_wider_than_the_terminal(
    folder: Path, environment: dict[str, str], width: int, commands: dict[str, str]
) -> None:
    command = [sys.executable, "-c", COMMANDS, *commands]
    said = at_a_terminal(width, command, folder, environment)
    for part, words in zip(said.split("$ hil ")[1:], commands.values(), strict=True):
        assert words in part
    assert "…" not in said
    assert too_wide(said, width) == []


def test_no_line_of_a_run_is_wider_than_the_terminal(
    folder: Path, environment: dict[str, str]
) -> None:
    command = [sys.executable, "-m", "pytest", "-p", "no:randomly", "-p", "no:hypothesispytest"]
    said = at_a_terminal(80, command, folder, environment)
    assert "SHIP, on the simulated board" in said
    ours = said.partition("collected")[2]  # pytest itself lists its plugins in one line
    assert too_wide(ours, 80) == []
