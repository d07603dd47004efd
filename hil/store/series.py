"""One metric over the runs of one board: what is comparable, in order, with its steps. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from hil.judge.baseline.comparable import aspects
from hil.store.steps import Step, find_steps
from hil.store.store import StoredFigure, StoredRun

_EXACT = ("memory", "parity")


@dataclass(frozen=True, slots=True)
class Series:
    """Comparable results of one metric, oldest first.

    `board` is the key of its baseline, `label` says on what it was measured.
    """

    metric: str
    board: str
    label: str
    runs: tuple[StoredRun, ...]
    figures: tuple[StoredFigure, ...]
    steps: tuple[Step, ...]

    @property
    def unit(self) -> str:
        return self.figures[-1].unit

    @property
    def values(self) -> tuple[float, ...]:
        return tuple(figure.value for figure in self.figures)


def series_of(
    metric: str, runs: Sequence[StoredRun], figures: Mapping[str, StoredFigure]
) -> tuple[Series, ...]:
    """A metric's series, the one with the newest run last."""
    groups: dict[tuple[str, ...], list[StoredRun]] = {}
    for run in runs:
        figure = figures.get(run.digest)
        if figure is not None:
            # Re-inserted, so that groups are in the order of their newest runs.
            key = (run.board, *(value for _, value in aspects(figure.kind, run.setting)))
            groups[key] = [*groups.pop(key, []), run]
    return tuple(_series(metric, group, figures) for group in groups.values())


def _series(metric: str, runs: Sequence[StoredRun], figures: Mapping[str, StoredFigure]) -> Series:
    measured = tuple(figures[run.digest] for run in runs)
    kind = measured[-1].kind
    values = [figure.value for figure in measured]
    on = [f"{name} {value}" for name, value in aspects(kind, runs[-1].setting)]
    return Series(
        metric=metric,
        board=runs[-1].board,
        label=", ".join(on),
        runs=tuple(runs),
        figures=measured,
        steps=_changes(values) if kind in _EXACT else find_steps(values),
    )


def _changes(values: Sequence[float]) -> tuple[Step, ...]:
    """What has no noise steps wherever it changes."""
    pairs = enumerate(pairwise(values), start=1)
    return tuple(Step(i, before, after, 0.0) for i, (before, after) in pairs if before != after)
