"""The one line on top of every report, and what it rests on."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from hil.judge.verdict import Status
from hil.report.figures import count_text
from hil.report.judged import FAILED_OUTCOMES, UNMEASURED_OUTCOMES, JudgedRun


class Outcome(str, enum.Enum):
    """Without gates PASSED, FAILED or NOT_MEASURED; with gates the other three."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    NOT_MEASURED = "NOT MEASURED"
    SHIP = "SHIP"
    DO_NOT_SHIP = "DO NOT SHIP"
    NOT_PROVEN = "NOT PROVEN"

    @property
    def tone(self) -> str:
        """good, bad or open."""
        if self in (Outcome.PASSED, Outcome.SHIP):
            return "good"
        return "bad" if self in (Outcome.FAILED, Outcome.DO_NOT_SHIP) else "open"


@dataclass(frozen=True, slots=True)
class Headline:
    """The outcome, and the reasons for it in words, the weightiest first."""

    outcome: Outcome
    reasons: tuple[str, ...]


def headline(judged: JudgedRun, gates: GateTable | None = None) -> Headline:
    """What to say first. Failed tests and what was not measured never leave a SHIP."""
    failed, unmeasured = _failures(judged), _gaps(judged)
    if gates is not None:
        failed += gates.reasons if gates.ship == Outcome.DO_NOT_SHIP.value else ()
        unmeasured += gates.reasons if gates.ship == Outcome.NOT_PROVEN.value else ()
    with_gates = gates is not None
    if failed:
        outcome = Outcome.DO_NOT_SHIP if with_gates else Outcome.FAILED
        return Headline(outcome, failed + unmeasured)
    if unmeasured:
        outcome = Outcome.NOT_PROVEN if with_gates else Outcome.NOT_MEASURED
        return Headline(outcome, unmeasured)
    return Headline(Outcome.SHIP if with_gates else Outcome.PASSED, _successes(judged, gates))


@dataclass(frozen=True, slots=True)
class GateRow:
    """One gate in words. `status`: met, unmet, not proven or not measured."""

    gate: str
    limit: str
    measured: str
    margin: str
    baseline: str
    status: str
    explanation: str


@dataclass(frozen=True, slots=True)
class GateTable:
    """The verdict of the gates (SHIP, DO NOT SHIP or NOT PROVEN) and a row for each."""

    ship: str
    rows: tuple[GateRow, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """How many gates have which status; what is met is left out."""
        statuses = [row.status for row in self.rows]
        kinds = [s for s in ("unmet", "not proven", "not measured") if s in statuses]
        return tuple(f"{count_text(statuses.count(kind), 'gate')} {kind}" for kind in kinds)


def _failures(judged: JudgedRun) -> tuple[str, ...]:
    tests, images = judged.tests(FAILED_OUTCOMES), judged.failed_images
    reasons = []
    if images:
        total = count_text(len(judged.images), "image")
        reasons.append(f"the board's answer is wrong for {len(images)} of {total}")
    if tests:
        reasons.append(f"{count_text(len(tests), 'test')} failed")
    if judged.run.board is not None and judged.run.board.self_check == "different":
        reasons.append("the oracle does not agree with tflite-micro")
    return tuple(reasons)


def _gaps(judged: JudgedRun) -> tuple[str, ...]:
    reasons = []
    infrastructure = judged.tests(UNMEASURED_OUTCOMES[:1])
    not_run = judged.tests(UNMEASURED_OUTCOMES[1:])
    if infrastructure:
        reasons.append(f"{count_text(len(infrastructure), 'test')} stopped by board or cable")
    if not_run:
        reasons.append(f"{count_text(len(not_run), 'test')} not run")
    if judged.run.end is None:
        reasons.append("the run was interrupted: its file has no end")
    if judged.run.board is None:
        reasons.append("no board answered")
    elif not judged.run.tests and not judged.images:
        reasons.append("nothing was measured")
    unjudged = [image for image in judged.images if image.status is Status.NOT_RUN]
    if unjudged:
        reasons.append(f"{count_text(len(unjudged), 'image')} without a verdict")
    return tuple(reasons)


def _successes(judged: JudgedRun, gates: GateTable | None) -> tuple[str, ...]:
    reasons = []
    if gates is not None:
        met = len(gates.rows)
        reasons.append(f"{'every gate' if met > 1 else 'the gate'} met ({met})")
    if judged.run.tests:
        passed = len(judged.tests(("passed",)))
        reasons.append(f"{count_text(passed, 'test')} passed")
    if judged.images:
        differing = sum(image.differs for image in judged.images)
        many = count_text(len(judged.images), "image")
        reasons.append(
            f"{many}: every answer is the oracle's, bit for bit"
            if not differing
            else f"{many}: {differing} differ from the oracle, within the tolerances"
        )
    return tuple(reasons)
