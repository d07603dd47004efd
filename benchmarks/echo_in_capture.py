"""An echo while a large output of an operator goes out: it waits for one frame, not for all."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.result import Result
from benchmarks.sim import BITS_PER_BYTE
from hil.base.deadline import Deadline
from hil.link.jobs import Job
from hil.run.options import RunOptions
from hil.run.testbench import Bench
from hil.testing.tiny_model import tiny_model
from hil.wire.requests import OpOutput

BAUD = 115_200
SIDE, CHANNELS = 48, 65  # 149,760 bytes
ARENA_BYTES = 1 << 20
UNDER_WAY_BYTES = 8_192
SECONDS = 60.0


def run() -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as folder:
        network = Path(folder) / "wide.tflite"
        network.write_bytes(
            tiny_model(input_size=(SIDE, SIDE), grid=(SIDE, SIDE), channels=CHANNELS)
        )
        options = RunOptions(network=network, baud=BAUD, sim_pacing=BAUD, sim_arena=ARENA_BYTES)
        bench = Bench(options)
        try:
            waits_s, left, frame_s = echoes(bench)
        finally:
            bench.close()
    yield Result(
        "echo in a capture / one frame",
        max(waits_s) / frame_s,
        "at most",
        1.1,
        f"at most {max(waits_s) * 1e3:.0f} ms, a frame takes {frame_s * 1e3:.0f} ms, "
        f"{len(waits_s)} echoes in {SIDE * SIDE * CHANNELS:,} bytes at {BAUD} baud, "
        f"{left:,} of them left",
    )


def echoes(bench: Bench) -> tuple[list[float], int, float]:
    """Seconds of each echo in the capture; the bytes that were left then; seconds of a frame."""
    board = bench.ready_board()
    channel = board._connection.channel
    sample = bytes(board.contract.sample_bytes)
    before = channel.stats.bytes_in
    capture = Job(sample, capture=OpOutput(0, 0))
    ticket = channel.session.infer(capture, time.monotonic(), SECONDS)
    while channel.stats.bytes_in - before < UNDER_WAY_BYTES:
        channel.listen(Deadline.after(0.01))
    waits_s = []
    size = SIDE * SIDE * CHANNELS
    while (left := size - (channel.stats.bytes_in - before)) > size // 4:
        started = time.monotonic()
        channel.echo(b"", Deadline.after(SECONDS))
        waits_s.append(time.monotonic() - started)
    while not ticket.done:
        channel.listen(Deadline.after(0.1))
    if ticket.error is not None:
        raise ticket.error
    assert ticket.value is not None
    assert ticket.value.captured is not None
    assert len(ticket.value.captured.data) == size
    return waits_s, left, board.identity.max_frame_bytes * BITS_PER_BYTE / BAUD
