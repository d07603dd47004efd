"""How long it takes to compare two recorded runs of 1,000 images, from file to table."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.result import Result
from hil.facts.reader import read_run
from hil.judge.baseline.compare import compare_runs, compare_snapshots
from hil.judge.baseline.files import load, save
from hil.judge.baseline.model import Outcome
from hil.judge.baseline.snapshot import snapshot
from hil_lab.fakes.recorded_run import recorded_run, write_run

IMAGES = 1_000
ROUNDS = 3


def run() -> Iterator[Result]:
    """Two runs that differ by 1 % in the inference, which has to be found."""
    with tempfile.TemporaryDirectory() as folder:
        before = write_run(Path(folder) / "before.jsonl", recorded_run(IMAGES, seed=1))
        after = write_run(Path(folder) / "after.jsonl", recorded_run(IMAGES, seed=1, slower=0.01))
        baseline = Path(folder) / "baseline.json"
        save(snapshot(read_run(before)), baseline)
        read_s, runs_s, baseline_s = [], [], []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            runs = read_run(after), read_run(before)
            read = time.perf_counter()
            found = compare_runs(*runs, "before").change("invoke_us")
            done = time.perf_counter()
            compare_snapshots(snapshot(runs[0]), load(baseline), "baseline")
            read_s.append(read - started)
            runs_s.append(done - started)
            baseline_s.append(time.perf_counter() - done)
    assert found is not None
    assert found.outcome is Outcome.WORSE
    yield Result(
        "compare two runs",
        statistics.median(runs_s),
        "at most",
        2.0,
        f"{IMAGES:,} images each, of it reading {statistics.median(read_s):.2f} s",
        "s",
    )
    yield Result(
        "compare with a baseline",
        statistics.median(baseline_s),
        "at most",
        2.0,
        f"a run of {IMAGES:,} images in memory with a baseline file",
        "s",
    )
