"""How long the project's own tests take: `make test`, once it is set up.

Not one of the default benchmarks, for it takes minutes: `python -m benchmarks own_tests`.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator

from benchmarks.result import Result
from hil.base.resources import find


def run() -> Iterator[Result]:
    root = find("firmware").parent
    subprocess.run(["make", "setup"], cwd=root, check=True)
    started = time.perf_counter()
    done = subprocess.run(
        ["make", "test"], cwd=root, stdout=subprocess.PIPE, text=True, check=False
    )
    seconds = time.perf_counter() - started
    lines = done.stdout.splitlines() or ["no output"]
    cores = f"{len(os.sched_getaffinity(0))} cores"
    yield Result("make test", seconds, "at most", 300, f"{cores}; {lines[-1].strip('= ')}", "s")
    yield Result("make test, exit code", done.returncode, "at most", 0, "")
