"""Verdicts on facts."""

import dataclasses
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.facts.image import Answer, ImageFacts, OutputDifference, RunFacts, TensorDifference
from hil.facts.records import OpinionFacts, SecondOpinionRecord
from hil.judge.tolerance import Tolerances
from hil.judge.verdict import Status, Verdict, judge_image, judge_opinion, judge_run, worst
from hil.network.location import Location, NoLocation, cell_location
from hil_lab.fakes.image_facts import CAM, INPUT_SIZE, RIGHT, at, facts, traced

EXACT = Tolerances(score_lsb=0, features_lsb=0, cam_units=0, location_margin=Fraction(0))
SAME = OutputDifference(0, "Identity", "", 5, 5)
TRANSPOSED = tuple(zip(*CAM, strict=True))
SQUARE = ((1, 2, 3), (9, 4, 5), (6, 7, 8))
FLAT = ((7, 7), (7, 7))


def judged(check: str, measured: ImageFacts, **tolerances: Any) -> Verdict:
    verdicts = judge_image(measured, dataclasses.replace(EXACT, **tolerances))
    return next(verdict for verdict in verdicts if verdict.check == check)


def test_a_right_answer_passes_every_check_that_ran() -> None:
    features = TensorDifference(100, 0, 0)
    verdicts = judge_image(facts(features=features, outputs=(SAME,), ops=traced(0, 1, 2)), EXACT)
    assert {verdict.check: verdict.status for verdict in verdicts} == dict.fromkeys(
        ["answer", "score", "decision", "location", "own map", "cam", "features"],
        Status.PASSED,
    ) | {"outputs": Status.PASSED, "operators": Status.PASSED}


def test_what_was_not_measured_is_not_run_and_does_not_count_as_passed() -> None:
    verdicts = judge_image(facts(), EXACT)
    not_run = {verdict.check for verdict in verdicts if verdict.status is Status.NOT_RUN}
    assert not_run == {"features", "outputs", "operators"}
    assert worst(verdicts) is Status.NOT_RUN
    assert worst([]) is Status.NOT_RUN


def test_an_answer_for_another_image_fails() -> None:
    verdict = judged("answer", facts(answered_crc=1))
    assert verdict.status is Status.FAILED
    assert "stale" in verdict.explanation


# ---- score ------------------------------------------------------------------------


def test_one_step_of_score_fails_and_passes_with_a_tolerance_of_one() -> None:
    measured = facts({"scores": (-99, 100)})
    verdict = judged("score", measured)
    assert (verdict.status, verdict.measured, verdict.limit) == (Status.FAILED, 1, 0)
    assert judged("score", measured, score_lsb=1).status is Status.PASSED


def test_swapped_classes_are_recognised() -> None:
    assert "classes look swapped" in judged("score", facts({"scores": (100, -100)})).explanation


def test_a_wrong_score_behind_right_features_blames_what_lies_behind_them() -> None:
    wrong = {"scores": (-90, 90)}
    behind = judged("score", facts(wrong, features=TensorDifference(9, 0, 0)))
    assert "the fault is behind them: mean, classifier or SOFTMAX" in behind.explanation
    before = judged("score", facts(wrong, features=TensorDifference(9, 1, 1, 0, 1, 2)))
    assert "the features in front of it differ already" in before.explanation


def test_another_number_of_scores_fails() -> None:
    verdict = judged("score", facts({"scores": (1, 2, 3)}))
    assert verdict.status is Status.FAILED
    assert "different models" in verdict.explanation


# ---- decision ----------------------------------------------------------------------

# Threshold 60 %: (q + 128) * 100 >= 60 * 256, so q >= 25.6, so 26.
BELOW, EDGE = 25, 26


