"""What a diagnosis says. Plain facts, for the terminal, the report and tests."""

from __future__ import annotations

from dataclasses import dataclass

from hil.facts.evidence import DivergenceRecord


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake that explains all failures of one stage.

    Attributes:
        id: of `hil.diagnose.catalogue.CATALOGUE`.
        stage: where in the board's work it shows: "input", "engine", "scores", "map",
            "decision", "location", "timing", "identity", "memory" or "board".
        title: the mistake in words, with its parameters.
        evidence: what speaks for it, such as "explains 23 of 23 wrong images, exactly".
        where_to_look: the place.
        explained: failing answers that it predicts.
        failures: failing answers of this stage.
        images: names of the images that fail in this stage.
        alternatives: other mistakes (id, title) that predict the same for these images.
    """

    id: str
    stage: str
    title: str
    evidence: str
    where_to_look: str
    explained: int = 0
    failures: int = 0
    images: tuple[str, ...] = ()
    alternatives: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Unexplained:
    """Failures of one stage that no known mistake explains, with the facts."""

    stage: str
    what: str
    images: tuple[str, ...]
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Findings in the order of the board's work: what comes first is to be mended first.

    A healthy run has neither findings nor anything unexplained. `tested` counts the
    hypotheses that were tried, parameters included.
    """

    findings: tuple[Finding, ...] = ()
    unexplained: tuple[Unexplained, ...] = ()
    divergences: tuple[DivergenceRecord, ...] = ()
    tested: int = 0
    seconds: float = 0.0

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the findings, each once."""
        return tuple(dict.fromkeys(finding.id for finding in self.findings))

    @property
    def empty(self) -> bool:
        return not self.findings and not self.unexplained
