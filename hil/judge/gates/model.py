"""Gates, and what becomes of them, as frozen dataclasses."""

from __future__ import annotations

import dataclasses
import enum
from dataclasses import dataclass
from typing import Literal

from hil.facts.stand_in import said
from hil.judge.measure.catalog import Metric

Statistic = Literal["median", "p95", "max", "min", "sum", "proportion", "value", "not worse"]

DEFAULT_CONFIDENCE = 0.95


class Ship(str, enum.Enum):
    """The verdict on a run."""

    SHIP = "SHIP"
    DO_NOT_SHIP = "DO NOT SHIP"
    NOT_PROVEN = "NOT PROVEN"


class GateStatus(str, enum.Enum):
    """What became of a gate. Only MET is good; NOT_ASKED is nothing that this network has."""

    MET = "met"
    UNMET = "unmet"
    NOT_PROVEN = "not proven"
    NOT_MEASURED = "not measured"
    NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True)
class Gate:
    """One metric has to stay within its limits.

    Attributes:
        metric: from the catalogue, with its label, or a user's.
        statistic: the number that is held against the limits: median or p95 of a
            latency, else the metric's own aggregate.
            "not worse": no limit, but the comparison with a baseline.
        min, max: in the metric's unit, inclusive; at least one is given, unless the
            gate is against the baseline.
        why: the reason for the limit, for people; may be empty.
        where: file and line.
    """

    metric: Metric
    statistic: Statistic
    min: float | None = None
    max: float | None = None
    why: str = ""
    where: str = ""

    @property
    def name(self) -> str:
        """As in tables: "invoke_us p95", "accuracy"."""
        quantile = self.statistic in ("median", "p95", "not worse")
        return f"{self.metric.name} {self.statistic}" if quantile else self.metric.name


@dataclass(frozen=True, slots=True)
class Gates:
    """A gates file. `confidence`: of all intervals, two-sided."""

    gates: tuple[Gate, ...]
    confidence: float = DEFAULT_CONFIDENCE
    source: str = ""


@dataclass(frozen=True, slots=True)
class GateResult:
    """One gate on one run.

    Attributes:
        measured: the statistic; None where it was not measured.
        interval: (low, high) of the statistic; None for what has no noise, or where
            there is none.
        margin: how far the deciding number is inside of the nearer limit, in the
            metric's unit; negative beyond it. The deciding number is the bound of the
            interval, or what was measured where there is none.
        samples: how many values or trials there were.
        needed: how many would do, at what was measured; None if unknown or enough.
        explanation: one sentence.
        clock: whose time was measured, where it is no chip's ("host's"); empty otherwise.
    """

    gate: Gate
    status: GateStatus
    measured: float | None
    interval: tuple[float, float] | None
    margin: float | None
    samples: int
    explanation: str
    needed: int | None = None
    clock: str = ""


@dataclass(frozen=True, slots=True)
class GatesVerdict:
    """The verdict, its gates in the order of the file, and what else stands against it.

    `failures`: answers that are wrong, and tests that failed by anything else, one line each;
    with one of them a run is DO NOT SHIP. `counts`: how many of what, in words, the same in
    every report.
    `trouble`: what could not be measured; with it a run is at best NOT PROVEN.
    `unproven`: what was not tried, since this machine lacks something for it, what was tried
    and proves nothing, and what passed only when it was tried again; likewise.
    `remarks`: what it says nothing of, and need not.
    `where`: what stood in for a chip, "on the simulated board"; empty for a chip that was there.
    """

    ship: Ship
    results: tuple[GateResult, ...]
    failures: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    trouble: tuple[str, ...] = ()
    unproven: tuple[str, ...] = ()
    where: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """The verdict in words, wherever it is shown: "SHIP, on the simulated board"."""
        return said(self.ship.value, self.where)

    def without_proof(self, why: str) -> GatesVerdict:
        """The verdict on what was measured and proves nothing: SHIP no longer."""
        ship = Ship.NOT_PROVEN if self.ship is Ship.SHIP else self.ship
        return dataclasses.replace(self, ship=ship, unproven=(*self.unproven, why))

    def with_trouble(self, *trouble: str) -> GatesVerdict:
        """The verdict when there is more that could not be measured: SHIP no longer."""
        ship = Ship.NOT_PROVEN if trouble and self.ship is Ship.SHIP else self.ship
        return dataclasses.replace(self, ship=ship, trouble=(*self.trouble, *trouble))

    def of(self, status: GateStatus) -> tuple[GateResult, ...]:
        return tuple(result for result in self.results if result.status is status)

    @property
    def met(self) -> str:
        """In words, where nothing stands against it: "all 11 gates met, 5 not asked"."""
        met, not_asked = len(self.of(GateStatus.MET)), len(self.of(GateStatus.NOT_ASKED))
        if not met:
            return f"{not_asked} of {not_asked} gates not asked"
        text = f"all {met} gates met" if met > 1 else "the gate is met"
        return f"{text}, {not_asked} not asked" if not_asked else text