@pytest.mark.parametrize(
    ("score", "location", "cam", "passed"),
    [
        (EDGE, at(1, 2), CAM, True),
        (BELOW, at(1, 2), CAM, False),
        (BELOW, NoLocation.BELOW_THRESHOLD, CAM, True),
        (BELOW, NoLocation.BELOW_THRESHOLD, FLAT, True),
        (EDGE, NoLocation.BELOW_THRESHOLD, CAM, False),
        (EDGE, NoLocation.FLAT_MAP, FLAT, True),
        (EDGE, NoLocation.FLAT_MAP, CAM, False),
        (EDGE, at(0, 0), FLAT, False),
        (BELOW, NoLocation.FLAT_MAP, FLAT, False),
    ],
)
def test_the_decision_must_follow_from_the_boards_own_score_and_map(
    score: int, location: Location | NoLocation, cam: Any, passed: bool
) -> None:
    verdict = judged("decision", facts({"scores": (0, score), "location": location, "cam": cam}))
    assert (verdict.status is Status.PASSED) == passed


def test_another_threshold_than_asked_for_fails_the_decision() -> None:
    verdict = judged("decision", facts({"threshold": 61}))
    assert verdict.status is Status.FAILED
    assert "61 %, not 60 %" in verdict.explanation


# ---- location ----------------------------------------------------------------------


def test_a_wrong_cell_is_told_with_both_cells() -> None:
    verdict = judged("location", facts({"location": at(0, 1)}))
    assert verdict.status is Status.FAILED
    assert "(36, 16) is cell row 0 column 1; the oracle's maximum is row 1 column 2" in (
        verdict.explanation
    )


def square_facts(location: Location) -> ImageFacts:
    right = cell_location(1, 0, (3, 3), INPUT_SIZE)
    return facts({"location": location, "cam": SQUARE}, {"location": right, "cam": SQUARE})


@pytest.mark.parametrize(
    ("row", "column", "looks"),
    [
        (0, 1, "x and y look swapped"),
        (1, 2, "left and right look mirrored"),
        (0, 0, "minimum of the map"),
        (2, 1, "row 1 column 0"),
    ],
)
def test_usual_mistakes_are_recognised(row: int, column: int, looks: str) -> None:
    location = cell_location(row, column, (3, 3), INPUT_SIZE)
    assert judged("location", square_facts(location)).explanation.endswith(looks)


def test_swapped_pixels_of_the_right_cell_are_recognised() -> None:
    location = dataclasses.replace(at(1, 2), x=at(1, 2).y, y=at(1, 2).x)
    verdict = judged("location", facts({"location": location}))
    assert verdict.status is Status.FAILED
    assert "x and y look swapped" in verdict.explanation


def test_the_corner_of_the_right_cell_is_no_location() -> None:
    verdict = judged("location", facts({"location": Location(x=48, y=32, column=2, row=1)}))
    assert verdict.status is Status.FAILED
    assert "top left corner" in verdict.explanation


def test_a_cell_outside_of_the_map_fails() -> None:
    verdict = judged("location", facts({"location": Location(0, 0, column=4, row=0)}))
    assert verdict.status is Status.FAILED
    assert "outside of the map" in verdict.explanation


@pytest.mark.parametrize(
    ("margin", "passed"), [("0.55", False), ("0.5625", True), ("0.57", True), ("1", True)]
)
def test_the_margin_is_a_fraction_of_the_range_of_the_map(margin: str, passed: bool) -> None:
    # The map spans 10 to 90; the cell in row 1, column 3 has 45: short by 45 of 80.
    verdict = judged("location", facts({"location": at(1, 3)}), location_margin=Fraction(margin))
    assert (verdict.status is Status.PASSED) == passed
    assert verdict.measured == 0.5625


def test_any_of_equal_maxima_is_right_but_the_own_map_wants_the_first() -> None:
    tied = ((1, 5), (5, 1))
    location = cell_location(1, 0, (2, 2), INPUT_SIZE)
    first = cell_location(0, 1, (2, 2), INPUT_SIZE)
    measured = facts({"location": location, "cam": tied}, {"location": first, "cam": tied})
    assert judged("location", measured).status is Status.PASSED
    verdict = judged("own map", measured)
    assert verdict.status is Status.FAILED
    assert "first in row-major order" in verdict.explanation


def test_no_location_on_both_sides_passes() -> None:
    none = {"scores": (9, -9), "location": NoLocation.BELOW_THRESHOLD}
    assert judged("location", facts(none, none)).status is Status.PASSED


def test_a_missing_location_fails_unless_the_score_tolerance_explains_it() -> None:
    measured = facts(
        {"scores": (0, BELOW), "location": NoLocation.BELOW_THRESHOLD}, {"scores": (0, EDGE)}
    )
    assert judged("location", measured).status is Status.FAILED
    assert judged("location", measured, score_lsb=1).status is Status.PASSED


