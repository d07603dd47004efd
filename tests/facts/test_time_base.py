"""What the times of an emulated board are good for."""

from __future__ import annotations

import dataclasses

import pytest

from hil.diagnose.timing import findings
from hil.facts.records import AskedFacts, InferenceRecord, MeasurementRecord, TestRecord
from hil.facts.run import Run
from hil.judge.baseline.compare import compare_runs
from hil.judge.baseline.model import Outcome
from hil.judge.baseline.setting import baseline_key, setting_of
from hil.judge.gates.model import Gate, Gates, GateStatus, Ship
from hil.judge.gates.run import judge_run_gates
from hil.judge.judged import judge_recorded
from hil.judge.measure.catalog import CATALOG, user_metric
from hil.judge.measure.samples import samples
from hil.report.markdown import markdown
from hil.report.page.details import identity
from hil.report.page.latency import latency
from hil_lab.fakes.recorded_run import recorded_run

INVOKE = Gate(CATALOG["invoke_us"], "median", max=1e9)
ROUND_TRIP = Gate(CATALOG["round_trip_us"], "median", max=1e9)
LAG = Gate(user_metric("lag_us"), "median", max=1e9)
SAME_SPEED = Gate(CATALOG["invoke_us"], "not worse")
ARENA = Gate(CATALOG["arena_used_bytes"], "max", max=1e9)


def on(time_base: str, *, slower: float = 0.0) -> Run:
    run = recorded_run(12, slower=slower)
    assert run.board is not None
    lags = tuple(MeasurementRecord("test_it", "lag_us", 5.0 + i) for i in range(12))
    board = dataclasses.replace(run.board, time_base=time_base)
    return dataclasses.replace(run, board=board, measurements=lags)


def statuses(run: Run, *gates: Gate, before: Run | None = None) -> list[GateStatus]:
    comparison = None if before is None else compare_runs(run, before, "before")
    verdict = judge_run_gates(run, Gates(gates), None, comparison)
    return [result.status for result in verdict.results]


def test_times_of_a_real_board_are_judged() -> None:
    assert statuses(on("real"), INVOKE, ROUND_TRIP, LAG, ARENA) == [GateStatus.MET] * 4
    before = on("real")
    assert statuses(on("real", slower=0.2), SAME_SPEED, before=before) == [GateStatus.UNMET]


def test_times_of_an_emulator_without_a_clock_of_its_own_are_never_judged() -> None:
    verdict = judge_run_gates(on("none"), Gates((INVOKE, ROUND_TRIP, LAG, ARENA)))
    found = [result.status for result in verdict.results]
    assert found == [GateStatus.NOT_MEASURED] * 3 + [GateStatus.MET]
    assert verdict.ship is Ship.NOT_PROVEN
    assert "could not be judged" in verdict.results[0].explanation
    assert "as fast as its host" in verdict.results[0].explanation
    assert statuses(on("none", slower=0.2), SAME_SPEED, before=on("none")) == [
        GateStatus.NOT_MEASURED
    ]


def test_a_limit_that_virtual_time_breaks_is_not_judged_either() -> None:
    tight = Gate(CATALOG["invoke_us"], "median", max=1)
    verdict = judge_run_gates(on("virtual"), Gates((tight,)))
    assert verdict.ship is Ship.NOT_PROVEN
    assert "could not be judged" in verdict.results[0].explanation
    assert "not_worse" in verdict.results[0].explanation


@pytest.mark.parametrize(("slower", "status"), [(0.0, GateStatus.MET), (0.2, GateStatus.UNMET)])
def test_virtual_time_gates_regressions(slower: float, status: GateStatus) -> None:
    after = on("virtual", slower=slower)
    assert statuses(after, SAME_SPEED, before=on("virtual")) == [status]


def test_the_hosts_clock_means_nothing_beside_virtual_time() -> None:
    found = samples(on("virtual"))
    assert "invoke_us" in found
    assert not {"upload_us", "round_trip_us", "reply_us"} & set(found)


def test_what_means_nothing_is_not_in_a_baseline() -> None:
    found = samples(on("none"))
    assert not [name for name, entry in found.items() if entry.metric.kind == "latency"]
    assert {"arena_used_bytes", "score_lsb", "app_bytes"} <= set(found)


def test_an_emulated_board_and_a_real_one_have_baselines_of_their_own() -> None:
    boards = [on(base).board for base in ("real", "virtual", "none")]
    keys = {baseline_key(board) for board in boards if board is not None}
    assert len(keys) == 3


def test_virtual_time_is_not_compared_with_a_real_boards() -> None:
    comparison = compare_runs(on("virtual"), on("real"), "real")
    invoke = comparison.change("invoke_us")
    assert invoke is not None
    assert invoke.outcome is Outcome.NOT_COMPARABLE
    assert "clock" in invoke.reason
    assert setting_of(on("virtual")).clock.startswith("virtual")


def test_virtual_time_is_not_taken_for_a_wrong_unit() -> None:
    """The host waited 1000 times as long as the board's time says."""
    run = on("real")
    assert run.board is not None
    times = dataclasses.replace(run.images[0].times, upload_us=0, preprocess_us=0, cam_us=0)
    records = tuple(
        InferenceRecord(
            asked=AskedFacts(at, "tensor", None, True, None),
            image_crc=at,
            outputs=(),
            scores=(0, 0),
            threshold=50,
            location=run.images[0].facts.device.location,
            cam=None,
            times=dataclasses.replace(times, invoke_us=300 + at, round_trip_us=300_000 + at),
            boot=1,
            count=at + 1,
            finished_us=1000 + 400_000 * at,
            at_s=0.4 * at,
        )
        for at in range(20)
    )
    failed = (TestRecord("test_it", "call", "failed", 0.1, ""),)
    run = dataclasses.replace(run, inferences=records, tests=failed)
    assert [finding.id for finding in findings(run)] == ["timing.milliseconds"]
    virtual = dataclasses.replace(run.board, time_base="virtual")
    assert list(findings(dataclasses.replace(run, board=virtual))) == []


@pytest.mark.parametrize(
    ("time_base", "text"), [("virtual", "counted instructions"), ("none", "they mean nothing")]
)
def test_reports_say_what_the_times_are(time_base: str, text: str) -> None:
    judged = judge_recorded(on(time_base))
    assert text in markdown(judged)
    assert text in latency(judged.run).note
    assert dict(identity(judged.run, judged.tolerances)["Board"])["times"]
    real = judge_recorded(on("real"))
    assert text not in markdown(real)
    assert not latency(real.run).note
