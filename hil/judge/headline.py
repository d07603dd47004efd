"""The one line on top of every report, and what it rests on.

The verdict itself is `hil.judge.gates.run`'s, so that a report never says other than
`hil judge` and the run that it shows.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.facts.outcomes import FLAKY
from hil.facts.stand_in import said
from hil.judge.figures import count_text
from hil.judge.gates.model import GateStatus
from hil.judge.gates.run import ungated
from hil.judge.judged import JudgedImage, JudgedRun, JudgedSample

if TYPE_CHECKING:
    from hil.facts.diagnosis import Diagnosis
    from hil.judge.gates.model import GatesVerdict


class Outcome(str, enum.Enum):
    """Without gates PASSED, FAILED, NOT_MEASURED or NOT_PROVEN; with gates the last three."""

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
    """The outcome, the reasons for it in words, the weightiest first, and where it was measured.

    `where` is empty for a chip that was there: see `hil.facts.stand_in`. `remarks`: what the
    outcome says nothing of, and need not.
    """

    outcome: Outcome
    reasons: tuple[str, ...]
    where: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """The outcome with what stood in for a chip: "SHIP, on the simulated board"."""
        return said(self.outcome.value, self.where)


def headline(
    judged: JudgedRun, verdict: GatesVerdict | None = None, diagnosis: Diagnosis | None = None
) -> Headline:
    """What to say first.

    Args:
        judged: the run.
        verdict: of the gates, None without any.
        diagnosis: the last of the reasons, where something is wrong.
    """
    stands = ungated(judged) if verdict is None else verdict
    failed, open_ = stands.counts, stands.trouble + stands.unproven
    if verdict is None:
        outcome = Outcome.PASSED
        if stands.failures:
            outcome = Outcome.FAILED
        elif stands.trouble:
            outcome = Outcome.NOT_MEASURED
        elif open_:
            outcome = Outcome.NOT_PROVEN
    else:
        outcome = Outcome(verdict.ship.value)
        failed = _gates(verdict, GateStatus.UNMET) + failed
        open_ = _gates(verdict, GateStatus.NOT_PROVEN, GateStatus.NOT_MEASURED) + open_
    if outcome.tone == "good":
        return Headline(outcome, _successes(judged, verdict), stands.where, stands.remarks)
    return Headline(outcome, failed + open_ + _cause(diagnosis), stands.where, stands.remarks)


def _gates(verdict: GatesVerdict, *statuses: GateStatus) -> tuple[str, ...]:
    total = len(verdict.results)
    return tuple(
        f"{len(found)} of {count_text(total, 'gate')} {status.value}"
        for status in statuses
        if (found := verdict.of(status))
    )


def _cause(diagnosis: Diagnosis | None) -> tuple[str, ...]:
    """What the diagnosis found, in one reason."""
    if diagnosis is None or diagnosis.empty:
        return ()
    titles = list(dict.fromkeys(finding.title for finding in diagnosis.findings))
    if not titles:
        return ("no known mistake explains it",)
    more = f" and {count_text(len(titles) - 1, 'more mistake')}" if len(titles) > 1 else ""
    return (f"diagnosis: {titles[0]}{more}",)


def _successes(judged: JudgedRun, verdict: GatesVerdict | None) -> tuple[str, ...]:
    reasons = []
    if verdict is not None:
        reasons.append(verdict.met)
    if judged.run.tests:
        passed = len(judged.tests(("passed",)))
        reasons.append(f"{count_text(passed, 'test')} passed")
        flaky = len(judged.tests((FLAKY,)))
        if flaky:
            reasons.append(f"{count_text(flaky, 'test')} passed only when run again")
    if judged.images:
        reasons.append(_agreement(judged.images, "image", "answer"))
    if judged.samples:
        reasons.append(_agreement(judged.samples, "sample", "output"))
    return tuple(reasons)


def _agreement(measured: Sequence[JudgedImage | JudgedSample], what: str, part: str) -> str:
    differing = sum(one.differs for one in measured)
    many = count_text(len(measured), what)
    if differing:
        return f"{many}: {differing:,} differ from the oracle, within the tolerances"
    return f"{many}: every {part} is the oracle's, bit for bit"
