"""A recorded run with the verdicts on it: what every report shows. Pure functions of facts."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from hil.errors import (
    FirmwareError,
    InfrastructureError,
    NotAskedError,
    NotProvenError,
    UnansweredError,
    UnavailableError,
    UsageError,
)
from hil.facts.outcomes import FLAKY, RERUN, SKIPPED, XFAILED
from hil.judge.answers import (
    READ_BACK,
    JudgedAnswer,
    Wrong,
    judge_answers,
    judge_measured,
    wrong_oddities,
)
from hil.judge.metrics.pointing import distance, point_of
from hil.judge.tolerance import Tolerances, load_tolerances
from hil.judge.verdict import Status, Verdict, judge_image, worst
from hil.judge.whole_run import figures_of, wrong_figures
from hil.network.location import Location
from hil.network.score import passes, smallest_passing_score

if TYPE_CHECKING:
    from hil.facts.image import ImageFacts
    from hil.facts.records import ImageRecord, OpinionFacts, SampleRecord, TestRecord, TraceRecord
    from hil.facts.run import Run

FAILED_OUTCOMES = ("failed", FirmwareError.kind)
LOST_OUTCOMES = (InfrastructureError.kind, UnansweredError.kind)
UNMEASURED_OUTCOMES = (*LOST_OUTCOMES, "not run", UsageError.kind)
UNPROVEN_OUTCOMES = (NotProvenError.kind,)
SKIPPED_OUTCOMES = (UnavailableError.kind, SKIPPED)
NEUTRAL_OUTCOMES = ("passed", NotAskedError.kind)
"""Of tests that nothing speaks against."""


@dataclass(frozen=True, slots=True)
class JudgedImage:
    """One image with the verdicts on it; `trace` holds its operators where they were traced."""

    record: ImageRecord
    trace: TraceRecord | None
    verdicts: tuple[Verdict, ...]

    @property
    def key(self) -> str:
        """Unique in the run."""
        return f"{self.record.source}:{self.record.name}"

    @property
    def status(self) -> Status:
        """What was not asked for does not count."""
        return worst(v for v in self.verdicts if v.status is not Status.NOT_RUN)

    @property
    def differs(self) -> bool:
        """Whether any number of the board's answer is not the oracle's, tolerated or not."""
        facts = self.record.facts
        tensors = (facts.scores, facts.cam, facts.features)
        return (
            any(found is not None and found.differing for found in tensors)
            or facts.device.scores != facts.reference.scores
            or facts.device.location != facts.reference.location
            or facts.answered_crc != facts.image_crc
            or self.status is Status.FAILED
        )

    @property
    def largest_lsb(self) -> int | None:
        """Of scores, map and features; None where one of them cannot be compared."""
        facts = self.record.facts
        tensors = (facts.scores, facts.cam, facts.features)
        known = [found.max_lsb for found in tensors if found is not None]
        return max(known) if len(known) == len(tensors) else None

    @property
    def truth_verdict(self) -> str:
        """The board's decision and location against what is in the picture; empty if unknown."""
        truth, facts = self.record.truth, self.record.facts
        if truth is None or not 0 <= facts.positive_class < len(facts.device.scores):
            return ""
        seen = passes(facts.device.scores[facts.positive_class], facts.threshold)
        if seen != truth.person:
            return "missed" if truth.person else "false alarm"
        if not truth.person:
            return "right"
        place = point_of(facts.device.location, facts.input_size)
        beside = place is not None and truth.boxes and distance(place, truth.boxes) > 0
        return "beside the person" if beside else "right"


@dataclass(frozen=True, slots=True)
class JudgedSample:
    """One sample with the verdicts on it."""

    record: SampleRecord
    verdicts: tuple[Verdict, ...]

    @property
    def status(self) -> Status:
        """What was not asked for does not count."""
        return worst(v for v in self.verdicts if v.status is not Status.NOT_RUN)

    @property
    def differs(self) -> bool:
        """Whether anything of the board's answer is not the oracle's, tolerated or not."""
        facts = self.record.facts
        return (
            any(not output.same for output in facts.outputs)
            or any(op.differs for op in facts.ops or ())
            or self.status is Status.FAILED
        )


