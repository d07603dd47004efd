"""Every answer of a run is judged, measured or not, by what it was asked for."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any

import pytest

from hil.facts.evidence import OddityRecord
from hil.facts.image import Answer, TensorDifference
from hil.facts.records import (
    AskedFacts,
    FrameRecord,
    InferenceRecord,
    ReferenceRecord,
    RepeatRecord,
    Times,
)
from hil.facts.run import Run
from hil.judge.answers import all_answer_facts, judge_answers, judge_measured, wrong_oddities
from hil.judge.tolerance import Tolerances
from hil.network.location import Location, NoLocation
from hil_lab.fakes.recorded_run import recorded_run

EXACT = Tolerances(0, 0, 0, Fraction(0))
CAM = ((1, 2, 3), (4, 9, 5), (6, 7, 8))
CENTRE = Location(48, 48, 1, 1)
RIGHT = Answer((-100, 100), 60, CENTRE, CAM)
ASKED = AskedFacts(7, "tensor", None, True, None)
ANSWER = InferenceRecord(
    asked=ASKED,
    image_crc=7,
    scores=RIGHT.scores,
    threshold=60,
    location=CENTRE,
    cam=CAM,
    times=Times(1, 0, 1, 1, 3),
    boot=1,
    count=1,
    finished_us=1,
    at_s=0.0,
)
REFERENCE = ReferenceRecord("astronaut", 7, "tensor", None, (96, 96), 1, RIGHT)


def run_of(*answers: InferenceRecord, references: Any = (REFERENCE,), **parts: Any) -> Run:
    return recorded_run(0, inferences=answers, references=tuple(references), **parts)


def failed(run: Run, tolerances: Tolerances = EXACT) -> list[list[str]]:
    """The checks that failed, answer by answer."""
    return [[v.check for v in answer.failed] for answer in judge_answers(run, tolerances)]


def test_a_right_answer_fails_nothing() -> None:
    assert failed(run_of(ANSWER)) == [[]]


@pytest.mark.parametrize(
    ("changes", "checks"),
    [
        ({"scores": (-99, 99)}, ["score"]),
        ({"scores": (100,)}, ["score", "decision"]),
        ({"threshold": 61}, ["decision"]),
        ({"location": Location(16, 16, 0, 0)}, ["location", "own map"]),
        ({"location": NoLocation.BELOW_THRESHOLD}, ["decision", "location"]),
        ({"cam": ((1, 2, 3), (4, 9, 5), (6, 7, 0))}, ["cam"]),
        ({"cam": None}, ["cam"]),
        ({"cam": ((1, 2), (4, 9))}, ["cam"]),
        ({"image_crc": 8}, ["answer"]),
    ],
)
def test_a_wrong_answer_fails_what_is_wrong_about_it(
    changes: dict[str, Any], checks: list[str]
) -> None:
    assert failed(run_of(dataclasses.replace(ANSWER, **changes))) == [checks]


def test_tolerances_hold_for_every_answer() -> None:
    near = dataclasses.replace(ANSWER, scores=(-99, 99))
    assert failed(run_of(near), dataclasses.replace(EXACT, score_lsb=1)) == [[]]


def test_each_threshold_has_an_answer_of_its_own() -> None:
    """At 95 % this score does not pass: the location is wrong there, and right at 60 %."""
    asked = dataclasses.replace(ASKED, threshold=95)
    below = dataclasses.replace(RIGHT, threshold=95, location=NoLocation.BELOW_THRESHOLD)
    other = dataclasses.replace(REFERENCE, threshold=95, answer=below)
    stale = dataclasses.replace(ANSWER, asked=asked, threshold=95)
    right = dataclasses.replace(stale, location=NoLocation.BELOW_THRESHOLD, count=2)
    assert failed(run_of(stale, right, references=(REFERENCE, other))) == [
        ["decision", "location"],
        [],
    ]


def test_a_map_that_was_not_asked_for_need_not_be_sent() -> None:
    asked = dataclasses.replace(ASKED, cam=False)
    below = Answer((100, -100), 60, NoLocation.BELOW_THRESHOLD, CAM)
    answer = dataclasses.replace(
        ANSWER, asked=asked, scores=below.scores, location=below.location, cam=None
    )
    assert failed(run_of(answer, references=[dataclasses.replace(REFERENCE, answer=below)])) == [[]]


def test_an_answer_without_a_reference_is_not_judged() -> None:
    (answer,) = judge_answers(run_of(ANSWER, references=()), EXACT)
    assert answer.facts is None
    assert answer.name == "image 0x00000007"
    assert list(all_answer_facts(run_of(ANSWER, references=()))) == []


@pytest.mark.parametrize(("count", "checks"), [(2, []), (1, ["count"]), (3, ["count"])])
def test_the_boards_count_goes_on_by_one(count: int, checks: list[str]) -> None:
    asked = dataclasses.replace(ASKED, count=2)
    after = dataclasses.replace(ANSWER, asked=asked, count=count)
    assert failed(run_of(ANSWER, after)) == [[], checks]


def test_no_two_answers_of_one_start_have_the_same_count() -> None:
    """Also where something was sent again, so that the next count is not known."""
    again = dataclasses.replace(ANSWER, count=1)
    restarted = dataclasses.replace(ANSWER, boot=2)
    assert failed(run_of(ANSWER, again, restarted)) == [[], ["count"], []]


def test_the_counts_of_a_recording_are_in_no_order() -> None:
    asked = dataclasses.replace(ASKED, replayed=True)
    later = dataclasses.replace(ANSWER, asked=asked, count=9)
    assert failed(run_of(later, dataclasses.replace(later, count=4), later)) == [[], [], []]


def test_what_was_measured_is_judged_once_by_its_inference() -> None:
    run = recorded_run(2)
    measured = run.images[0].facts
    asked = dataclasses.replace(ASKED, image_crc=measured.image_crc)
    answer = dataclasses.replace(ANSWER, asked=asked, image_crc=measured.image_crc)
    run = dataclasses.replace(run, inferences=(answer,), repeats=(RepeatRecord(measured),))
    assert [judged.key for judged in judge_answers(run, EXACT)] == ["answer 0", "image photo-0001"]


def test_frames_and_what_is_read_back_are_judged() -> None:
    run = recorded_run(1)
    facts = dataclasses.replace(run.images[0].facts, image="rocket")
    off = dataclasses.replace(facts, features=TensorDifference(4608, 1, 3, 17, 5, 8))
    wrong_input = TensorDifference(9216, 2, 1, 96, 10, 11)
    frame = FrameRecord("rocket", "photo", off, wrong_input, Times(1, 1, 1, 1, 4), "", "")
    found = judge_measured(dataclasses.replace(run, frames=(frame,)), EXACT)
    assert [str(judged.wrong) for judged in found if judged.wrong] == [
        "frame rocket: features: the features differs in 1 of 4608 elements, by up to 3; "
        "first at index 17: 8 instead of 5",
        "frame rocket: preprocessing: the input that the board made of the frame differs in 2 of "
        "9216 elements, by up to 1; first at index 96: 11 instead of 10",
    ]


@pytest.mark.parametrize("what", ["wrong-image", "malformed", "accepted", "echo"])
def test_an_answer_that_no_right_board_gives_is_wrong_whoever_repairs_it(what: str) -> None:
    (wrong,) = wrong_oddities([OddityRecord(what, "an answer about another image", "", "")])
    assert wrong.key == "oddity 0"
    assert "an answer about another image" in wrong.text


def test_a_rate_that_was_not_reached_is_no_wrong_answer() -> None:
    assert wrong_oddities([OddityRecord("baud", "921600 baud: no echo", "", "")]) == ()
