"""Every answer of a run is judged, measured or not, by what it was asked for."""

from __future__ import annotations

import base64
import dataclasses
import zlib
from fractions import Fraction
from typing import Any

import pytest

from hil.facts.evidence import OddityRecord
from hil.facts.image import Answer, OutputFacts, TensorDifference
from hil.facts.records import (
    AskedFacts,
    FrameRecord,
    InferenceRecord,
    ReferenceOutput,
    ReferenceRecord,
    RepeatRecord,
    Times,
)
from hil.facts.run import Run
from hil.judge.answers import all_answer_facts, judge_answers, judge_measured, wrong_oddities
from hil.judge.gates.run import ungated
from hil.judge.judged import judge_recorded
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
    outputs=(OutputFacts(0xA, 2), OutputFacts(0xB, 4608)),
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
REFERENCE = ReferenceRecord(
    image="astronaut",
    image_crc=7,
    stage="tensor",
    threshold=None,
    history=0,
    outputs=(
        ReferenceOutput("scores", "int8", "score", OutputFacts(0xA, 2)),
        ReferenceOutput("features", "int8", "features", OutputFacts(0xB, 4608)),
    ),
    answer=RIGHT,
    input_size=(96, 96),
    positive_class=1,
)


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
        ({"outputs": (OutputFacts(0xA, 2), OutputFacts(0xC, 4608))}, ["outputs"]),
        ({"outputs": (OutputFacts(0xA, 2),)}, ["outputs"]),
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


# ---- networks without a class activation map ---------------------------------------


def plain(data: bytes, role: str = "") -> ReferenceOutput:
    return ReferenceOutput("Identity", "int8", role, output(data))


def output(data: bytes, *, inline: bool = True) -> OutputFacts:
    return OutputFacts(zlib.crc32(data), len(data), base64.b64encode(data).decode() * inline)


HEADLESS = InferenceRecord(
    asked=ASKED,
    image_crc=7,
    outputs=(output(b"\x01\x02"), output(b"\x03")),
    times=Times(1, 0, 1, 0, 3),
    boot=1,
    count=1,
    finished_us=1,
    at_s=0.0,
)
RIGHT_OUTPUTS = ReferenceRecord(
    "uniform-0", 7, "tensor", None, 0, (plain(b"\x01\x02"), plain(b"\x03"))
)


def test_every_output_of_a_network_without_a_map_is_judged() -> None:
    assert failed(run_of(HEADLESS, references=[RIGHT_OUTPUTS])) == [[]]
    wrong = dataclasses.replace(HEADLESS, outputs=(output(b"\x01\x02"), output(b"\x04")))
    (answer,) = judge_answers(run_of(wrong, references=[RIGHT_OUTPUTS]), EXACT)
    assert [v.check for v in answer.failed] == ["outputs"]
    assert answer.name == "sample uniform-0"
    assert "output 1 'Identity' differs" in answer.failed[0].explanation


def test_a_tolerance_holds_for_an_output_whose_bytes_came_along() -> None:
    near = dataclasses.replace(HEADLESS, outputs=(output(b"\x01\x03"), output(b"\x03")))
    run = run_of(near, references=[RIGHT_OUTPUTS])
    assert failed(run) == [["outputs"]]
    assert failed(run, dataclasses.replace(EXACT, output_lsb=1)) == [[]]


def test_without_the_bytes_of_an_output_a_tolerance_proves_nothing() -> None:
    other = (output(b"\x01\x03", inline=False), output(b"\x03"))
    run = run_of(dataclasses.replace(HEADLESS, outputs=other), references=[RIGHT_OUTPUTS])
    judged = judge_recorded(run, dataclasses.replace(EXACT, output_lsb=1))
    assert judged.wrong_answers == ()
    (unproven,) = judged.unproven_answers
    assert unproven.name == "sample uniform-0"
    assert ungated(judged).unproven


def test_an_answer_belongs_to_the_state_that_it_was_computed_in() -> None:
    later = dataclasses.replace(HEADLESS, asked=dataclasses.replace(ASKED, history=99), count=2)
    (first, second) = judge_answers(run_of(HEADLESS, later, references=[RIGHT_OUTPUTS]), EXACT)
    assert first.facts is not None
    assert second.facts is None