@dataclass(frozen=True)
class JudgedRun:
    """A run file with its verdicts."""

    run: Run
    tolerances: Tolerances
    images: tuple[JudgedImage, ...]
    samples: tuple[JudgedSample, ...]
    answers: tuple[JudgedAnswer, ...]
    measured: tuple[JudgedAnswer, ...]

    def tests(self, outcomes: Iterable[str]) -> tuple[TestRecord, ...]:
        """The tests that ended in one of `outcomes`."""
        wanted = tuple(outcomes)
        return tuple(test for test in self.run.tests if test.outcome in wanted)

    @property
    def test_count(self) -> int:
        """How many outcomes count: an attempt that was made again does not."""
        return len(self.run.tests) - len(self.tests((RERUN,)))

    @functools.cached_property
    def failed_tests(self) -> tuple[TestRecord, ...]:
        """By other tolerances than in the run, those that failed by facts that fail by them too."""
        failed = self.tests(FAILED_OUTCOMES)
        if self.tolerances == recorded_tolerances(self.run):
            return failed
        judged = (*self.answers, *self.measured)
        right = {one.key for one in judged} - {one.key for one in judged if one.failed}
        return tuple(
            test for test in failed if not test.by_verdict or not right.issuperset(test.by_verdict)
        )

    @property
    def unhappy_tests(self) -> tuple[TestRecord, ...]:
        """The tests that did not pass: failed ones, what could not be measured, and what passed
        only when it was run again."""
        return (
            *self.failed_tests,
            *self.tests(LOST_OUTCOMES),
            *self.tests(outcome for outcome in UNMEASURED_OUTCOMES if outcome not in LOST_OUTCOMES),
            *flaky_tests(self.run),
        )

    @functools.cached_property
    def wrong_answers(self) -> tuple[JudgedAnswer, ...]:
        """The answers that are not the oracle's, within the tolerances."""
        return tuple(answer for answer in self.answers if answer.failed)

    @functools.cached_property
    def wrong_beside(self) -> tuple[JudgedAnswer, ...]:
        """Measured images and frames with something wrong that no wrong answer tells."""
        told = {answer.name for answer in self.wrong_answers}
        beside = (
            dataclasses.replace(
                one, verdicts=tuple(v for v in one.verdicts if v.check in READ_BACK)
            )
            if one.key in told
            else one
            for one in self.measured
        )
        return tuple(one for one in beside if one.failed)

    @property
    def unproven_answers(self) -> tuple[JudgedAnswer, ...]:
        """Right as far as is known: an output differs, and by how much is not known."""
        return tuple(
            answer
            for answer in self.answers
            if not answer.failed
            and answer.facts is not None
            and any(not output.same for output in answer.facts.outputs)
            and any(v.check == "outputs" and v.status is Status.NOT_RUN for v in answer.verdicts)
        )

    @functools.cached_property
    def other_operators(self) -> tuple[OpinionFacts, ...]:
        """Operators for which the second opinion is farther from the oracle than allowed."""
        opinion, limit = self.run.opinion, self.tolerances.second_opinion_lsb
        return tuple(
            op
            for op in (() if opinion is None else opinion.ops)
            if op.max_lsb is not None and op.max_lsb > limit
        )

    @functools.cached_property
    def wrong(self) -> tuple[Wrong, ...]:
        """Everything that is wrong in the facts: answers, what was read back, oddities, figures."""
        judged = (*self.wrong_answers, *self.wrong_beside)
        found = (one.wrong for one in judged if one.wrong is not None)
        return (*found, *wrong_oddities(self.run.oddities), *self.wrong_figures)

    @functools.cached_property
    def wrong_figures(self) -> tuple[Wrong, ...]:
        """What is wrong with the figures of the whole run: clocks, times, memory, trends."""
        return wrong_figures(figures_of(self.run))


