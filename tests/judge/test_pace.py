"""The board's clock against the host's, by every result of a run."""

from __future__ import annotations

import random

import pytest

from hil.judge.pace import pace
from hil_lab.fakes.long_run import answers


def lateness(seed: int, most_us: float) -> list[float]:
    noise = random.Random(seed)
    return [noise.expovariate(1) * most_us * noise.random() for _ in range(2_000)]


@pytest.mark.parametrize("share", [0.995, 1.005, 0.97, 1.03, 0.5, 2, 0.01, 80])
def test_a_clock_that_is_half_a_percent_off_is_seen_in_ten_seconds(share: float) -> None:
    late = lateness(3, 4_000)
    run = answers(840, clock=lambda us: share * us, late_us=lambda n: late[n])
    found = pace(run, "host")
    assert found is not None
    assert found.wrong
    assert found.speed == pytest.approx(share, rel=0.002)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("most_us", [100, 3_000, 60_000])
def test_a_sound_clock_keeps_pace_however_late_its_answers_come(seed: int, most_us: float) -> None:
    late = lateness(seed, most_us)
    found = pace(answers(400, late_us=lambda n: late[n]), "host")
    assert found is not None
    assert not found.wrong


@pytest.mark.parametrize("at", range(0, 400, 25))
def test_a_host_that_is_busy_from_some_time_on_says_nothing_of_the_clock(at: int) -> None:
    found = pace(answers(400, late_us=lambda n: 0 if n < at else 90_000), "host")
    assert found is not None
    assert not found.wrong


@pytest.mark.parametrize("share", [1, 1.05])
def test_each_start_has_a_clock_of_its_own(share: float) -> None:
    clocks = {1: lambda us: us, 2: lambda us: share * us, 3: lambda us: us}
    starts = [answers(80, boot=b, began_s=100.0 * b, clock=clocks[b]) for b in clocks]
    found = pace([r for start in starts for r in start], "real")
    assert found is not None
    assert found.speed == pytest.approx(share)
    assert found.wrong is (share != 1)


@pytest.mark.parametrize(("run", "base"), [(answers(12), "real"), (answers(400), "virtual")])
def test_too_few_results_and_virtual_time_are_not_compared(run: object, base: str) -> None:
    assert pace(run, base) is None  # type: ignore[arg-type]


def test_an_emulators_clock_may_be_a_few_percent_off() -> None:
    run = answers(400, clock=lambda us: 1.05 * us)
    assert [pace(run, base).wrong for base in ("none", "real")] == [False, True]  # type: ignore[union-attr]
