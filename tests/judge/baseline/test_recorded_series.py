"""On recorded series a change of 1 % is found, and noise is not called a change."""

from __future__ import annotations

import dataclasses
import json
import statistics
from itertools import permutations
from pathlib import Path

import pytest

from hil.judge.baseline.compare import compare
from hil.judge.baseline.model import Change, Outcome, Snapshot
from hil.judge.baseline.snapshot import figure, snapshot
from hil.judge.measure.catalog import CATALOG
from hil.judge.measure.values import Samples
from hil_lab.fakes.recorded_run import recorded_run

SERIES: dict[str, list[int]] = json.loads(
    (Path(__file__).parent / "data" / "invoke_us.json").read_text()
)
STEADY = ["steady-1", "steady-2"]
BUSY = ["busy-1", "busy-2", "busy-3", "busy-4"]
SETTING = snapshot(recorded_run(1)).setting


def of_series(values: list[int]) -> Snapshot:
    measured = Samples(CATALOG["invoke_us"], tuple(map(float, values)))
    return Snapshot("", "", SETTING, (("invoke_us", figure(measured)),))


def change(before: list[int], after: list[int]) -> Change:
    (found,) = compare(of_series(after), of_series(before))
    return found


def test_the_steady_board_varies_by_less_than_0_03_percent() -> None:
    values = SERIES["steady-1"]
    assert statistics.stdev(values) / statistics.mean(values) < 0.0003


@pytest.mark.parametrize("before", STEADY)
@pytest.mark.parametrize(
    ("after", "outcome", "size"),
    [("slower-1-percent", Outcome.WORSE, 0.01), ("faster-1-percent", Outcome.BETTER, -0.01)],
)
def test_a_change_of_1_percent_is_found(
    before: str, after: str, outcome: Outcome, size: float
) -> None:
    found = change(SERIES[before], SERIES[after])
    assert found.outcome is outcome
    assert found.relative == pytest.approx(size, abs=0.0005)
    assert found.interval is not None
    low, high = found.interval
    assert low <= found.change <= high  # type: ignore[operator]
    assert high - low < 0.001 * statistics.median(SERIES[before])


def test_twenty_images_are_enough_to_find_it() -> None:
    found = change(SERIES["steady-1"][:20], SERIES["slower-1-percent"][:20])
    assert found.outcome is Outcome.WORSE


@pytest.mark.parametrize(("before", "after"), [*permutations(STEADY, 2), *permutations(BUSY, 2)])
def test_noise_is_not_called_a_change(before: str, after: str) -> None:
    assert change(SERIES[before], SERIES[after]).outcome is Outcome.SAME


def test_on_a_busy_machine_a_large_change_is_found() -> None:
    slower = [round(1.1 * value) for value in SERIES["busy-2"]]
    assert change(SERIES["busy-1"], slower).outcome is Outcome.WORSE


def test_a_warm_up_that_both_runs_have_is_no_change_but_a_step_is() -> None:
    # The same drift of 3 % in both, of which the second run saw more.
    warm = [round(5_000 * (1 + 0.03 * min(i, 60) / 60)) + i % 7 for i in range(120)]
    later = [*warm[30:], *warm[:30]]
    assert change(warm, [value + 40 for value in later]).outcome is Outcome.SAME
    assert change(warm, [value + 400 for value in later]).outcome is Outcome.WORSE


def test_the_measured_unit_has_to_be_the_same() -> None:
    before = of_series(SERIES["steady-1"])
    ((name, series),) = before.figures
    other = dataclasses.replace(before, figures=((name, dataclasses.replace(series, unit="ms")),))
    (found,) = compare(before, other)
    assert (found.outcome, found.change) == (Outcome.NOT_COMPARABLE, None)
    assert "declared" in found.reason
