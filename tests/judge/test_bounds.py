"""Figures that no board can have are told; those of a right board are not."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from hil.facts.image import OpFacts
from hil.facts.records import HeapFacts
from hil.judge.bounds import cycles_fault, memory_fault, ops_fault, times_fault, usual_mhz
from hil_lab.fakes.long_run import answers, reports

ARENA = 131_072
NEEDED = 55_296
MHZ = 240


@pytest.mark.parametrize(
    ("stage", "us", "said"),
    [
        ("invoke_us", 0, "takes time"),
        ("preprocess_us", 40, "nothing is preprocessed"),
    ],
)
def test_a_stage_that_cannot_take_that_long_is_told(stage: str, us: int, said: str) -> None:
    run = answers(5, **{stage: lambda n: us if n == 3 else 8_000 * (stage == "invoke_us")})
    assert said in times_fault(run)
    assert times_fault(run).startswith("answer 3 ")


@pytest.mark.parametrize("stage", ["invoke_us", "cam_us"])
def test_an_inference_does_not_begin_before_the_one_before_has_ended(stage: str) -> None:
    run = answers(5, **{stage: lambda n: 12_500 if n == 3 else 4_000})
    assert times_fault(run).startswith("inference 4 of a start took ")
    others = [dataclasses.replace(record, boot=record.count) for record in run]
    assert times_fault(others) == ""


def test_a_host_that_gets_an_answer_late_waits_less_for_the_next_and_that_is_right() -> None:
    run = [
        dataclasses.replace(r, times=dataclasses.replace(r.times, round_trip_us=900))
        for r in answers(5)
    ]
    assert times_fault(run) == ""


def test_a_map_takes_no_time_where_there_is_none() -> None:
    (record,) = answers(1)
    wrong = dataclasses.replace(record, threshold=None)
    assert "no class activation map" in times_fault([wrong])


def test_right_times_are_right() -> None:
    assert times_fault(answers(50, late_us=lambda n: 100 * n)) == ""


# ---- cycles ----------------------------------------------------------------------


def test_cycles_go_with_microseconds() -> None:
    right = answers(20, cycles=lambda us: us * MHZ + 700)
    assert cycles_fault(right, able=True) == ""
    assert usual_mhz(right) == pytest.approx(MHZ, rel=0.01)


@pytest.mark.parametrize(
    ("number", "cycles", "able", "said"),
    [
        (20, lambda us: 5, False, "not a capability"),
        (20, lambda us: None, True, "has no cycles"),
        (20, lambda us: us // 80, True, "for each us"),
        (20, lambda us: us * 10_000, True, "for each us"),
    ],
)
def test_cycles_of_no_counter_are_told(number: int, cycles: Any, able: bool, said: str) -> None:
    assert said in cycles_fault(answers(number, cycles=cycles), able=able)


def test_answers_with_cycles_of_another_clock_are_told_and_one_of_twenty_is_not() -> None:
    run = list(answers(20, cycles=lambda us: us * MHZ))
    for n in (7, 8, 9):
        assert cycles_fault(run, able=True) == ""
        times = dataclasses.replace(run[n].times, invoke_cycles=run[n].times.invoke_us * 160)
        run[n] = dataclasses.replace(run[n], times=times)
    assert "answer 7 " in cycles_fault(run, able=True)


def test_an_inference_so_long_that_the_counter_comes_round_has_no_cycles() -> None:
    run = answers(3, invoke_us=lambda n: 20_000_000)
    assert cycles_fault(run, able=True) == ""


# ---- operators -------------------------------------------------------------------


def op(index: int, us: int | None, cycles: int | None = None, output: int = 0) -> OpFacts:
    return OpFacts(index, "CONV_2D", 1, 1, us, cycles, output)


def test_operators_that_are_timed_are_right() -> None:
    ops = [op(0, 300, 300 * MHZ), op(1, 500, 500 * MHZ), op(1, None, None, output=1)]
    assert ops_fault([("a", 810, ops)], MHZ, times=True, cycles=True) == ""


def test_operators_of_a_board_that_times_none_are_right() -> None:
    assert ops_fault([("a", 800, [op(0, None)])], None, times=False, cycles=False) == ""


@pytest.mark.parametrize(
    ("ops", "said"),
    [
        ([op(0, 300 * MHZ, 300)], "took 72000 us and 300 cycles"),  # swapped
        ([op(0, None, 300 * MHZ)], "no time"),
        ([op(0, 300)], "no cycles"),
        ([op(0, 300, 300 * MHZ), op(0, 300, 300 * MHZ, output=1)], "a time"),
        ([op(0, 500, 500 * MHZ), op(1, 500, 500 * MHZ)], "together"),
    ],
)
def test_times_of_operators_that_cannot_be_are_told(ops: list[OpFacts], said: str) -> None:
    assert said in ops_fault([("a", 800, ops)], MHZ, times=True, cycles=True)


def test_one_operator_may_be_interrupted_between_its_clocks_and_two_of_ten_are_not() -> None:
    ops = [op(n, 30, 30 * MHZ) for n in range(10)]
    one = [op(0, 107, 2_892), *ops[1:]]
    assert ops_fault([("a", 800, one)], MHZ, times=True, cycles=True) == ""
    two = [op(0, 107, 2_892), op(1, 107, 2_892), *ops[2:]]
    assert "took 107 us" in ops_fault([("a", 800, two)], MHZ, times=True, cycles=True)


def test_a_board_that_times_nothing_gives_no_times() -> None:
    assert "a time" in ops_fault([("a", 800, [op(0, 3)])], None, times=False, cycles=False)


# ---- memory ----------------------------------------------------------------------


def test_a_right_report_is_right() -> None:
    sinking = reports(9, free=lambda n: 150_000 - 100 * n, stack=lambda n: 1_200 - 10 * n)
    assert memory_fault(sinking, ARENA, NEEDED) == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"arena_bytes": ARENA - 16},
        {"arena_used_bytes": 0},
        {"arena_used_bytes": ARENA + 1},
        {"arena_used_bytes": NEEDED - 1},
        {"heap": HeapFacts(0, 0, 0)},
        {"heap": HeapFacts(1 << 31, 1_000, 1_000)},
        {"heap": HeapFacts(1_000, 1_001, 500)},
        {"heap": HeapFacts(1_000, 900, 1_001)},
        {"psram": HeapFacts(1 << 30, 900, 100)},
        {"stacks": (("a", 0),)},
        {"stacks": (("a", 1 << 30),)},
        {"stacks": (("a", 100), ("a", 100))},
    ],
)
def test_figures_of_memory_that_cannot_be_are_told(changes: dict[str, Any]) -> None:
    assert memory_fault(reports(2, **changes), ARENA, NEEDED) != ""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"stacks": (("inference", 1_300),)}, "the unused stack of inference rose"),
        ({"heap": HeapFacts(160_000, 155_000, 9_000)}, "the least free heap rose"),
        ({"static_bytes": 16_004}, "static_bytes went from 16000 to 16004"),
    ],
)
def test_what_can_only_sink_does_not_rise(change: dict[str, Any], said: str) -> None:
    before, after = reports(2)
    after = dataclasses.replace(after, memory=dataclasses.replace(after.memory, **change))
    assert said in memory_fault([before, after], ARENA, NEEDED)
    other_start = dataclasses.replace(after, boot=2)
    assert memory_fault([before, other_start], ARENA, NEEDED) == ""
