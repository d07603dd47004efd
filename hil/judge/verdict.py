"""Verdicts: pure functions of facts and tolerances.

A check that could not run says so with `NOT_RUN`, which never counts as passed.
No verdict gets worse when a tolerance gets larger.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.facts.image import Grid, ImageFacts, RunFacts, SampleFacts, TensorDifference
from hil.judge import explain
from hil.judge.tolerance import Tolerances
from hil.network.location import Location, NoLocation, cell_location
from hil.network.score import percent_text, smallest_passing_score

if TYPE_CHECKING:
    from hil.facts.records import SecondOpinionRecord


class Status(str, enum.Enum):
    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of one check, in numbers and in words."""

    check: str
    status: Status
    measured: int | float | str | None
    limit: int | float | str | None
    explanation: str


def judge_image(facts: SampleFacts, tolerances: Tolerances) -> tuple[Verdict, ...]:
    """All verdicts on one image or sample: of `IMAGE_CHECKS`, and of `SAMPLE_CHECKS`."""
    head = IMAGE_CHECKS.values() if isinstance(facts, ImageFacts) else ()
    return (
        _answer(facts),
        *(check(facts, tolerances) for check in head if isinstance(facts, ImageFacts)),
        *(check(facts, tolerances) for check in SAMPLE_CHECKS.values()),
    )


def judge_run(run: RunFacts) -> tuple[Verdict, ...]:
    """The verdicts that concern the whole run; its images are judged one by one."""
    return (_same_model(run),)


def judge_opinion(opinion: SecondOpinionRecord, tolerances: Tolerances) -> Verdict:
    """Is what runs on a chip still the network that was converted?"""
    limit = tolerances.second_opinion_lsb
    known = [op for op in opinion.ops if op.max_lsb is not None]
    far = [op for op in known if op.max_lsb is not None and op.max_lsb > limit]
    most = max((op.max_lsb for op in known if op.max_lsb is not None), default=None)
    if far:
        text = "; ".join(explain.opinion(op, opinion.other, limit) for op in far)
        return Verdict("second opinion", Status.FAILED, most, limit, text)
    if not known:
        return Verdict("second opinion", Status.NOT_RUN, None, limit, "nothing was compared")
    text = f"{opinion.other} differs by at most {most} LSB in {len(known)} operators"
    return Verdict("second opinion", Status.PASSED, most, limit, text)


def worst(verdicts: Iterable[Verdict]) -> Status:
    """FAILED before NOT_RUN before PASSED; NOT_RUN for none at all."""
    seen = {verdict.status for verdict in verdicts}
    for status in (Status.FAILED, Status.NOT_RUN, Status.PASSED):
        if status in seen:
            return status
    return Status.NOT_RUN


def _answer(facts: SampleFacts) -> Verdict:
    same = facts.answered_crc == facts.image_crc
    text = "the answer is for the image that was sent"
    if not same:
        text = "the answer is for another image: a stale result, or the upload was mixed up"
    return _verdict("answer", same, f"{facts.answered_crc:08x}", f"{facts.image_crc:08x}", text)


def _score(facts: ImageFacts, tolerances: Tolerances) -> Verdict:
    difference, limit = facts.scores, tolerances.score_lsb
    if difference is None:
        text = (
            f"the board sent {len(facts.device.scores)} scores, the oracle's model has "
            f"{len(facts.reference.scores)}: they run different models"
        )
        return Verdict("score", Status.FAILED, None, limit, text)
    passed = difference.max_lsb <= limit
    score = facts.device.scores[facts.positive_class]
    text = f"{percent_text(score)}, {_within(difference)}"
    if not passed:
        text = explain.score(facts)
    return _verdict("score", passed, difference.max_lsb, limit, text)


def _decision(facts: ImageFacts, _: Tolerances) -> Verdict:
    """Does the board's location follow from its own score, map and threshold?"""
    device = facts.device
    if device.threshold != facts.threshold:
        text = f"the board applied a threshold of {device.threshold} %, not {facts.threshold} %"
        return Verdict("decision", Status.FAILED, device.threshold, facts.threshold, text)
    if facts.positive_class >= len(device.scores):
        text = f"the board sent no score of class {facts.positive_class}"
        return Verdict("decision", Status.FAILED, len(device.scores), None, text)
    score = device.scores[facts.positive_class]
    needed = smallest_passing_score(device.threshold)
    cam = _reference_cam(facts) if device.cam is None else device.cam
    expected = "location"
    if score < needed:
        expected = NoLocation.BELOW_THRESHOLD.value
    elif _span(cam) == 0:
        expected = NoLocation.FLAT_MAP.value
    got = "location" if isinstance(device.location, Location) else device.location.value
    text = f"score {score} ({percent_text(score)}), threshold {device.threshold} %: {expected}"
    if got != expected:
        text = f"score {score} needs {needed} for {device.threshold} %: expected {expected}"
        text += f", the board answered {got}"
    return _verdict("decision", got == expected, got, expected, text)


