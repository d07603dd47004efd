"""A run that is too restless to tell says so, instead of calling a large change the same."""

from __future__ import annotations

from hil.judge.baseline.compare import compare
from hil.judge.baseline.model import Figure, Outcome, Setting, Snapshot

SETTING = Setting("esp32", "esp32", "tflm", "1", "a", "m", "240 MHz", 9, 9, (), (), "set", 30)


def figure(values: tuple[float, ...], drift: float) -> Figure:
    return Figure("us", "lower", "latency", "quantiles", "spread", values, drift)


QUIET = tuple(5_000.0 + step for step in range(30))
SLOWER = tuple(value * 1.7 for value in QUIET)


def outcome(before: Figure, after: Figure) -> Outcome:
    (change,) = compare(snapshot(after), snapshot(before))
    return change.outcome


def snapshot(measured: Figure) -> Snapshot:
    return Snapshot("", "", SETTING, (("invoke_us", measured),))


def test_a_large_change_within_the_wander_of_a_restless_run_is_not_comparable() -> None:
    assert outcome(figure(QUIET, 4_000.0), figure(SLOWER, 10.0)) is Outcome.NOT_COMPARABLE


def test_a_small_change_within_the_wander_of_a_steady_run_is_the_same() -> None:
    little = tuple(value * 1.01 for value in QUIET)
    assert outcome(figure(QUIET, 100.0), figure(little, 10.0)) is Outcome.SAME


def test_a_change_beyond_the_wander_is_found() -> None:
    assert outcome(figure(QUIET, 1_000.0), figure(SLOWER, 10.0)) is Outcome.WORSE
