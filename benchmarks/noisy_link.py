"""Bit errors and lost frames: all results right, and how much throughput is left."""

from __future__ import annotations

import statistics
import zlib
from collections.abc import Iterator

from benchmarks.result import Result
from benchmarks.sim import Stream, board, images, stream
from hil.sim.process import SimOptions

ROUNDS = 5
COUNT = 150
NOISE = SimOptions(bit_error_rate=1e-5, drop_rate=0.01)


def run() -> Iterator[Result]:
    ratios, repeated, wrong = [], 0, 0
    with board() as clean, board(NOISE) as noisy:
        for seed in range(ROUNDS):
            good, bad = stream(clean, COUNT, seed), stream(noisy, COUNT, seed)
            ratios.append(good.seconds / bad.seconds)
            repeated += bad.retransmitted
            wrong += differing(good, bad, seed)
    yield Result("wrong results on a noisy link", wrong, "at most", 0, f"of {ROUNDS * COUNT}")
    yield Result(
        "throughput, noisy / clean link",
        statistics.median(ratios),
        "at least",
        0.9,
        f"bit errors 1e-5, 1 % of frames dropped each way, {repeated} frames sent again",
    )


def differing(good: Stream, bad: Stream, seed: int) -> int:
    """How many answers of the noisy link are not those of the clean one."""
    count = 0
    pairs = zip(images(COUNT, seed), good.inferences, bad.inferences, strict=True)
    for picture, a, b in pairs:
        crc = zlib.crc32(picture.tobytes())
        assert a.cam is not None
        same = b.cam is not None and (a.cam == b.cam).all()
        same = same and (a.scores, a.location) == (b.scores, b.location)
        count += not (same and a.image_crc == b.image_crc == crc)
    return count
