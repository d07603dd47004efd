"""What creeps within one start of the board is told; what a host does to it is not."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from hil.judge.trends import memory_trends, time_trends, trends
from hil_lab.fakes.long_run import INVOKE_US, answers, reports

NEXT = answers(16, boot=2)


def creeping(n: int) -> float:
    return INVOKE_US * 1.002**n


def jitter(seed: int) -> Callable[[int], float]:
    """Times of a loaded host: most are a little longer, some are several times as long."""
    noise = random.Random(seed)
    made = [1 + noise.expovariate(8) + noise.choice((0, 0, 0, 2.5)) for _ in range(4000)]
    return lambda n: INVOKE_US * made[n]


@pytest.mark.parametrize("stage", ["invoke_us", "preprocess_us", "cam_us"])
def test_a_time_that_creeps_by_two_thousandths_an_image_is_told(stage: str) -> None:
    run, after = answers(300, **{stage: creeping}), answers(16, boot=2, **{stage: creeping})
    (trend,) = trends((*run, *after), (), "host")
    assert trend.what == stage
    assert trend.last > 1.5 * trend.first


def test_a_wait_that_creeps_beside_the_boards_own_times_is_told() -> None:
    (trend,) = trends((*answers(300, late_us=lambda n: 10 * n), *NEXT), (), "host")
    assert "the wait" in trend.what


def test_it_is_told_in_spite_of_a_loaded_host() -> None:
    noisy = jitter(7)
    run = answers(300, invoke_us=lambda n: noisy(n) * 1.002**n)
    assert [trend.what for trend in trends((*run, *NEXT), (), "host")] == ["invoke_us"]


def test_it_is_told_where_hardly_an_answer_is_undisturbed() -> None:
    # Nine in ten are several times as long, and so are the first ones after the new start.
    noise = random.Random(3)
    busy = [1 + noise.expovariate(0.3) * (noise.random() < 0.9) for _ in range(1000)]
    run = answers(1000, invoke_us=lambda n: INVOKE_US * (busy[n - 1] + 0.002 * n))
    after = answers(200, boot=2, invoke_us=lambda n: INVOKE_US * (4 if n < 32 else busy[n - 1]))
    assert [trend.what for trend in trends((*run, *after), (), "host")] == ["invoke_us"]


def test_a_time_that_does_not_come_back_with_a_new_start_is_the_hosts() -> None:
    slow = answers(16, boot=2, invoke_us=lambda n: creeping(300))
    assert trends((*answers(300, invoke_us=creeping), *slow), (), "host") == ()


def test_without_a_new_start_nobody_knows_yet() -> None:
    run = answers(300, invoke_us=creeping)
    assert trends(run, (), "host") == ()
    assert [trend.settled for trend in time_trends(run, "host")] == [None]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("number", [160, 300, 3000])
def test_a_sound_board_on_a_loaded_host_has_no_trend(seed: int, number: int) -> None:
    found = time_trends(answers(number, invoke_us=jitter(seed)), "host")
    assert found == ()


@pytest.mark.parametrize("at", [20, 100, 150, 200, 280])
def test_a_host_that_is_loaded_from_some_time_on_is_no_trend(at: int) -> None:
    run = answers(300, invoke_us=lambda n: INVOKE_US * (1 if n < at else 3) + n % 7)
    assert time_trends(run, "host") == ()


def test_a_chip_is_asked_more_exactly_than_a_host() -> None:
    run = answers(300, invoke_us=lambda n: INVOKE_US * (1 + 0.0001 * n))
    told = {base: len(trends((*run, *NEXT), (), base)) for base in ("real", "host", "none")}
    assert told == {"real": 1, "host": 0, "none": 0}


# ---- memory ----------------------------------------------------------------------


def test_a_heap_that_leaks_is_told() -> None:
    (trend,) = memory_trends(reports(20, free=lambda n: 150_000 - 24 * n))[:1]
    assert "free heap falls from 150000" in str(trend)


def test_a_leak_in_what_only_the_end_of_the_run_asks_for_is_told() -> None:
    found = memory_trends(reports(80, free=lambda n: 150_000 - 16 * max(0, n - 64)))
    assert "free heap" in [trend.what for trend in found]


def test_an_arena_that_fills_and_a_stack_that_grows_are_told() -> None:
    assert [t.what for t in memory_trends(reports(20, arena_used=lambda n: 70_000 + 64 * n))] == [
        "the arena in use"
    ]
    assert [t.what for t in memory_trends(reports(20, stack=lambda n: 1_200 - 32 * n))] == [
        "the unused stack of inference"
    ]


@pytest.mark.parametrize(
    "free",
    [
        lambda n: 150_000,
        lambda n: 150_000 - (4_096 if n > 10 else 0),  # a buffer that is taken once
        lambda n: 150_000 - 800 * (n % 3),  # buffers that come and go
        lambda n: 150_000 - random.Random(n).randrange(4_000),
    ],
)
def test_memory_that_is_taken_once_or_given_back_is_no_trend(free: Callable[[int], int]) -> None:
    assert memory_trends(reports(200, free=free)) == ()


def test_a_stack_that_is_used_deeper_in_the_beginning_is_no_trend() -> None:
    found = memory_trends(reports(40, stack=lambda n: 1_200 - 100 * min(n, 5)))
    assert found == ()


def test_what_a_reset_gives_back_is_looked_at_by_itself() -> None:
    short = [reports(6, boot=boot, free=lambda n: 150_000 - 64 * n) for boot in (1, 2, 3)]
    assert memory_trends([one for start in short for one in start]) == ()
