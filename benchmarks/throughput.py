"""Images per second on the simulated board, against a bare loop of TFLM invokes.

Both are measured in turns, so that a slow phase of the machine hits both.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.result import Result
from benchmarks.sim import board, stream
from hil.base.resources import find

ROUNDS = 7
COUNT = 150


def run() -> Iterator[Result]:
    ratios, rates = [], []
    with board() as opened:
        for round_number in range(ROUNDS):
            bare = bare_loop(COUNT)
            piped = COUNT / stream(opened, COUNT, seed=round_number).seconds
            ratios.append(piped / bare)
            rates.append((piped, bare))
    piped, bare = (statistics.median(rate[i] for rate in rates) for i in (0, 1))
    yield Result(
        "throughput / bare loop",
        statistics.median(ratios),
        "at least",
        0.95,
        f"{piped:.0f} against {bare:.0f} images/s, median of {ROUNDS} rounds of {COUNT} images",
    )


def bare_loop(count: int) -> float:
    """Invokes per second of tflite-micro alone, in a process of its own."""
    model = find("model/person_cam.tflite")
    done = subprocess.run(
        [sys.executable, "-c", _LOOP, str(model), str(count)],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout)


_LOOP = """
import pathlib, sys, time
import numpy as np
from tflite_micro import runtime

interpreter = runtime.Interpreter.from_bytes(pathlib.Path(sys.argv[1]).read_bytes())
interpreter.set_input(np.zeros((1, 96, 96, 1), np.int8), 0)
for _ in range(3):
    interpreter.invoke()
count = int(sys.argv[2])
started = time.perf_counter()
for _ in range(count):
    interpreter.invoke()
print(count / (time.perf_counter() - started))
"""
