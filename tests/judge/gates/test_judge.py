"""A gate is met only when the sample proves it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.judge.gates.judge import judge_gates
from hil.judge.gates.model import Gate, GateResult, Gates, GateStatus, Ship, Statistic
from hil.judge.measure.catalog import CATALOG
from hil.judge.measure.values import Samples

MET, UNMET = GateStatus.MET, GateStatus.UNMET
NOT_PROVEN, NOT_MEASURED = GateStatus.NOT_PROVEN, GateStatus.NOT_MEASURED


def judge(
    found: Samples | None,
    statistic: Statistic,
    *,
    low: float | None = None,
    high: float | None = None,
    name: str = "",
    confidence: float = 0.95,
) -> GateResult:
    metric = CATALOG[name] if found is None else found.metric
    gates = Gates((Gate(metric, statistic, low, high),), confidence)
    samples = {} if found is None else {metric.name: found}
    (result,) = judge_gates(samples, gates).results
    return result


def values(name: str, *numbers: float) -> Samples:
    return Samples(CATALOG[name], numbers)


def rate(successes: int, trials: int, name: str = "accuracy") -> Samples:
    return Samples(CATALOG[name], trials=trials, successes=successes)


def score(value: float, interval: tuple[float, float] | None, confidence: float = 0.95) -> Samples:
    return Samples(CATALOG["roc_auc"], (value,), 100, None, (), interval, confidence)


LATENCIES = tuple(float(us) for us in np.random.default_rng(5).normal(1_000, 10, 200))


@pytest.mark.parametrize(
    ("name", "statistic", "numbers", "low", "high", "status", "measured", "margin"),
    [
        ("arena_used_bytes", "max", (10, 30, 20), None, 30, MET, 30, 0),
        ("arena_used_bytes", "max", (10, 31, 20), None, 30, UNMET, 31, -1),
        ("heap_free_bytes", "min", (10, 30, 20), 10, None, MET, 10, 0),
        ("heap_free_bytes", "min", (9, 30, 20), 10, None, UNMET, 9, -1),
        ("ops_differing", "sum", (1, 0, 2), None, 3, MET, 3, 0),
        ("ops_differing", "sum", (1, 0, 2), None, 2, UNMET, 3, -1),
        ("link_damaged", "value", (5,), None, 5, MET, 5, 0),
        ("invoke_us", "max", (5, 8), 1, 7, UNMET, 8, -1),
        ("invoke_us", "min", (5, 8), 4, 9, MET, 5, 1),
    ],
)
def test_what_has_no_noise_is_held_against_its_limit_as_it_is(
    name: str,
    statistic: Statistic,
    numbers: tuple[float, ...],
    low: float | None,
    high: float | None,
    status: GateStatus,
    measured: float,
    margin: float,
) -> None:
    result = judge(values(name, *numbers), statistic, low=low, high=high)
    assert (result.status, result.measured, result.margin) == (status, measured, margin)
    assert result.interval is None
    assert result.samples == len(numbers)


def test_what_was_not_measured_is_not_met() -> None:
    for found in (None, values("invoke_us")):
        result = judge(found, "median", high=1e9, name="invoke_us")
        assert result.status is NOT_MEASURED
        assert result.measured is None
        assert "not measured" in result.explanation


@pytest.mark.parametrize(("successes", "status"), [(100, MET), (93, NOT_PROVEN), (70, UNMET)])
def test_a_rate_is_met_when_its_bound_meets_the_limit(successes: int, status: GateStatus) -> None:
    result = judge(rate(successes, 100), "proportion", low=0.9)
    assert result.status is status
    assert result.measured == successes / 100
    assert result.interval is not None


def test_a_rate_that_must_stay_low_is_held_by_its_upper_bound() -> None:
    few = rate(0, 20, "false_alarm_rate")  # Wilson: up to 16.1 %
    assert judge(few, "proportion", high=0.17).status is MET
    result = judge(few, "proportion", high=0.15)
    assert result.status is NOT_PROVEN
    assert result.margin == pytest.approx(0.15 - 0.1611, abs=1e-4)
    assert result.needed == 22  # z^2 * 0.85 / 0.15 = 21.8


def test_an_unproven_rate_says_how_many_images_would_do() -> None:
    result = judge(rate(20, 20), "proportion", low=0.9)
    assert (result.status, result.needed) == (NOT_PROVEN, 35)
    assert "35 samples would do" in result.explanation


def test_a_rate_beside_the_limit_says_that_no_number_would_do() -> None:
    result = judge(rate(17, 20), "proportion", low=0.9)
    assert (result.status, result.needed) == (NOT_PROVEN, None)
    assert "no number of samples would do" in result.explanation


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
       st.floats(0.01, 0.99))  # fmt: skip
def test_no_rate_is_met_that_does_not_reach_the_limit(pair: tuple[int, int], limit: float) -> None:
    result = judge(rate(*pair), "proportion", low=limit)
    if result.status is MET:
        assert pair[0] / pair[1] > limit
    if result.status is UNMET:
        assert pair[0] / pair[1] < limit


def test_a_median_is_met_when_the_whole_interval_is() -> None:
    result = judge(values("invoke_us", *LATENCIES), "median", high=1_010)
    assert result.status is MET
    assert result.interval is not None
    low, high = result.interval
    assert low < np.median(LATENCIES) < high < 1_010
    assert result.margin == pytest.approx(1_010 - high)
    assert judge(values("invoke_us", *LATENCIES), "median", high=990).status is UNMET


def test_a_limit_within_the_interval_is_not_proven() -> None:
    found = values("invoke_us", *LATENCIES)
    median = float(np.median(LATENCIES))
    result = judge(found, "median", high=median + 0.2)
    assert result.status is NOT_PROVEN
    assert result.needed is not None
    assert result.needed > len(LATENCIES)
    worse = judge(found, "median", high=median - 0.2)
    assert (worse.status, worse.needed) == (NOT_PROVEN, None)


def test_a_p95_of_few_values_is_not_proven_however_low_they_are() -> None:
    result = judge(values("invoke_us", *[5.0] * 71), "p95", high=1e9)
    assert (result.status, result.needed, result.interval) == (NOT_PROVEN, 72, None)
    assert judge(values("invoke_us", *[5.0] * 72), "p95", high=1e9).status is MET


def test_a_p95_of_few_values_may_be_unmet() -> None:
    result = judge(values("invoke_us", *LATENCIES[:30]), "p95", high=900)
    assert result.status is UNMET
    assert "is beyond the limit" in result.explanation


def test_a_median_of_few_values_tells_nothing() -> None:
    assert judge(values("invoke_us", 5, 5, 5, 5, 5), "median", high=1).status is NOT_PROVEN


def test_a_score_is_judged_by_its_own_interval() -> None:
    assert judge(score(0.9, (0.85, 0.95)), "value", low=0.8).status is MET
    assert judge(score(0.9, (0.85, 0.95)), "value", low=0.97).status is UNMET
    result = judge(score(0.9, (0.8, 0.95)), "value", low=0.85)
    assert (result.status, result.needed) == (NOT_PROVEN, 400)  # half the width: four times


def test_a_score_without_an_interval_proves_nothing() -> None:
    assert judge(score(0.9, None), "value", low=0.1).status is NOT_PROVEN
    narrow = score(0.9, (0.85, 0.95), confidence=0.9)
    assert judge(narrow, "value", low=0.1, confidence=0.95).status is NOT_PROVEN


def test_more_confidence_asks_for_more() -> None:
    found = rate(96, 100)
    assert judge(found, "proportion", low=0.9, confidence=0.9).status is MET
    assert judge(found, "proportion", low=0.9, confidence=0.99).status is NOT_PROVEN


@pytest.mark.parametrize(
    ("limits", "ship"),
    [
        ((10,), Ship.SHIP),
        ((10, 4), Ship.DO_NOT_SHIP),
        ((10, None), Ship.NOT_PROVEN),
        ((10, 4, None), Ship.DO_NOT_SHIP),
        ((), Ship.NOT_PROVEN),
    ],
)
def test_a_run_ships_only_if_every_gate_is_met(
    limits: tuple[float | None, ...], ship: Ship
) -> None:
    found = values("recoveries", 5)
    gates = [
        Gate(CATALOG["recoveries"], "value", max=limit)
        if limit is not None
        else Gate(CATALOG["link_stale"], "value", max=0)
        for limit in limits
    ]
    assert judge_gates({"recoveries": found}, Gates(tuple(gates))).ship is ship
