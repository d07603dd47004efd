"""What the board does to the link is shown in every report, and can be gated."""

from __future__ import annotations

import dataclasses

import pytest

from hil.facts.records import LinkFacts
from hil.facts.run import Run
from hil.judge.gates.model import Gate, Gates, GateStatus
from hil.judge.gates.run import judge_run_gates
from hil.judge.judged import judge_recorded
from hil.judge.measure.catalog import CATALOG
from hil.judge.measure.link_findings import OF_THE_BOARD, link_findings, link_remarks
from hil.judge.measure.samples import samples
from hil.link.stats import LinkStats
from hil.report.github import github_annotations
from hil.report.markdown import markdown
from hil.report.page.page import render
from hil.run.options import RunOptions
from hil.run.summing_up import asked_noise
from hil_lab.fakes.recorded_run import recorded_run


def link(noise: str = "", **counts: int) -> LinkFacts:
    return LinkFacts(tuple(dataclasses.asdict(LinkStats(**counts)).items()), 0, noise)


def run(noise: str = "", **counts: int) -> Run:
    return dataclasses.replace(recorded_run(2), link=link(noise, **counts))


@pytest.mark.parametrize(
    ("counts", "beginning"),
    [
        ({"unanswered": 3}, "3 requests were never answered: nothing on the line was damaged"),
        ({"duplicates_unasked": 1}, "1 answer came that nothing had asked for"),
        ({"asked_again": 2}, "2 times the board wanted again what had arrived whole"),
        ({"rate_missed": 1}, "1 time the link did not reach its baud rate"),
    ],
)
def test_each_finding_is_a_sentence_in_every_report(counts: dict[str, int], beginning: str) -> None:
    (finding,) = link_findings(link(**counts))
    assert finding.startswith(beginning)
    assert finding.split(":")[0] in markdown(judge_recorded(run(**counts)))
    assert finding.split(":")[0] in render(judge_recorded(run(**counts)), source="run")
    assert github_annotations(run(**counts))[0].startswith(f"::warning title=link::{beginning}")


def test_what_a_busy_host_causes_is_no_finding() -> None:
    busy = {"timeouts": 5, "retransmitted": 5, "late": 4, "duplicates": 4, "stale": 9}
    assert link_findings(link(**busy)) == ()
    (remark,) = link_remarks(link(**busy))
    assert (
        remark == "4 answers came late, and nothing was lost: the host was busy, or the board slow"
    )
    assert remark in markdown(judge_recorded(run(**busy)))


def test_a_line_that_is_noisy_by_request_is_called_that() -> None:
    noisy = link("--sim-drops 0.01", unanswered=7)
    assert link_findings(noisy) == ()
    (remark,) = link_remarks(noisy)
    assert remark.startswith("the line is noisy by request (--sim-drops 0.01)")
    assert link_findings(None) == link_remarks(None) == ()


def test_noise_that_was_asked_for_is_a_fact_of_the_run() -> None:
    asked = RunOptions(sim_drops=0.01, sim_duplicates=0.5)
    assert asked_noise(asked) == "--sim-drops 0.01 --sim-duplicates 0.5"
    assert asked_noise(RunOptions()) == ""
    assert asked_noise(dataclasses.replace(asked, board="/dev/ttyUSB0")) == ""


def test_each_can_be_gated_and_not_on_a_line_that_is_noisy_by_request() -> None:
    gates = Gates(tuple(Gate(CATALOG[name], "value", max=0) for name in OF_THE_BOARD))
    counts = {name.removeprefix("link_"): 1 for name in OF_THE_BOARD}

    def statuses(facts: Run) -> set[GateStatus]:
        return {result.status for result in judge_run_gates(facts, gates).results}

    assert statuses(run()) == {GateStatus.MET}
    assert statuses(run(**counts)) == {GateStatus.UNMET}
    assert statuses(run("--sim-drops 0.01", **counts)) == {GateStatus.NOT_MEASURED}


def test_a_run_file_of_before_measured_none_of_it() -> None:
    old = dataclasses.replace(run(), link=LinkFacts((("timeouts", 1),), 0))
    assert not set(OF_THE_BOARD) & set(samples(old))
