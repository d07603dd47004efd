"""What a diagnosis has gathered: hypotheses become findings, the rest is unexplained."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from hil.diagnose.case import Case, Point, Traced
from hil.diagnose.catalogue import finding
from hil.diagnose.hypothesis import SURE_BITS, C, Hypothesis, Match, finding_of, search
from hil.errors import HilError
from hil.facts.diagnosis import Finding, Unexplained

BUG = "a bug of camhil"
"""How an exception in a part of the diagnosis is told."""

T = TypeVar("T")
Family = Callable[[Sequence[Point]], Iterator[Hypothesis[Point]]]

_GENERAL = ("cam.offset", "cam.channels-cut", "location.offset", "location.next-cell")
"""Also true where something special is: no news then."""


@dataclass
class Outcome:
    """What the stages gave so far.

    Attributes:
        findings: in the order of the board's work.
        unexplained: what no hypothesis explains.
        tested: how many hypotheses were tried.
        tails: by case, the score tensor that follows from the operators' mistakes.
        settled: stages that what the board remembers explains.
        varying: by stage, the facts where the same question gets different answers.
        notes: by stage, what is known of the history of its wrong answers.
    """

    findings: list[Finding] = field(default_factory=list)
    unexplained: list[Unexplained] = field(default_factory=list)
    tested: int = 0
    tails: dict[Case, tuple[int, ...]] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)
    varying: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def search(
        self,
        hypotheses: Iterable[Hypothesis[C]],
        failing: Sequence[C],
        passing: Sequence[C],
        bits: float,
        information: Callable[[Hypothesis[C], Sequence[C]], float] | None = None,
    ) -> tuple[list[Match[C]], list[Match[C]]]:
        """As `hypothesis.search`, and counted: (sure, too weak)."""
        sure, weak, tried = search(hypotheses, failing, passing, bits, self.bug, information)
        self.tested += tried
        return sure, weak

    def guard(self, what: str, explain: Callable[[], T]) -> T | None:
        """What `explain` gives; None where it raises, which is told and loses nothing else.

        A HilError goes on: the run is damaged.
        """
        try:
            return explain()
        except HilError:
            raise
        except Exception as error:  # noqa: BLE001
            self.bug(what, error)
            return None

    def bug(self, what: str, error: Exception) -> None:
        """Adds that a part of the diagnosis raised; the same one is told once."""
        found = Unexplained(what, f"{BUG}: {type(error).__name__}: {error}", (), ())
        if found not in self.unexplained:
            self.unexplained.append(found)

    def explain(
        self, stage: str, what: str, points: Sequence[Point], bits: float, tiers: Iterable[Family]
    ) -> None:
        """As `attempt`; what is not explained is told with its facts."""
        hints: list[str] = []
        failing = [p for p in points if p.failing]
        if not failing or stage in self.settled:
            return
        if self.attempt(stage, points, bits, tiers, hints) is not None:
            return
        facts = [_fact(point) for point in failing[:3]]
        self.puzzle(stage, what, [p.case for p in failing], *facts, *hints)

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
        failing = sorted((p for p in points if p.failing), key=variety, reverse=True)
        passing = [p for p in points if not p.failing]
        if not failing or stage in self.settled:
            return None
        if stage in self.varying and bits < SURE_BITS:
            return None  # what hangs on the history is no mistake in this stage alone
        noted = [] if hints is None else hints
        count = len(failing)
        for family in tiers:
            sure, weak = self.search(family(points), failing, passing, bits)
            if sure:
                found = _findings(stage, sure, names(p.case for p in failing), len(passing))
                if found:
                    self.findings += found
                    return sure[0].hypothesis
                noted.append(_ambiguous(sure))
            noted += [
                f"'{match.hypothesis.title}' would explain {count} of {count}, too few to tell it "
                "from chance"
                for match in weak[:3]
            ]
        return None

    def add(
        self, name: str, stage: str, evidence: str, cases: Iterable[Case], /, **parameters: object
    ) -> None:
        """Adds a finding of the catalogue, for these failing cases."""
        self.findings.append(finding(name, stage, evidence, names(cases), **parameters))

    def puzzle(self, stage: str, what: str, cases: Iterable[Traced], *facts: str) -> None:
        """Adds failures that nothing explains, with what is known of their history."""
        cases = tuple(cases)
        history = self.varying.get(stage, self.notes.get(stage, ()))
        if stage in self.varying:
            what = f"{what}; the same question gets different answers"
        unsteady = sum(case.repeated is False for case in cases)
        asked = sum(case.repeated is not None for case in cases)
        if unsteady and not history:
            history = (f"{unsteady} of {asked} gave another answer when they were sent again",)
        self.unexplained.append(Unexplained(stage, what, names(cases), (*facts, *history)))


def names(cases: Iterable[Traced]) -> tuple[str, ...]:
    return tuple(case.name for case in cases)


def _findings(
    stage: str, matches: Sequence[Match[Point]], images: tuple[str, ...], passing: int
) -> list[Finding]:
    """One finding, or one for each of two mistakes; none if pairs of other ids fit too."""
    first, contradicted = matches[0].hypothesis, matches[0].contradicted
    count = len(images)
    told = matches[0].told
    evidence = f"explains {told} of {count} wrong image{'s' * (count > 1)}, exactly"
    evidence += "; before the others nothing ran" if told < count else ""
    evidence += " (both together)" if first.together else ""
    if contradicted:
        evidence += f"; it happens at times: {contradicted} other images are right"
    elif passing:
        evidence += f", and {passing} right answer{'s' * (passing > 1)} too"
    if first.together:
        if len({frozenset(h.id for h in m.hypothesis.together) for m in matches}) > 1:
            return []
        return [finding_of([part], stage, evidence, images) for part in first.together]
    special = [m.hypothesis for m in matches[1:] if m.hypothesis.id not in _GENERAL]
    return [finding_of([first, *special], stage, evidence, images)]


def _ambiguous(matches: Sequence[Match[Point]]) -> str:
    pairs = dict.fromkeys(
        " with ".join(f"'{h.title}'" for h in m.hypothesis.together) for m in matches
    )
    return "two mistakes that cannot be told from others: " + "; or ".join(list(pairs)[:3])


def variety(point: Point) -> int:
    """How many different bytes the image has: a black one tells nothing apart."""
    return len(set(point.case.tensor.tobytes()))


def _fact(point: Point) -> str:
    """One failure in numbers."""
    right, observed = point.right, point.observed
    if hasattr(right, "shape"):
        return f"{point.case.name}: {difference_of(right, observed)}"
    return f"{point.case.name}: {observed} instead of {right}"


def difference_of(right: Any, observed: Any) -> str:
    """How many elements of a tensor differ, by how much, and the first of them."""
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
