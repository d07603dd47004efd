"""From a run to a snapshot, and from a figure to the numbers that stand for it. Pure."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hil.judge.baseline.model import Figure, Snapshot
from hil.judge.baseline.setting import setting_of

if TYPE_CHECKING:
    from hil.facts.run import Run
    from hil.judge.measure.values import Samples

_SIGNIFICANT_DIGITS = 9
_PARTS = 5
_LEAST_IN_A_PART = 4


def snapshot(run: Run) -> Snapshot:
    """What a run measured and on what.

    Raises:
        UsageError: the run does not say which board answered.
    """
    return Snapshot(run.header.started, run.header.camhil, setting_of(run), figures(run))


def figures(run: Run) -> tuple[tuple[str, Figure], ...]:
    """All that a run measured, sorted by name.

    A metric of which a test recorded NaN or infinity counts as not measured.
    """
    from hil.judge.measure.samples import samples

    return tuple(
        (name, figure(entry))
        for name, entry in sorted(samples(run).items())
        if all(map(math.isfinite, entry.values))
    )


def figure(measured: Samples) -> Figure:
    """One metric, without the order and the images of its values."""
    metric = measured.metric
    ends = measured.interval
    return Figure(
        unit=metric.unit,
        direction=metric.direction,
        kind=metric.kind,
        aggregate=metric.aggregate,
        noise=metric.noise,
        values=tuple(sorted(map(rounded, measured.values))),
        drift=rounded(drift(measured.values)) if metric.noise == "spread" else 0.0,
        successes=measured.successes,
        trials=None if measured.successes is None else measured.trials,
        interval=None if ends is None else (rounded(ends[0]), rounded(ends[1])),
    )


def rounded(value: float) -> float:
    """As a snapshot keeps it: integers exactly, fractions to 9 significant digits.

    More would be noise in version control, and in a comparison of a run with a file.
    """
    if value == int(value):
        return float(value)
    return float(f"{value:.{_SIGNIFICANT_DIGITS}g}")


def drift(values: Sequence[float]) -> float:
    """How far a series wanders: the range of the medians of five consecutive parts.

    Values one after another are not independent: a board warms up, a host gets busy.
    What a run does by itself, it can do against another run as well.
    """
    size = len(values) // _PARTS
    if size < _LEAST_IN_A_PART:
        return 0.0
    starts = [round(part * len(values) / _PARTS) for part in range(_PARTS)]
    medians = [statistics.median(values[start : start + size]) for start in starts]
    return max(medians) - min(medians)


def typical(of: Figure) -> tuple[float, float | None]:
    """(value, 95th percentile) for lists and trends; the second for series only.

    The value is the share of a rate, the median of a series, otherwise the largest,
    smallest or sum, as the catalogue says.
    """
    if of.trials is not None and of.successes is not None:
        return of.successes / of.trials, None
    if of.aggregate == "quantiles":
        # Nearest rank: a value that was measured.
        rank = max(1, math.ceil(0.95 * len(of.values)))
        return statistics.median(of.values), of.values[rank - 1]
    return exact(of), None


def exact(of: Figure) -> float:
    """The one number of a figure that is not a series."""
    if of.aggregate == "max":
        return of.values[-1]
    if of.aggregate == "min":
        return of.values[0]
    return math.fsum(of.values)
