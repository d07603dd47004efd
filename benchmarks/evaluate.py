"""Labelled data through the simulated board and the oracle: speed, and memory that stays flat.

The data sets are the project's photographs, shifted and relit so that no two are the same.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from benchmarks.result import Result
from hil.base.resources import find
from hil.board.artifacts import read_model
from hil.images import load
from hil.run.evaluation.run import Plan, run_on_board, run_on_oracle
from hil.run.options import RunOptions
from hil.run.testbench import Bench
from hil.samples.fixture_set import load_photos
from hil.samples.labels import read_labels
from hil.testing.tiny_model import tiny_model

ROUNDS = 5
COUNT = 150
FEW, MANY = 1_000, 5_000
APART_US = 25_000  # of an inference that takes none of this machine's time
CORES = 3  # so that simulated board, oracle and host do not wait for each other


def run() -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data_set(folder / "data", COUNT)
        cores = len(os.sched_getaffinity(0))
        # On two, the oracle has what host and board leave, and it takes as long as the board.
        limit = 0.92 if cores >= CORES else 0.7
        yield board_speed(folder / "data", f"sim, {cores} cores", 0, limit)
        yield board_speed(folder / "data", f"board of {APART_US // 1000} ms", APART_US, 0.92)
        yield oracle_speed(folder / "data")
        yield memory(folder)


def board_speed(folder: Path, which: str, invoke_us: int, limit: float) -> Result:
    """Both ways in turns, so that a slow phase of the machine hits both."""
    data = read_labels(folder)
    pictures = [load(data.folder / e.file, resize=True).tensor for e in data.entries]
    bench, ratios, rates = Bench(RunOptions(sim_invoke_us=invoke_us)), [], []
    try:
        board = bench.ready_board()
        list(board.infer_many(pictures[:3]))
        for _ in range(ROUNDS):
            started = time.perf_counter()
            count = sum(1 for _ in board.infer_many(pictures))
            plain = count / (time.perf_counter() - started)
            timed = Timed()
            run_on_board(bench, Plan(data, data.entries), timed)
            ratios.append(timed.rate / plain)
            rates.append((timed.rate, plain))
    finally:
        bench.close()
    evaluated, plain = (statistics.median(rate[i] for rate in rates) for i in (0, 1))
    return Result(
        f"evaluate / plain loop, {which}",
        statistics.median(ratios),
        "at least",
        limit,
        f"{evaluated:.0f} against {plain:.0f} images/s, pictures read and oracle included, "
        f"median of {ROUNDS} rounds of {COUNT} images",
    )


def oracle_speed(folder: Path) -> Result:
    data = read_labels(folder)
    model = read_model(find("model/person_cam.tflite"))
    ratios, rates = [], []
    for _ in range(ROUNDS):
        pair = []
        for jobs in (1, 2):
            timed = Timed()
            run_on_oracle(model, Plan(data, data.entries, jobs), timed)
            pair.append(timed.rate)
        ratios.append(pair[1] / pair[0])
        rates.append(pair)
    one, two = (statistics.median(pair[i] for pair in rates) for i in (0, 1))
    return Result(
        "oracle, 2 processes / 1",
        statistics.median(ratios),
        "at least",
        1.7,
        f"{two:.0f} against {one:.0f} images/s, median of {ROUNDS} rounds of {COUNT} images",
    )


def memory(folder: Path) -> Result:
    """Of a network that takes little time, for what is kept of a picture is the same."""
    peaks = {}
    network = folder / "tiny.tflite"
    network.write_bytes(tiny_model())
    network.with_suffix(".toml").write_text("positive_class = 1\nthreshold_percent = 50\n")
    for count in (FEW, MANY):
        data_set(folder / str(count), count)
        done = subprocess.run(
            [sys.executable, "-c", _PEAK, str(folder / str(count)), str(network)],
            check=True,
            capture_output=True,
            text=True,
        )
        peaks[count] = int(done.stdout.splitlines()[-1])
    return Result(
        f"memory, {MANY:,} / {FEW:,} images",
        peaks[MANY] / peaks[FEW],
        "at most",
        1.2,
        f"{peaks[MANY] / 1024:.0f} against {peaks[FEW] / 1024:.0f} MiB at most in the "
        "evaluation and its largest child, tables included",
    )


_PEAK = """
import resource, sys
from hil.cli import main

assert main(["evaluate", "--data", sys.argv[1], "--network", sys.argv[2]]) == 0
who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
print(sum(resource.getrusage(each).ru_maxrss for each in who))
"""


class Timed:
    """Images per second, from the first that is waited for to the last."""

    def begin(self, total: int, kept: int) -> None:
        self._done = 0
        self._started = self._ended = time.perf_counter()

    def step(self) -> None:
        self._done += 1
        self._ended = time.perf_counter()

    @property
    def rate(self) -> float:
        return self._done / (self._ended - self._started)


def data_set(folder: Path, count: int) -> None:
    """Writes `count` pictures of 128x96 with their labels."""
    (folder / "images").mkdir(parents=True)
    photos = [(photo, load(photo.path).pixels) for photo in load_photos()]
    numbers = np.random.default_rng(1)
    lines = ["file,person,boxes"]
    for n in range(count):
        photo, pixels = photos[n % len(photos)]
        shifted = np.roll(pixels, tuple(numbers.integers(-8, 9, 2)), axis=(0, 1))
        relit = np.clip(shifted * numbers.uniform(0.7, 1.3), 0, 255).astype(np.uint8)
        wide = cv2.copyMakeBorder(relit, 0, 0, 16, 16, cv2.BORDER_REFLECT)
        cv2.imwrite(str(folder / "images" / f"{n}.jpg"), wide)
        boxes = ";".join(
            f"{(16 + x0 * 96) / 128:.4f} {y0} {(16 + x1 * 96) / 128:.4f} {y1}"
            for x0, y0, x1, y1 in photo.boxes
        )
        lines.append(f"{n}.jpg,{int(bool(photo.person))},{boxes}")
    (folder / "labels.csv").write_text("\n".join(lines) + "\n")