def test_a_superfluous_location_fails_unless_the_score_tolerance_explains_it() -> None:
    measured = facts(
        {"scores": (0, EDGE)}, {"scores": (0, BELOW), "location": NoLocation.BELOW_THRESHOLD}
    )
    assert judged("location", measured).status is Status.FAILED
    assert judged("location", measured, score_lsb=1).status is Status.PASSED


def test_no_tolerance_makes_a_score_beyond_int8() -> None:
    full = {"threshold": 100, "location": NoLocation.BELOW_THRESHOLD}
    measured = facts({"threshold": 100}, full, threshold=100)
    assert judged("location", measured, score_lsb=255).status is Status.FAILED


def test_a_flat_map_on_one_side_is_explained_by_the_tolerance_of_the_map() -> None:
    nearly = ((7, 9), (7, 7))
    flat = {"location": NoLocation.FLAT_MAP, "cam": FLAT}
    steep = {"location": cell_location(0, 1, (2, 2), INPUT_SIZE), "cam": nearly}
    for measured in (facts(flat, steep), facts(steep, flat)):
        assert judged("location", measured).status is Status.FAILED
        assert judged("location", measured, cam_units=1).status is Status.PASSED


# ---- map ---------------------------------------------------------------------------


def test_one_unit_of_one_cell_fails_with_its_place() -> None:
    off = (CAM[0], (15, 25, 91, 45), CAM[2])
    verdict = judged("cam", facts({"cam": off}))
    assert (verdict.status, verdict.measured) == (Status.FAILED, 1)
    assert "first at row 1, column 2: 91 instead of 90" in verdict.explanation
    assert judged("cam", facts({"cam": off}), cam_units=1).status is Status.PASSED


def test_a_constant_offset_looks_like_a_forgotten_zero_point() -> None:
    shifted = tuple(tuple(value + 128 for value in row) for row in CAM)
    verdict = judged("cam", facts({"cam": shifted}))
    assert "every cell is off by 128: a zero point" in verdict.explanation


def test_a_transposed_square_map_is_recognised() -> None:
    swapped = tuple(zip(*SQUARE, strict=True))
    verdict = judged("cam", facts({"cam": swapped}, {"cam": SQUARE}))
    assert "rows and columns look swapped" in verdict.explanation


def test_a_map_of_another_shape_fails() -> None:
    verdict = judged("cam", facts({"cam": TRANSPOSED}))
    assert verdict.status is Status.FAILED
    assert "4 rows and 3 columns" in verdict.explanation


@pytest.mark.parametrize(
    ("requested", "location", "status"),
    [
        (True, NoLocation.BELOW_THRESHOLD, Status.FAILED),
        (False, at(1, 2), Status.FAILED),
        (False, NoLocation.FLAT_MAP, Status.FAILED),
        (False, NoLocation.BELOW_THRESHOLD, Status.NOT_RUN),
    ],
)
def test_a_map_that_was_due_and_not_sent_fails(
    requested: bool, location: Location | NoLocation, status: Status
) -> None:
    measured = facts({"cam": None, "location": location}, cam_requested=requested)
    assert judged("cam", measured).status is status


def test_a_map_that_nobody_asked_for_fails_however_right_it_is() -> None:
    below = {"location": NoLocation.BELOW_THRESHOLD}
    assert judged("cam", facts(below, cam_requested=True)).status is Status.PASSED
    verdict = judged("cam", facts(below, cam_requested=False))
    assert verdict.status is Status.FAILED
    assert "nobody asked for it" in verdict.explanation


# ---- features and operators ----------------------------------------------------------


def test_features_are_judged_by_their_own_tolerance() -> None:
    measured = facts(features=TensorDifference(4608, 3, 2, 17, -5, -7))
    verdict = judged("features", measured, features_lsb=1)
    assert verdict.status is Status.FAILED
    assert "3 of 4608 elements, by up to 2; first at index 17: -7 instead of -5" in (
        verdict.explanation
    )
    assert judged("features", measured, features_lsb=2).status is Status.PASSED


