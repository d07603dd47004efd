"""What a diagnosis has gathered: hypotheses become findings, the rest is unexplained."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hil.diagnose.case import Case
from hil.diagnose.catalogue import CATALOGUE
from hil.diagnose.engine import Explained
from hil.diagnose.hypothesis import Hypothesis, Match, search
from hil.diagnose.point import Point
from hil.facts.diagnosis import Finding, Unexplained

Family = Callable[[Sequence[Point]], Iterator[Hypothesis[Point]]]


@dataclass
class Outcome:
    """What the stages gave so far."""

    findings: list[Finding] = field(default_factory=list)
    unexplained: list[Unexplained] = field(default_factory=list)
    tested: list[int] = field(default_factory=lambda: [0])
    tails: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """By case: the score tensor that follows from the operators' mistakes."""

    def explain(
        self, stage: str, what: str, points: Sequence[Point], bits: float, tiers: Iterable[Family]
    ) -> None:
        """As `attempt`; what is not explained is told with its facts."""
        hints: list[str] = []
        failing = [p for p in points if p.failing]
        if failing and self.attempt(stage, points, bits, tiers, hints) is None:
            unsteady = [p.case for p in failing if p.case.repeated is False]
            if unsteady:
                cases = [p.case for p in failing]
                self.findings.append(not_repeatable(stage, unsteady, cases))
                return
            facts = [_fact(point) for point in failing[:3]]
            self.unexplained.append(Unexplained(stage, what, _names(failing), (*facts, *hints)))

    def attempt(
        self,
        stage: str,
        points: Sequence[Point],
        bits: float,
        tiers: Iterable[Family],
        hints: list[str] | None = None,
    ) -> Hypothesis[Point] | None:
        """Tries the families in turn until one explains all failing points, and adds that.

        `hints` gets what would fit, but is not sure.
        """
        failing = sorted((p for p in points if p.failing), key=_variety, reverse=True)
        passing = [p for p in points if not p.failing]
        if not failing:
            return None
        noted = [] if hints is None else hints
        for family in tiers:
            sure, weak = search(
                family(points), failing, passing, _observed, bits=bits, tested=self.tested
            )
            if sure:
                found = _findings(stage, sure, _names(failing))
                if found:
                    self.findings.extend(found)
                    return sure[0].hypothesis
                noted.append(_ambiguous(sure))
            noted += [
                f"'{match.hypothesis.title}' would explain {match.failing} of {match.failing}, "
                "too few to tell it from chance"
                for match in weak[:3]
            ]
        return None

    def take(self, explained: Explained) -> bool:
        """Adds what the traces say; whether they say anything."""
        self.findings += explained.findings
        self.unexplained += explained.unexplained
        self.tails.update(explained.scores)
        return bool(explained.findings or explained.unexplained)


def make_finding(
    name: str, stage: str, evidence: str, cases: Sequence[Case], **parameters: object
) -> Finding:
    """A finding of the catalogue, for these failing cases."""
    entry = CATALOGUE[name]
    title = entry.title.format(**parameters)
    count = len(cases)
    return Finding(
        name, stage, title, evidence, entry.where_to_look, count, count, case_names(cases)
    )


def _findings(stage: str, matches: Sequence[Match[Point]], names: tuple[str, ...]) -> list[Finding]:
    """One finding, or one for each of two mistakes; none if pairs of other ids fit too."""
    first = matches[0].hypothesis
    if first.together:
        if len({frozenset(h.id for h in m.hypothesis.together) for m in matches}) > 1:
            return []
        note = " (both together)"
        return [_finding(stage, part, matches[0], note, names) for part in first.together]
    finding = _finding(stage, first, matches[0], "", names)
    others = {m.hypothesis.id: m.hypothesis.title for m in matches[1:]}
    alternatives = tuple(
        (name, title) for name, title in others.items() if name not in (first.id, *_GENERAL)
    )
    return [dataclasses.replace(finding, alternatives=alternatives)]


_GENERAL = ("cam.offset", "cam.channels-cut", "location.offset", "location.next-cell")
"""Also true where something special is: no news then."""


def _finding(
    stage: str,
    hypothesis: Hypothesis[Point],
    match: Match[Point],
    note: str,
    names: tuple[str, ...],
) -> Finding:
    count = match.failing
    plural = "wrong image" if count == 1 else "wrong images"
    evidence = f"explains {count} of {count} {plural}, exactly{note}"
    if match.contradicted:
        evidence += f"; it happens at times: {match.contradicted} other images are right"
    elif match.passing:
        evidence += f", and {match.passing} right answer{'s' * (match.passing > 1)} too"
    return Finding(
        hypothesis.id,
        stage,
        hypothesis.title,
        evidence,
        hypothesis.where_to_look,
        count,
        count,
        names,
    )


def _ambiguous(matches: Sequence[Match[Point]]) -> str:
    pairs = dict.fromkeys(
        " with ".join(f"'{h.title}'" for h in m.hypothesis.together) for m in matches
    )
    return "two mistakes that cannot be told from others: " + "; or ".join(list(pairs)[:3])


def not_repeatable(stage: str, unsteady: Sequence[Case], wrong: Sequence[Case]) -> Finding:
    asked = sum(case.repeated is not None for case in wrong)
    evidence = f"{len(unsteady)} of {asked} images gave another answer when they were sent again"
    return make_finding("engine.not-repeatable", stage, evidence, wrong)


def overwritten(found: tuple[int, int], what: str, wrong: Sequence[Case]) -> Finding:
    evidence = f"in {len(wrong)} of {len(wrong)} failures nothing else differs"
    return make_finding(
        "memory.overwritten", "engine", evidence, wrong, first=found[0], last=found[1], what=what
    )


def _observed(point: Point) -> Any:
    return point.observed


def _variety(point: Point) -> int:
    """How many different bytes the image has: a black one tells nothing apart."""
    return len(set(point.case.tensor.tobytes()))


def _names(points: Sequence[Point]) -> tuple[str, ...]:
    return tuple(point.case.name for point in points)


def case_names(cases: Sequence[Case]) -> tuple[str, ...]:
    return tuple(case.name for case in cases)


def _fact(point: Point) -> str:
    """One failure in numbers."""
    right, observed = point.right, point.observed
    if hasattr(right, "shape"):
        return f"{point.case.name}: {difference_of(right, observed)}"
    return f"{point.case.name}: {observed} instead of {right}"


def difference_of(right: Any, observed: Any) -> str:
    off = np.abs(observed.astype(np.int64) - right.astype(np.int64))
    count = int(np.count_nonzero(off))
    if count == 0:
        return "no difference"
    place = np.unravel_index(int(np.flatnonzero(off)[0]), off.shape)
    return (
        f"{count} of {off.size} elements differ, by {float(off[off > 0].mean()):.1f} on average "
        f"and {int(off.max())} at most; first at {tuple(int(n) for n in place)}: "
        f"{int(observed[place])} instead of {int(right[place])}"
    )
