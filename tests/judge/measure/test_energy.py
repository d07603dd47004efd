"""The metric `energy_uj`, its gate, and what is said of it."""

from __future__ import annotations

import dataclasses

import pytest

from hil.facts.energy import EnergyFacts, EnergyRecord
from hil.facts.run import Run
from hil.judge.gates.model import Gate, Gates, GateStatus
from hil.judge.gates.run import judge_run_gates
from hil.judge.measure.catalog import CATALOG
from hil.judge.measure.energy import energy_text
from hil.judge.measure.samples import samples
from hil_lab.fakes.recorded_run import BOARD, recorded_run

METER = EnergyFacts("ppk2", 10_000.0, 1_200.0, False)


def run_of(values: list[float], sync_uj: float = 300.0, **changes: object) -> Run:
    records = [EnergyRecord(1, n, value, sync_uj, 100.0, 50) for n, value in enumerate(values)]
    return recorded_run(energies=tuple(records), energy=METER, **changes)


def status(run: Run, limit: float) -> tuple[GateStatus, str]:
    gates = Gates((Gate(CATALOG["energy_uj"], "value", max=limit),))
    (result,) = judge_run_gates(run, gates).results
    return result.status, result.explanation


def test_it_is_the_mean_and_the_uncertainty_of_clocks_and_sampling_widens_it() -> None:
    found = samples(run_of([1_000.0] * 20))["energy_uj"]
    assert found.values == (1_000.0,)
    assert found.trials == 20
    assert found.interval == pytest.approx((600.0, 1_400.0))


def test_a_gate_is_met_when_the_whole_interval_is() -> None:
    run = run_of([1_000.0] * 20)
    assert status(run, 1_401)[0] is GateStatus.MET
    assert status(run, 599)[0] is GateStatus.UNMET


def test_what_clocks_leave_open_is_proven_by_no_number_of_inferences() -> None:
    found, text = status(run_of([1_000.0] * 20), 1_200)
    assert found is GateStatus.NOT_PROVEN
    assert "no number of values would do" in text


def test_what_chance_leaves_open_is() -> None:
    values = [1_000.0 + 200 * (n % 2) for n in range(20)]
    found, text = status(run_of(values, sync_uj=0.0), 1_220)
    assert found is GateStatus.NOT_PROVEN
    assert "values would do at what was measured" in text


def test_too_few_inferences_prove_nothing() -> None:
    assert status(run_of([1_000.0] * 9), 1e9)[0] is GateStatus.NOT_PROVEN


@pytest.mark.parametrize(
    ("board", "kind"),
    [
        (dataclasses.replace(BOARD, target="sim"), "simulated board"),
        (dataclasses.replace(BOARD, time_base="none"), "emulated board"),
    ],
)
def test_no_gate_reads_energy_that_no_chip_took(board: object, kind: str) -> None:
    run = run_of([1_000.0] * 20, board=board)
    assert "energy_uj" not in samples(run)
    found, text = status(run, 1e9)
    assert found is GateStatus.NOT_MEASURED
    assert text == f"synthetic: no {kind} takes what a meter measures"
    assert energy_text(run).endswith(text)


def test_a_gate_says_why_there_is_no_energy() -> None:
    assert status(recorded_run(), 1)[1] == "no meter was there: run it with --energy"
    blind = dataclasses.replace(METER, missed=(("it was looking away", 7),))
    run = recorded_run(energy=blind)
    assert status(run, 1)[1] == "7 without energy: it was looking away"
    assert energy_text(run) == "not measured by ppk2: 7 without energy: it was looking away"


def test_in_a_line_it_says_how_sure_it_is() -> None:
    assert energy_text(run_of([12_345.0] * 20)) == (
        "12,345 uJ an inference (mean of 20), +-300 by clocks that may be 1,200 us apart, "
        "+-100 by 10,000 samples a second of ppk2"
    )
    assert energy_text(recorded_run()) == ""
