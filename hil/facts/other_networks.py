"""What became of other networks, and of broken partitions, on the board under test."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OtherNetworkRecord:
    """One other content of the model partition. Its answers are in no other line of the run.

    Attributes:
        name: of the network, or what is broken.
        traits: what it has that others may not have; empty for one that is broken.
        due: `ANSWERS`, or `BROKEN` of what is to be refused, or is at the very limit.
        wrong: what came otherwise, the first first; empty where all is right.
        answers: how many were judged.
    """

    name: str
    traits: tuple[str, ...]
    due: str
    wrong: tuple[str, ...]
    answers: int = 0


ANSWERS = "answers"
BROKEN = "a refusal"
