"""The board's times are microseconds of a clock that runs, and runs as fast as the host's.

By its name the last file: the last test looks at every answer of the run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hil.errors import NotRunError
from hil.suite.expect import expect_figures
from hil.suite.times import needs_the_hosts_time

if TYPE_CHECKING:
    from hil.board import Board
    from hil.facts.board import Inference
    from hil.run.testbench import Bench

RUNS = 10
MOST = 2_000
"""Results after which the clocks can be compared, whatever the network: a quarter of a second."""
COARSE_US = 100


def runs(bench: Bench, board: Board, number: int = RUNS) -> list[Inference]:
    data = bench.sample("uniform-0").data
    return [board.infer(data, cam_always=True) for _ in range(number)]


def test_the_times_account_for_the_wait(bench: Bench, board: Board) -> None:
    # What the host waited for and neither the other stages nor the line explain is the stage.
    needs_the_hosts_time(board)
    results, echoes_us = [], []
    for _ in range(RUNS):
        results += runs(bench, board, 1)
        started = board.clock()
        board.echo(bytes(range(256)))
        echoes_us.append((board.clock() - started) * 1e6)
    # A host that is busy at times makes the line as slow as the slowest echo.
    line_us = max(echoes_us)
    waits_us = [r.round_trip_s * 1e6 for r in results]
    others_us = [r.times.upload_us + r.times.preprocess_us + r.times.cam_us for r in results]
    for what, told_us, waited_us, lines, part in (
        (
            "invoke_us",
            [r.times.invoke_us for r in results],
            [wait - other for wait, other in zip(waits_us, others_us, strict=True)],
            1,
            1 / 4,
        ),
        (
            "upload_us",  # announced, sent, and the inference accepted
            [r.times.upload_us for r in results],
            [r.upload_s * 1e6 for r in results],
            3,
            1 / 50,  # a busy host may take long over each chunk; a wrong unit is 1000 times off
        ),
    ):
        assert max(told_us) >= (min(waited_us) - lines * line_us) * part, (
            f"{what} is at most {max(told_us)} us by the board, and the host waited "
            f"{min(waited_us):.0f} us for it each time: it is not in microseconds"
        )


def test_the_clock_has_microseconds(bench: Bench, board: Board) -> None:
    times = [result.times.invoke_us for result in runs(bench, board)]
    assert any(t % COARSE_US for t in times), (
        f"every invoke_us is a multiple of {COARSE_US}: the clock counts ticks ({times})"
    )
    if board.time_base != "virtual":  # which repeats to the microsecond
        assert len(set(times)) > 1, f"every inference takes {times[0]} us: the clock does not run"


def test_the_boards_clock_keeps_pace_with_the_hosts(bench: Bench, board: Board) -> None:
    from hil.judge.answers import CLOCK_KEY
    from hil.judge.pace import pace

    needs_the_hosts_time(board)
    data = bench.sample("uniform-0").data
    board.needs_its_order()
    for _ in range(MOST):
        if pace(board.stamps, board.time_base) is not None:
            break
        board.infer(data)
    expect_figures(bench, CLOCK_KEY, "pace")
    if pace(board.stamps, board.time_base) is None:
        raise NotRunError(
            f"{len(board.stamps)} results do not tell how fast the board's clock runs",
            where=board.where,
            hint="look at finished_us of the results (--facts): it has to go on from each to the "
            "next",
        )


def test_the_boards_clock_never_went_back_in_this_run(bench: Bench, board: Board) -> None:
    from hil.judge.answers import CLOCK_KEY

    # So far, and of this process's board: gates look at all results of the run once more.
    list(board.infer_many([bench.sample("uniform-0").data] * 3))
    expect_figures(bench, CLOCK_KEY)


def test_all_times_of_this_run_can_be(bench: Bench, board: Board) -> None:
    board.infer(bench.sample("uniform-0").data)
    expect_figures(bench, "times", "cycles")


@pytest.mark.needs("trace")
def test_all_times_of_operators_can_be(bench: Bench, board: Board) -> None:
    bench.measure_sample(bench.sample("uniform-0"))
    expect_figures(bench, "operators")