def _location(facts: ImageFacts, tolerances: Tolerances) -> Verdict:
    device, reference = facts.device.location, facts.reference.location
    cam = _reference_cam(facts)
    margin = float(tolerances.location_margin)
    if not isinstance(device, Location):
        possible = _no_location_possible(facts, tolerances)
        text = f"no location on either side ({device.value})"
        if isinstance(reference, Location):
            text = f"the board gives no location ({device.value}); the oracle's is "
            text += f"({reference.x}, {reference.y})"
            text += ", within the tolerances of having none" if possible else ""
        return _verdict("location", possible, device.value, margin, text)
    if not isinstance(reference, Location) and not _location_possible(facts, tolerances):
        text = f"the board gives ({device.x}, {device.y}); the oracle has no location "
        text += f"({reference.value})"
        return _verdict("location", False, _place(device), margin, text)
    grid = (len(cam), len(cam[0]))
    if device.row >= grid[0] or device.column >= grid[1]:
        text = f"cell row {device.row}, column {device.column} is outside of the map of "
        text += f"{grid[0]} rows and {grid[1]} columns"
        return _verdict("location", False, _place(device), margin, text)
    centre = cell_location(device.row, device.column, grid, facts.input_size)
    if device != centre:
        text = explain.off_centre(device, centre, grid, facts.input_size)
        return _verdict("location", False, _place(device), margin, text)
    short = max(map(max, cam)) - cam[device.row][device.column]
    passed = short <= tolerances.location_margin * _span(cam)
    text = f"({device.x}, {device.y}): " + (
        "the oracle's maximum" if short == 0 else "within the margin of the oracle's maximum"
    )
    if not passed:
        text = explain.wrong_cell(device, cam)
    measured = float(round(short / _span(cam), 4)) if short else 0.0
    return _verdict("location", passed, measured, margin, text)


def _own_map(facts: ImageFacts, _: Tolerances) -> Verdict:
    """Is the board's location the first maximum of the map that it sent?"""
    location, cam = facts.device.location, facts.device.cam
    if not isinstance(location, Location) or cam is None:
        what = "map" if cam is None else "location"
        text = f"the board sent no {what} to compare"
        return Verdict("own map", Status.NOT_RUN, None, None, text)
    row, column = explain.first_maximum(cam)
    passed = (location.row, location.column) == (row, column)
    text = "the location is the first maximum of the board's own map"
    if not passed:
        text = f"the board's own map has its first maximum in row {row}, column {column}, but "
        text += f"its location is row {location.row}, column {location.column}"
        in_range = location.row < len(cam) and location.column < len(cam[0])
        if in_range and cam[location.row][location.column] == cam[row][column]:
            text += ": of equal cells the first in row-major order wins"
    return _verdict("own map", passed, _place(location), f"row {row}, column {column}", text)


def _cam(facts: ImageFacts, tolerances: Tolerances) -> Verdict:
    device, cam = facts.device, _reference_cam(facts)
    limit = tolerances.cam_units
    due = facts.cam_requested or device.location is not NoLocation.BELOW_THRESHOLD
    if device.cam is None:
        status = Status.FAILED if due else Status.NOT_RUN
        text = "the board sent no map, though it had to" if due else "below the threshold: not sent"
        return Verdict("cam", status, None, limit, text)
    if not due:
        text = "the board sent a map below the threshold, though nobody asked for it: left over "
        text += "from another image, or an option of another request"
        return Verdict("cam", Status.FAILED, None, limit, text)
    if facts.cam is None:
        text = (
            f"the board's map has {len(device.cam)} rows and {len(device.cam[0])} columns, "
            f"the oracle's {len(cam)} and {len(cam[0])}"
        )
        return Verdict("cam", Status.FAILED, None, limit, text)
    passed = facts.cam.max_lsb <= limit
    text = _within(facts.cam, "cells") if passed else explain.cam(facts)
    return _verdict("cam", passed, facts.cam.max_lsb, limit, text)


def _features(facts: ImageFacts, tolerances: Tolerances) -> Verdict:
    difference, limit = facts.features, tolerances.features_lsb
    if difference is None:
        return Verdict("features", Status.NOT_RUN, None, limit, "the features were not read back")
    passed = difference.max_lsb <= limit
    text = _within(difference) if passed else explain.difference(difference, "the features")
    return _verdict("features", passed, difference.max_lsb, limit, text)


