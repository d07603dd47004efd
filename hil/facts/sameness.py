"""Whether a network tells its inputs apart at all.

A network that died in training or in the conversion answers every image alike. Board and
host agree on it to the bit, and the agreement proves nothing.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Protocol


def all_equal(answers: Iterable[Hashable]) -> bool:
    """Whether there are at least two answers, and all of them are the same.

    Args:
        answers: one for each of several different inputs, such as the scores as a
            tuple, or the bytes of all outputs. Answers to one and the same input say
            nothing here: leave repetitions out.
    """
    first, count = None, 0
    for answer in answers:
        if count and answer != first:
            return False
        first, count = answer, count + 1
    return count > 1


REMEDY = (
    "give samples that it tells apart: hil validate FILE --data FILE.npz; if it tells none apart, "
    "look at the training and the conversion"
)
"""What to do about a network whose answers are all the same."""


class Variety(Protocol):
    """What is known of a network's outputs, such as `hil.facts.records.VarietyFacts`."""

    @property
    def images(self) -> int: ...
    @property
    def constant_outputs(self) -> tuple[str, ...]: ...
    @property
    def differing_operators(self) -> int | None: ...


def no_variety(found: Variety) -> str:
    """Why a network with constant outputs is not proven, in words."""
    outputs = " and ".join(found.constant_outputs)
    inside = found.differing_operators
    still = f"; inside, {inside} of its operators do tell them apart" if inside else ""
    return (
        f"the network gives the same {outputs} for each of {found.images} samples, noise included: "
        f"equal answers prove nothing{still}"
    )
