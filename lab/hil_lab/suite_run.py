"""The acceptance suite on the simulated board, in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

# Short: a board that does not answer here will not answer later either.
_ARGUMENTS = ("--board-handshake-s", "5", "--board-image-s", "3")


def run_suite(folder: Path, arguments: Sequence[str], limit_s: float) -> int | None:
    """Runs it all; pytest's exit code, or None where it was ended after `limit_s` seconds.

    Args:
        folder: gets `suite.log`, `facts.jsonl` and the board's `flash.bin`, each anew.
        arguments: more of them for pytest.
        limit_s: it and everything that it started is ended then.
    """
    facts, flash = folder / "facts.jsonl", folder / "flash.bin"
    folder.mkdir(parents=True, exist_ok=True)
    for file in (facts, flash):
        file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "--pyargs", "hil.suite", "-q", "--tb=line"]
    # Hypothesis' plugin imports all of it for its summary: a second of each run.
    command += ["-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-p", "no:randomly"]
    command += ["--board", "sim", "--sim-flash-file", str(flash), "--facts", str(facts)]
    # Two runs share two cores; more threads than that only wait for each other.
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with (folder / "suite.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, *_ARGUMENTS, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
        try:
            return process.wait(limit_s)
        except subprocess.TimeoutExpired:
            return None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
