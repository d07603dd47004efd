"""Which mutants are tried, and in which order: the same ones for one seed, on any machine."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256

from hil_lab.mutants.mutator import Mutant


def mutable_lines(mutants: Sequence[Mutant]) -> int:
    """How much code a file has: lines that a mutant of it begins in."""
    return len({mutant.line for mutant in mutants})


def files_due(lines: Mapping[str, int], seed: int) -> Iterator[str]:
    """Files without end, each as often as its share of all lines, from a random start.

    Every beginning is such a sample too: a run that is cut short is a smaller one, not another.
    """
    total = sum(lines.values())
    chooser = random.Random(f"files {seed}")
    for _, file in heapq.merge(
        *(_dues(file, count / total, chooser.random()) for file, count in lines.items() if count)
    ):
        yield file


def _dues(file: str, share: float, start: float) -> Iterator[tuple[float, str]]:
    for number in itertools.count():
        yield (number + start) / share, file


def shuffled(mutants: Sequence[Mutant], seed: int) -> list[Mutant]:
    """A file's mutants in the order in which they are tried.

    By a hash of each, so that a change of the source leaves the order of all others as it was.
    """
    return sorted(mutants, key=lambda mutant: sha256(f"{seed} {mutant.id}".encode()).digest())
