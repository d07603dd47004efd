"""Bytes on the wire for each image on a link without errors."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.result import Result
from benchmarks.sim import IMAGE_BYTES, board, stream

COUNT = 50


def run() -> Iterator[Result]:
    with board() as opened:
        run = stream(opened, COUNT)
    payload = COUNT * IMAGE_BYTES
    repeated = f"{COUNT} images, {run.retransmitted} frames sent again"
    yield Result("bytes, upload direction", run.bytes_out / payload, "at most", 1.04, repeated)
    total = (run.bytes_out + run.bytes_in) / payload
    yield Result("bytes, both directions", total, "at most", 1.08, "results with maps included")