KNOWN_OUTCOMES = {
    *(*NEUTRAL_OUTCOMES, XFAILED, RERUN, FLAKY),
    *(FAILED_OUTCOMES + UNMEASURED_OUTCOMES + UNPROVEN_OUTCOMES + SKIPPED_OUTCOMES),
}


def judge_recorded(run: Run, tolerances: Tolerances | None = None) -> JudgedRun:
    """Judges every image of a run, by the tolerances that were in force or by others."""
    limits = recorded_tolerances(run) if tolerances is None else tolerances
    traces = {trace.image: trace for trace in run.traces}
    images = []
    for record in run.images:
        trace = traces.get(record.name)
        facts = record.facts
        if trace is not None and facts.ops is None:
            facts = dataclasses.replace(facts, ops=trace.ops)
        images.append(JudgedImage(record, trace, judge_image(facts, limits)))
    samples = tuple(JudgedSample(s, judge_image(s.facts, limits)) for s in run.samples)
    return JudgedRun(
        run, limits, tuple(images), samples, judge_answers(run, limits), judge_measured(run, limits)
    )


def recorded_tolerances(run: Run) -> Tolerances:
    """The tolerances that were in force in the run; the defaults if it reached no board."""
    if run.board is None:
        return load_tolerances()
    given = dict(run.board.tolerances)
    return Tolerances(
        score_lsb=int(given["score_lsb"]),
        features_lsb=int(given["features_lsb"]),
        cam_units=int(given["cam_units"]),
        location_margin=Fraction(given["location_margin"]),
        output_lsb=int(given["output_lsb"]),
        second_opinion_lsb=int(given["second_opinion_lsb"]),
    )


def flaky_tests(run: Run) -> tuple[TestRecord, ...]:
    """The tests that passed when they were run again, with the message of the attempt before."""
    attempts = (RERUN, *FAILED_OUTCOMES)
    reasons = {test.test: test.message for test in run.tests if test.outcome in attempts}
    return tuple(
        dataclasses.replace(test, message=reasons.get(test.test, ""))
        for test in run.tests
        if test.outcome == FLAKY
    )


def first_line(message: str) -> str:
    """What a message says, in a line: pytest's own error lines before the code around them."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    said = next((line[1:].strip() for line in lines if line.startswith("E ")), None)
    return (said or next(iter(lines), ""))[:200]


def worst_first(images: Iterable[JudgedImage]) -> list[JudgedImage]:
    """Failed ones, then by how far they are off, then by how little the decision hangs on."""
    return sorted(images, key=_badness, reverse=True)


def _badness(image: JudgedImage) -> tuple[int, int, int, float, int, int]:
    facts = image.record.facts
    tensors = (facts.scores, facts.cam, facts.features)
    score_lsb, cam_units, features_lsb = (t.max_lsb if t is not None else -1 for t in tensors)
    return (
        int(image.status is Status.FAILED),
        int(image.differs),
        score_lsb,
        _distance(facts),
        max(cam_units, features_lsb),
        -_margin(facts),
    )


def _distance(facts: ImageFacts) -> float:
    """Pixels between the two locations; more than any where only one side has one."""
    device, reference = facts.device.location, facts.reference.location
    if isinstance(device, Location) and isinstance(reference, Location):
        return math.hypot(device.x - reference.x, device.y - reference.y)
    return 0.0 if device == reference else float(sum(facts.input_size))


def _margin(facts: ImageFacts) -> int:
    """Steps of the score between it and the threshold."""
    scores = facts.device.scores
    if not 0 <= facts.positive_class < len(scores):
        return 0
    return abs(scores[facts.positive_class] - smallest_passing_score(facts.threshold))