def test_the_first_differing_operator_is_named() -> None:
    verdict = judged("operators", facts(ops=traced(0, 1, 99, 98)))
    assert (verdict.status, verdict.measured) == (Status.FAILED, 2)
    assert "operator 2 of 4 (OP_2) is the first whose output differs" in verdict.explanation


def test_a_trace_with_gaps_is_no_pass() -> None:
    assert judged("operators", facts(ops=traced(0, None, 2))).status is Status.NOT_RUN
    assert judged("operators", facts(ops=())).status is Status.NOT_RUN
    assert judged("operators", facts(ops=traced(0, None, 99))).status is Status.FAILED


# ---- properties ----------------------------------------------------------------------

LOCATIONS = st.one_of(
    st.sampled_from(NoLocation),
    st.builds(at, st.integers(0, 2), st.integers(0, 3)),
    st.builds(Location, *[st.integers(0, 5)] * 4),
)
MAPS = st.tuples(*[st.tuples(*[st.integers(0, 6)] * 4)] * 3)
ANSWERS = st.builds(
    Answer,
    scores=st.tuples(*[st.integers(22, 30)] * 2),
    threshold=st.just(60),
    location=LOCATIONS,
    cam=MAPS,
)
TOLERANCES = st.builds(
    Tolerances,
    score_lsb=st.integers(0, 4),
    features_lsb=st.integers(0, 4),
    cam_units=st.integers(0, 4),
    location_margin=st.fractions(0, 1, max_denominator=8),
)


@given(ANSWERS, ANSWERS, TOLERANCES, TOLERANCES)
def test_no_verdict_gets_worse_with_a_larger_tolerance(
    device: Answer, reference: Answer, one: Tolerances, other: Tolerances
) -> None:
    measured = facts(dataclasses.asdict(RIGHT) | vars_of(device), vars_of(reference))
    larger = Tolerances(
        *(max(getattr(one, f.name), getattr(other, f.name)) for f in dataclasses.fields(one))
    )
    for strict, loose in zip(
        judge_image(measured, one), judge_image(measured, larger), strict=True
    ):
        assert strict.status is not Status.PASSED or loose.status is Status.PASSED


@given(ANSWERS, TOLERANCES)
def test_every_verdict_has_words(answer: Answer, tolerances: Tolerances) -> None:
    for verdict in judge_image(facts(vars_of(answer)), tolerances):
        assert verdict.explanation


def vars_of(answer: Answer) -> dict[str, Any]:
    return {field.name: getattr(answer, field.name) for field in dataclasses.fields(answer)}


# ---- runs ------------------------------------------------------------------------------

RUN = RunFacts("sim", "tflite-micro", "0.1.0", "ab" * 32, "ab" * 32, "litert")


def test_board_and_oracle_must_have_the_same_model() -> None:
    (model,) = judge_run(RUN)
    assert model.status is Status.PASSED
    (model,) = judge_run(dataclasses.replace(RUN, device_model_sha256="cd" * 32))
    assert model.status is Status.FAILED


# ---- the second opinion ----------------------------------------------------------------


def opinion(*worst_of_each: int | None) -> SecondOpinionRecord:
    ops = tuple(
        OpinionFacts(index, f"OP_{index}", 0, 1, 10, most, "" if most is not None else "a state")
        for index, most in enumerate(worst_of_each)
    )
    return SecondOpinionRecord("tflite-micro", "litert", 4, ops)


@pytest.mark.parametrize(
    ("found", "limit", "status"),
    [
        ((0, 1, None), 1, Status.PASSED),
        ((0, 2), 1, Status.FAILED),
        ((0, 2), 2, Status.PASSED),
        ((None, None), 1, Status.NOT_RUN),
    ],
)
def test_an_operator_may_be_so_far_from_what_was_converted(
    found: tuple[int | None, ...], limit: int, status: Status
) -> None:
    limits = dataclasses.replace(EXACT, second_opinion_lsb=limit)
    assert judge_opinion(opinion(*found), limits).status is status


def test_an_operator_that_is_not_what_was_converted_is_named() -> None:
    verdict = judge_opinion(opinion(0, 5), EXACT)
    assert "operator 1 (OP_1)" in verdict.explanation
    assert "not what was converted" in verdict.explanation
