"""A gate against the baseline: unmet when worse, never met without something to compare."""

from __future__ import annotations

from pathlib import Path

import pytest

from hil.errors import UsageError
from hil.judge.baseline.model import Change, Comparison, Outcome
from hil.judge.gates.judge import judge_gates
from hil.judge.gates.load import load_gates
from hil.judge.gates.model import GateStatus, GatesVerdict, Ship
from hil.judge.gates.text import gate_rows
from hil.judge.measure.catalog import CATALOG
from hil.judge.measure.values import Samples

SAMPLES = {"invoke_us": Samples(CATALOG["invoke_us"], (5.0, 6.0, 7.0))}


def comparison(outcome: Outcome) -> Comparison:
    change = Change("invoke_us", "us", 5.0, 6.0, 1.0, (0.5, 1.5), outcome, "because")
    return Comparison("last week", (), (change,))


def judge(path: Path, against: Comparison | None) -> GatesVerdict:
    path.write_text('[[gate]]\nmetric = "invoke_us"\nnot_worse = true\n')
    return judge_gates(SAMPLES, load_gates(path), against)


@pytest.mark.parametrize(
    ("outcome", "status", "ship"),
    [
        (Outcome.BETTER, GateStatus.MET, Ship.SHIP),
        (Outcome.SAME, GateStatus.MET, Ship.SHIP),
        (Outcome.WORSE, GateStatus.UNMET, Ship.DO_NOT_SHIP),
        (Outcome.NOT_COMPARABLE, GateStatus.NOT_MEASURED, Ship.NOT_PROVEN),
    ],
)
def test_only_a_metric_that_is_not_worse_meets_the_gate(
    tmp_path: Path, outcome: Outcome, status: GateStatus, ship: Ship
) -> None:
    verdict = judge(tmp_path / "gates.toml", comparison(outcome))
    (result,) = verdict.results
    assert (result.status, verdict.ship) == (status, ship)
    assert result.explanation == "because"
    (row,) = gate_rows(verdict, comparison(outcome))
    assert (row.gate, row.limit) == ("invoke_us not worse", "baseline")


def test_without_a_baseline_nothing_is_proven(tmp_path: Path) -> None:
    verdict = judge(tmp_path / "gates.toml", None)
    assert verdict.ship is Ship.NOT_PROVEN
    assert "--baseline compare" in verdict.results[0].explanation


def test_a_metric_that_neither_run_has_is_not_measured(tmp_path: Path) -> None:
    verdict = judge(tmp_path / "gates.toml", Comparison("last week", (), ()))
    assert verdict.results[0].status is GateStatus.NOT_MEASURED


def test_a_limit_beside_not_worse_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gates.toml"
    path.write_text('[[gate]]\nmetric = "invoke_us"\nnot_worse = true\nmax = 3\n')
    with pytest.raises(UsageError, match="max"):
        load_gates(path)


def test_a_limit_and_a_baseline_gate_may_stand_on_one_metric(tmp_path: Path) -> None:
    path = tmp_path / "gates.toml"
    path.write_text(
        '[[gate]]\nmetric = "invoke_us"\nstatistic = "median"\nmax = 3\n'
        '[[gate]]\nmetric = "invoke_us"\nnot_worse = true\n'
    )
    assert [gate.statistic for gate in load_gates(path).gates] == ["median", "not worse"]
