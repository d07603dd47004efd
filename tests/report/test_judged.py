"""Judging a recorded run for reports."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from hil.judge.headline import Outcome, headline
from hil.judge.judged import judge_recorded, recorded_tolerances, worst_first
from hil.judge.tolerance import load_tolerances
from hil.judge.verdict import Status
from hil_lab.fakes.recorded_run import FAULTS, Fault, recorded_run

LOOSE = dataclasses.replace(load_tolerances(), score_lsb=5, cam_units=1000)


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_fails_its_image_and_no_other(fault: Fault) -> None:
    judged = judge_recorded(recorded_run(4, faults={2: fault}))
    assert [image.status for image in judged.images].count(Status.FAILED) == 1
    assert judged.images[2].status is Status.FAILED
    assert [image.differs for image in judged.images] == [False, False, True, False]


def test_a_run_is_judged_by_the_tolerances_that_were_in_force() -> None:
    run = recorded_run(1, faults={0: "score"})
    assert run.board is not None
    loose = tuple((n, "5" if n == "score_lsb" else v) for n, v in run.board.tolerances)
    board = dataclasses.replace(run.board, tolerances=loose)
    run = dataclasses.replace(run, board=board)
    assert recorded_tolerances(run).score_lsb == 5
    assert judge_recorded(run).images[0].status is Status.PASSED


def test_what_is_tolerated_still_differs() -> None:
    judged = judge_recorded(recorded_run(1, faults={0: "cam"}), LOOSE)
    assert judged.images[0].status is Status.PASSED
    assert judged.images[0].differs
    assert judged.images[0].largest_lsb == 777


def test_the_worst_image_comes_first() -> None:
    judged = judge_recorded(recorded_run(6, faults={4: "location", 5: "score"}))
    names = [image.record.name for image in worst_first(judged.images)]
    assert names[:2] == ["photo-0005", "photo-0004"]


def test_among_right_answers_the_one_nearest_to_the_threshold_comes_first() -> None:
    judged = judge_recorded(recorded_run(20))
    scores = [image.record.facts.device.scores[1] for image in worst_first(judged.images)]
    distances = [abs(score - 26) for score in scores]  # 26 is the least score of 60 %
    assert distances == sorted(distances)


def test_a_decision_against_the_truth_is_named() -> None:
    found = {image.truth_verdict for image in judge_recorded(recorded_run(200)).images}
    assert found == {"right", "missed", "false alarm", "beside the person"}


def test_a_clean_run_has_passed() -> None:
    head = headline(judge_recorded(recorded_run(2)))
    assert head.outcome is Outcome.PASSED
    assert "2 images: every answer is the oracle's, bit for bit" in head.reasons


def test_a_wrong_answer_is_a_failure() -> None:
    head = headline(judge_recorded(recorded_run(3, faults={0: "cam"})))
    assert head.outcome is Outcome.FAILED
    assert head.reasons == ("1 test failed", "1 of 3 answers wrong")


def test_tests_that_failed_by_a_verdict_are_not_held_against_looser_tolerances() -> None:
    run = recorded_run(2, faults={0: "cam"})
    run = dataclasses.replace(
        run,
        tests=tuple(
            dataclasses.replace(test, by_verdict=("image photo-0000",)) for test in run.tests
        ),
    )
    assert headline(judge_recorded(run)).outcome is Outcome.FAILED
    assert judge_recorded(run, LOOSE).failed_tests == ()
    assert headline(judge_recorded(run, LOOSE)).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"end": None}, "interrupted"), ({"board": None}, "no board answered")],
)
def test_a_run_that_is_not_whole_never_passes(changes: dict[str, Any], reason: str) -> None:
    head = headline(judge_recorded(recorded_run(1, **changes)))
    assert head.outcome is Outcome.NOT_MEASURED
    assert any(reason in text for text in head.reasons)


@pytest.mark.parametrize("outcome", ["infrastructure", "not run"])
def test_a_check_that_could_not_run_never_passes(outcome: str) -> None:
    run = recorded_run(1)
    tests = tuple(dataclasses.replace(test, outcome=outcome) for test in run.tests)
    head = headline(judge_recorded(dataclasses.replace(run, tests=tests)))
    assert head.outcome is Outcome.NOT_MEASURED
