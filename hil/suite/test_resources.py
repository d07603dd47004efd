"""Memory and latency: recorded for every run, and plausible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hil.suite.expect import expect_figures, not_asked
from hil.suite.times import needs_the_hosts_time

if TYPE_CHECKING:
    from hil.board import Board
    from hil.plugin import RecordMeasurement
    from hil.run.testbench import Bench


def test_memory(bench: Bench, board: Board, record_measurement: RecordMeasurement) -> None:
    board.infer(bench.sample("uniform-0").data)
    memory = board.memory()
    record_measurement("arena_bytes", memory.arena_bytes)
    record_measurement("arena_used_bytes", memory.arena_used_bytes)
    engine = board.identity.engine
    if memory.arena_used_bytes is None and "tflite-micro" not in engine:
        not_asked(f"{engine} cannot tell how much arena it uses")
    assert memory.arena_used_bytes is not None, "the board cannot tell how much arena it uses"
    assert 0 < memory.arena_used_bytes <= memory.arena_bytes, (
        f"{memory.arena_used_bytes} of {memory.arena_bytes} bytes of the arena are in use"
    )


def test_all_figures_of_memory_of_this_run_can_be(bench: Bench, board: Board) -> None:
    board.infer(bench.sample("uniform-0").data)
    board.memory()
    expect_figures(bench, "memory")


def test_latency(bench: Bench, board: Board, record_measurement: RecordMeasurement) -> None:
    results = [board.infer(bench.sample("uniform-0").data) for _ in range(10)]
    times = sorted(result.times.invoke_us for result in results)
    record_measurement("invoke_us_min", times[0])
    record_measurement("invoke_us_median", times[len(times) // 2])
    record_measurement("invoke_us_max", times[-1])
    assert times[0] > 0, "an inference took no time: invoke_us is 0"


def test_the_stages_fit_into_the_round_trip(bench: Bench, board: Board) -> None:
    needs_the_hosts_time(board)
    result = board.infer(bench.sample("uniform-0").data, cam_always=True)
    times = result.times
    on_board_us = times.upload_us + times.preprocess_us + times.invoke_us + times.cam_us
    waited_us = result.round_trip_s * 1e6
    assert on_board_us <= waited_us, (
        f"the stages on the board add up to {on_board_us} us, the host waited {waited_us:.0f} us"
    )
