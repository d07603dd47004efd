"""What a whole run costs where no board is attached: `pytest --board auto`, from start to end."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.result import Result
from hil.errors import ExitCode

ROUNDS = 5
NO_PORTS = """
from serial.tools import list_ports

list_ports.comports = lambda include_links=False: []
"""


def run() -> Iterator[Result]:
    """The first start is left out: it may compile what is imported."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "no_ports.py").write_text(NO_PORTS)
        _, *rest = [_seconds(folder) for _ in range(ROUNDS + 1)]
    yield Result(
        "--board auto, nothing attached",
        statistics.median(rest),
        "at most",
        2.0,
        f"median of {ROUNDS}, {min(rest):.2f} to {max(rest):.2f} s",
        "s",
    )


def _seconds(folder: str) -> float:
    command = [sys.executable, "-m", "pytest", "-p", "no_ports", "-p", "no:cacheprovider"]
    command += ["-q", "--pyargs", "hil.suite", "--board", "auto", "--rootdir", folder]
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=False)
    seconds = time.perf_counter() - started
    if done.returncode != ExitCode.INFRASTRUCTURE or "no board found" not in done.stdout:
        raise RuntimeError(f"not the run that was wanted: {done.stdout[-2000:]}")
    return seconds
