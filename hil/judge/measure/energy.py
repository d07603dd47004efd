"""What a run says of the energy of an inference: as a metric, and in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hil.facts.stand_in import stand_in
from hil.judge.measure.catalog import CATALOG
from hil.judge.measure.values import Samples

if TYPE_CHECKING:
    from hil.facts.energy import EnergyFacts
    from hil.facts.records import BoardFacts
    from hil.facts.run import Run

_FEWEST_VALUES = 10
"""Inferences below which nothing is said of how far the mean would be with others."""


def energy_samples(run: Run, confidence: float) -> Iterator[Samples]:
    """The mean energy of an inference; nothing where `without_energy` says why.

    Its interval is that of the mean (bootstrap), wider by what clocks and sampling leave open:
    that is the same for all inferences, so that no number of them makes it smaller.
    """
    if without_energy(run):
        return
    import numpy as np

    from hil.judge.stats.bootstrap import percentile_interval, resampled_means

    values = np.array([one.energy_uj for one in run.energies])
    fixed = float(np.mean([one.sync_uj + one.sampling_uj for one in run.energies]))
    interval = None
    if len(values) >= _FEWEST_VALUES:
        means = resampled_means(values[:, None])[:, 0]
        low, high = percentile_interval(means, confidence)
        interval = (low - fixed, high + fixed)
    yield Samples(
        CATALOG["energy_uj"],
        (float(values.mean()),),
        trials=len(values),
        interval=interval,
        confidence=confidence,
        fixed=fixed,
    )


def without_energy(run: Run) -> str:
    """Why a run has no energy that counts; empty where it has."""
    if run.energy is None:
        return "no meter was there: run it with --energy"
    return not_of_chip(run.board) or ("" if run.energies else why_missed(run.energy))


def not_of_chip(board: BoardFacts | None) -> str:
    """What to say of energy that no chip took; empty for a chip's, and where no board answered."""
    kind = "" if board is None else stand_in(board.target, board.time_base)
    return f"synthetic: no {kind} takes what a meter measures" if kind else ""


def why_missed(facts: EnergyFacts) -> str:
    """Why inferences have no energy, the most frequent cause first; empty where all have."""
    causes = sorted(facts.missed, key=lambda cause: -cause[1])
    return "; ".join(f"{count} without energy: {why}" for why, count in causes) or (
        "there was no inference that it could be measured of"
    )


def energy_text(run: Run) -> str:
    """In a line: the mean, how sure it is, and of what; empty without a meter."""
    if run.energy is None:
        return ""
    facts, energies = run.energy, run.energies
    if not energies:
        return f"not measured by {facts.meter}: {why_missed(facts)}"
    mean, sync, sampling = (
        sum(getattr(one, name) for one in energies) / len(energies)
        for name in ("energy_uj", "sync_uj", "sampling_uj")
    )
    how = "the marker" if facts.by_marker else f"clocks that may be {facts.sync_us:,.0f} us apart"
    parts = [
        f"{mean:,.0f} uJ an inference (mean of {len(energies)}), +-{sync:,.0f} by {how}, "
        f"+-{sampling:,.0f} by {facts.rate_hz:,.0f} samples a second of {facts.meter}"
    ]
    if facts.missed:
        parts.append(why_missed(facts))
    made_up = not_of_chip(run.board)
    return "; ".join([*parts, made_up] if made_up else parts)
