"""What the plugin and the collection of the suite add to a bare pytest start."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.result import Result

ROUNDS = 9


def run() -> Iterator[Result]:
    """Alternates both starts, so that a slow phase of the machine hits both.

    The first of each is not counted: it writes bytecode, which an installation has.
    """
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "test_nothing.py"
        empty.write_text("def test_nothing():\n    pass\n")
        bare = [str(empty), "-p", "no:camhil", "--rootdir", folder]
        suite = ["--pyargs", "hil.suite", "--rootdir", folder]
        pairs = [(_collect(bare, folder), _collect(suite, folder)) for _ in range(1 + ROUNDS)][1:]
    base = statistics.median(pair[0] for pair in pairs)
    added = statistics.median(pair[1] - pair[0] for pair in pairs)
    yield Result(
        "plugin start",
        added,
        "at most",
        0.25,
        f"bare pytest {base:.2f} s, with plugin and suite {base + added:.2f} s, "
        f"median of {ROUNDS} pairs",
        "s",
    )


def _collect(arguments: list[str], folder: str) -> float:
    pytest = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    subprocess.run(
        [*pytest, *arguments], cwd=folder, env=env, check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - started
