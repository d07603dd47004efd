"""Snapshots of runs, and what changed between two of them."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from hil.facts.stand_in import said, stand_in


class Outcome(str, enum.Enum):
    """What a change means. Only a change that is not noise is better or worse."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"
    NOT_COMPARABLE = "not comparable"


@dataclass(frozen=True, slots=True)
class Setting:
    """What a run was measured on, as far as results depend on it.

    Attributes:
        target: kind of board, from its identity ("sim", "esp32cam").
        chip: that the build is for.
        engine: with its version.
        firmware_version, build_id: of the app (`build_id` hex); new ones are comparable.
        model_sha256: hex.
        clock: "240 MHz" where the board counts cycles; the host for the simulated
            board; "virtual, 240 MHz" or "none, ..." for an emulated one; empty if unknown.
        baud: rate of the link.
        arena_bytes: that the firmware reserves.
        capabilities: of the firmware, sorted.
        partitions: "label size" of each partition that was flashed, sorted.
        images: digest of the set of images, whatever their order; empty without any.
        image_count: how many.
    """

    target: str
    chip: str
    engine: str
    firmware_version: str
    build_id: str
    model_sha256: str
    clock: str
    baud: int
    arena_bytes: int
    capabilities: tuple[str, ...]
    partitions: tuple[str, ...]
    images: str
    image_count: int

    @property
    def stand_in(self) -> str:
        """What stood in for a chip ("simulated board"); empty for a chip."""
        return stand_in(self.target, self.clock.partition(",")[0])


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric of a run.

    Attributes:
        unit, direction, kind, aggregate, noise: as in `hil.judge.measure.catalog`.
        values: sorted; empty for a rate.
        drift: how far the values wander within the run, in their unit: the range of
            the medians of five consecutive fifths. 0 for short series.
        successes, trials: of a rate.
        interval: 95 % confidence interval of a score.
    """

    unit: str
    direction: str
    kind: str
    aggregate: str
    noise: str
    values: tuple[float, ...] = ()
    drift: float = 0.0
    successes: int | None = None
    trials: int | None = None
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a run measured: `figures` are (metric, figure), sorted by name.

    `started`: UTC, ISO 8601. `camhil`: the version that measured.
    """

    started: str
    camhil: str
    setting: Setting
    figures: tuple[tuple[str, Figure], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One metric in two runs. Numbers are in the metric's `unit`.

    Attributes:
        before, after: median, total or share; None where it was not measured.
        change: after minus before, for series the Hodges-Lehmann shift.
        interval: confidence interval of `change`; None where there is none.
        reason: why, in words.
    """

    metric: str
    unit: str
    before: float | None
    after: float | None
    change: float | None
    interval: tuple[float, float] | None
    outcome: Outcome
    reason: str

    @property
    def relative(self) -> float | None:
        """The change as a fraction of `before`; None where that says nothing."""
        if self.change is None or not self.before:
            return None
        return self.change / abs(self.before)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs side by side.

    Attributes:
        before: what was compared with: a file or a name.
        differences: what differs in the setting, each "what: before -> after".
        changes: one per metric.
        where: the later one was measured, as in `hil.facts.stand_in`.
    """

    before: str
    differences: tuple[str, ...]
    changes: tuple[Change, ...]
    where: str = ""

    def of(self, outcome: Outcome) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.outcome is outcome)

    def change(self, metric: str) -> Change | None:
        return next((change for change in self.changes if change.metric == metric), None)

    def headline(self) -> str:
        """ "3 worse, 1 better, 20 same, 2 not comparable"."""
        order = (Outcome.WORSE, Outcome.BETTER, Outcome.SAME, Outcome.NOT_COMPARABLE)
        counts = ", ".join(f"{len(self.of(outcome))} {outcome.value}" for outcome in order)
        return said(counts, self.where)
