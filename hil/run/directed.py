"""The directed samples of a run: searched for from its own samples and pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.samples.seeded import Sample, sample_names

if TYPE_CHECKING:
    from hil.run.testbench import Bench

DIRECTED = "directed"
"""Kind of these samples."""

_MOST_PHOTOS = 12  # to start from: each is run once more


@dataclass(frozen=True)
class DirectedSamples:
    """By kind of goal (`hil.oracle.goals.KINDS`).

    `of_kind`: (sample, whether it was made for this) for each goal that was reached. `missed`:
    names of the others. `trouble`: why the search broke off; empty if it did not.
    """

    of_kind: dict[str, tuple[tuple[Sample, bool], ...]]
    missed: dict[str, tuple[str, ...]]
    trouble: str = ""


def directed_samples(bench: Bench) -> DirectedSamples:
    """The search, or what is kept of it."""
    from hil.oracle.directed import directed

    bench.progress("looking for samples at the edges of the network ...")
    starts = _starts(bench)
    found = directed(
        bench.oracle.contract, starts, seed=bench.options.seed, thorough=bench.options.thorough
    )
    of_kind: dict[str, dict[int, tuple[Sample, bool]]] = {}
    for one in found.reached:
        made = bool(one.made)
        name, data = (one.goal, one.data) if made else (one.start, starts[one.start])
        sample = Sample(name, DIRECTED, data)
        bench.answers.name(data, name)
        of_kind.setdefault(one.kind, {}).setdefault(sample.crc, (sample, made))
    missed: dict[str, tuple[str, ...]] = {}
    for kind, goal in found.missed:
        missed[kind] = (*missed.get(kind, ()), goal)
    kinds = {kind: tuple(samples.values()) for kind, samples in of_kind.items()}
    return DirectedSamples(kinds, missed, found.trouble)


def _starts(bench: Bench) -> dict[str, bytes]:
    from hil.images import load, synthetic

    starts = {name: bench.sample(name).data for name in sample_names(bench.options.samples)}
    starts = starts or {"uniform-0": bench.sample("uniform-0").data}
    image = bench.oracle.contract.image
    if image is not None:
        made = synthetic(size=image.size, channels=image.channels)
        taken = (load(entry.path, resize=True) for entry in bench.photos[:_MOST_PHOTOS])
        for photo in (*made, *taken):
            starts[photo.name] = bench.tensor(photo)
    return starts
