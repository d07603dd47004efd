"""What `--record` costs: throughput with and without, measured in turns on one machine."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.result import Result
from benchmarks.sim import IMAGE_BYTES, board, stream

ROUNDS = 40
COUNT = 50


def run() -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.rec"
        with board() as plain, board(record=path) as recorded:
            before = path.stat().st_size
            ratios = []
            for seed in range(ROUNDS):
                turns = (plain, recorded) if seed % 2 else (recorded, plain)
                seconds = {turn: stream(turn, COUNT, seed).seconds for turn in turns}
                ratios.append(seconds[plain] / seconds[recorded])
            written = path.stat().st_size - before
    yield Result(
        "throughput, recorded / not",
        statistics.median(ratios),
        "at least",
        0.98,
        f"median of {ROUNDS} rounds of {COUNT} images",
    )
    yield Result(
        "recording, bytes / image bytes",
        written / (ROUNDS * COUNT * IMAGE_BYTES),
        "at most",
        1.1,
        "both directions, times and checks included",
    )
