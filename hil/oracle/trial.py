"""A network tried out on the host: what it needs, and whether it tells its inputs apart."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from hil.facts.records import VarietyFacts
from hil.facts.sameness import no_variety
from hil.images import synthetic
from hil.network.arrays import picture_input
from hil.network.contract import Contract
from hil.network.random_samples import random_samples
from hil.oracle.interpreter import micro_installed
from hil.oracle.micro import probe
from hil.oracle.oracle import Oracle
from hil.oracle.variety import differing_operators, variety

_RANDOM = 6
_SEEDS = range(1, 4)


@dataclass(frozen=True)
class Trial:
    """What came of it.

    Attributes:
        resolver: which kernels ran it.
        arena: bytes of tensor arena that TensorFlow Lite Micro needs here; 0 without its wheel. A
            chip's pointers are half as wide, so it needs a few per cent less there.
        seen: which outputs were the same for all samples.
        unsure: operators in which these kernels are known to differ from a chip's.
    """

    resolver: str
    arena: int
    seen: VarietyFacts
    unsure: tuple[str, ...]

    @property
    def dead(self) -> str:
        """In words: that an output never changes; empty where all do."""
        return no_variety(self.seen) if self.seen.constant_outputs else ""


def try_network(contract: Contract) -> Trial:
    """Runs a network on pictures, if it takes pictures, and on noise.

    Raises UsageError where the interpreter refuses it.
    """
    oracle, samples = Oracle(contract), tuple(_samples(contract))
    seen = variety(oracle.run(sample) for sample in samples)
    if seen.constant_outputs:
        inside = differing_operators(oracle, samples)
        seen = dataclasses.replace(seen, differing_operators=inside)
    arena = probe(contract.model, contract.graph).arena if micro_installed() else 0
    return Trial(oracle.resolver, arena, seen, oracle.unsure)


def _samples(contract: Contract) -> Iterator[bytes]:
    image = contract.image
    if image is not None:
        for seed in _SEEDS:
            for photo in synthetic(seed, image.size):
                yield picture_input(contract.header, photo.pixels).tobytes()
    yield from random_samples(contract.header, _RANDOM)
