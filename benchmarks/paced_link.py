"""A UART of 921600 baud: the next image travels while this one is computed."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.result import Result
from benchmarks.sim import BITS_PER_BYTE, IMAGE_BYTES, board, stream
from hil.sim.process import SimOptions

BAUD = 921_600
COUNT = 200
INVOKES_US = (6_000, 380_000)  # this machine's, and an ESP32 with ESP-NN


def run() -> Iterator[Result]:
    upload_s = IMAGE_BYTES * BITS_PER_BYTE / BAUD
    for invoke_us in INVOKES_US:
        with board(SimOptions(baud_pacing=BAUD, stretch_invoke_us=invoke_us), BAUD) as opened:
            measured = stream(opened, COUNT)
        longest_s = max(upload_s, invoke_us / 1e6)
        yield Result(
            f"time per image, invoke {invoke_us // 1000} ms",
            measured.seconds_per_image / longest_s,
            "at most",
            1.05,
            f"{measured.seconds_per_image * 1e3:.1f} ms, upload alone {upload_s * 1e3:.1f} ms, "
            f"{COUNT} images at {BAUD} baud",
        )