def _outputs(facts: SampleFacts, tolerances: Tolerances) -> Verdict:
    """Every output by its CRC-32; where a tolerance is set, by its bytes."""
    wrong, unread, worst_lsb = [], [], 0
    for output in facts.outputs:
        limit, found = tolerances.of_output(output.role), output.difference
        worst_lsb = max(worst_lsb, 0 if found is None else found.max_lsb)
        if output.same:
            if found is not None and found.differing:
                wrong.append(f"{explain.output(output)}, though its CRC-32 is the oracle's")
        elif output.device_crc is None or limit == 0:
            wrong.append(explain.output(output))
        elif found is None:
            unread.append(f"{explain.output(output)}: whether by more than {limit} is not known")
        elif found.max_lsb > limit:
            wrong.append(explain.output(output))
    many = len(facts.outputs)
    if wrong:
        return Verdict("outputs", Status.FAILED, worst_lsb or None, 0, "; ".join(wrong))
    if unread or not many:
        text = "; ".join(unread) or "no outputs were recorded"
        return Verdict("outputs", Status.NOT_RUN, None, 0, text)
    text = "every output is identical to the oracle's" if not worst_lsb else "within the tolerance"
    return Verdict("outputs", Status.PASSED, worst_lsb, 0, text)


def _operators(facts: SampleFacts, _: Tolerances) -> Verdict:
    if facts.ops is None:
        return Verdict("operators", Status.NOT_RUN, None, 0, "no trace was taken")
    differing = [op for op in facts.ops if op.differs]
    missing = [op for op in facts.ops if op.device_crc is None]
    if differing:
        text = explain.operator(differing[0], facts.ops[-1].index + 1)
        return Verdict("operators", Status.FAILED, len(differing), 0, text)
    if missing or not facts.ops:
        text = f"the trace lacks {len(missing)} of {len(facts.ops)} operators"
        return Verdict("operators", Status.NOT_RUN, None, 0, text)
    text = f"the outputs of all {facts.ops[-1].index + 1} operators are identical"
    return Verdict("operators", Status.PASSED, 0, 0, text)


IMAGE_CHECKS = {
    "score": _score,
    "decision": _decision,
    "location": _location,
    "own map": _own_map,
    "cam": _cam,
    "features": _features,
}
"""Of the answers of a class activation map."""

SAMPLE_CHECKS = {"outputs": _outputs, "operators": _operators}
"""Of every network's answers."""


def _same_model(run: RunFacts) -> Verdict:
    same = run.device_model_sha256 == run.oracle_model_sha256
    text = "board and oracle run the same model"
    if not same:
        text = "board and oracle run different models: flash the board, or give its model"
    short = run.device_model_sha256[:12], run.oracle_model_sha256[:12]
    return _verdict("model", same, *short, text)


def _verdict(
    check: str,
    passed: bool,
    measured: int | float | str | None,
    limit: int | float | str | None,
    explanation: str,
) -> Verdict:
    return Verdict(check, Status.PASSED if passed else Status.FAILED, measured, limit, explanation)


def _no_location_possible(facts: ImageFacts, tolerances: Tolerances) -> bool:
    """Could the oracle's answer, moved within the tolerances, have no location?"""
    if not isinstance(facts.reference.location, Location):
        return True
    score = facts.reference.scores[facts.positive_class]
    if score - tolerances.score_lsb < smallest_passing_score(facts.threshold):
        return True
    return _span(_reference_cam(facts)) <= 2 * tolerances.cam_units


def _location_possible(facts: ImageFacts, tolerances: Tolerances) -> bool:
    """Could the oracle's answer, moved within the tolerances, have a location?"""
    score = min(facts.reference.scores[facts.positive_class] + tolerances.score_lsb, 127)
    flat = _span(_reference_cam(facts)) == 0 and tolerances.cam_units == 0
    return score >= smallest_passing_score(facts.threshold) and not flat


def _reference_cam(facts: ImageFacts) -> Grid:
    assert facts.reference.cam is not None  # the oracle always has one
    return facts.reference.cam


def _span(cam: Grid) -> int:
    return max(map(max, cam)) - min(map(min, cam))


def _place(location: Location) -> str:
    return f"({location.x}, {location.y})"


def _within(difference: TensorDifference, what: str = "elements") -> str:
    if difference.differing == 0:
        return "identical to the oracle"
    return f"{difference.differing} of {difference.elements} {what} differ, within the tolerance"
