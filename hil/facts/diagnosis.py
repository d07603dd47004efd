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
class Ask:
    """One inference of an experiment: a sample that the run knows, by the CRC-32 of its bytes.

    `threshold`: percent; None for the network's own.
    """

    image_crc: int
    threshold: int | None = None
    cam: bool = True


@dataclass(frozen=True, slots=True)
class Probe:
    """One step of an experiment.

    Attributes:
        action: "ask"; "reset" the board; "refusal": a request that it has to refuse; "pause": no
            request for a while; "bisect": look for the threshold at which the decision changes.
        ask: the inference, of "ask" and "bisect".
        before: what is asked before each inference of a "bisect"; None for nothing.
    """

    action: str
    ask: Ask | None = None
    before: Ask | None = None


@dataclass(frozen=True, slots=True)
class Experiment:
    """Steps that the board should be taken through, in one go. `what`: for people."""

    what: str
    steps: tuple[Probe, ...]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Findings in the order of the board's work: what comes first is to be mended first.

    A healthy run has neither findings nor anything unexplained. `tested` counts the
    hypotheses that were tried, parameters included. `wanted`: what the board should be asked for
    the diagnosis to know more.
    """

    findings: tuple[Finding, ...] = ()
    unexplained: tuple[Unexplained, ...] = ()
    divergences: tuple[DivergenceRecord, ...] = ()
    tested: int = 0
    seconds: float = 0.0
    wanted: tuple[Experiment, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the findings, each once."""
        return tuple(dict.fromkeys(finding.id for finding in self.findings))

    @property
    def empty(self) -> bool:
        return not self.findings and not self.unexplained
