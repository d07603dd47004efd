"""Time of map and location on the host build, against the inference."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from benchmarks.result import Result
from benchmarks.sim import board, stream

COUNT = 100


def run() -> Iterator[Result]:
    with board() as opened:
        times = [inference.times for inference in stream(opened, COUNT).inferences]
    cam_us = statistics.median(t.cam_us for t in times)
    invoke_us = statistics.median(t.invoke_us for t in times)
    yield Result(
        "CAM / invoke",
        cam_us / invoke_us,
        "at most",
        0.01,
        f"median of {COUNT}: CAM {cam_us:.0f} us, invoke {invoke_us:.0f} us",
    )
