"""Few settings of many factors, in which every pair of values of two factors occurs.

Most faults of options hang on one or two of them (Kuhn, Wallace, Gallo, "Software Fault
Interactions and Implications for Software Testing", IEEE TSE 2004); pairs need a handful of
settings where all combinations are thousands. Built greedily, as in AETG (Cohen et al., IEEE TSE
1997).
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

_CANDIDATES = 4

_Pair = frozenset[tuple[str, int]]


def covering(factors: Mapping[str, Sequence[Any]], *, seed: int) -> tuple[dict[str, Any], ...]:
    """Settings of all factors, the same for a seed, with every pair of values at least once.

    Raises ValueError for a factor without values.
    """
    empty = [name for name, values in factors.items() if not values]
    if empty:
        raise ValueError(f"{empty[0]} has no values")
    chance = random.Random(seed)
    choices = {name: range(len(values)) for name, values in factors.items()}
    left = {
        frozenset(((one, a), (other, b)))
        for one, other in combinations(choices, 2)
        for a in choices[one]
        for b in choices[other]
    }
    found = []
    while left:
        rows = [_row(choices, left, chance) for _ in range(_CANDIDATES)]
        best = max(rows, key=lambda row: len(left & _pairs(row)))
        left -= _pairs(best)
        found.append({name: factors[name][best[name]] for name in factors})
    return tuple(found)


def _row(
    choices: Mapping[str, Sequence[int]], left: set[_Pair], chance: random.Random
) -> dict[str, int]:
    """One pair that is missing yet, and then of each factor what adds most."""
    row = dict(chance.choice(sorted(map(sorted, left))))
    for name in chance.sample(list(choices), len(choices)):
        if name in row:
            continue
        options = chance.sample(choices[name], len(choices[name]))
        row[name] = max(options, key=lambda index: _adds(row, (name, index), left))
    return row


def _adds(row: Mapping[str, int], value: tuple[str, int], left: set[_Pair]) -> int:
    return sum(frozenset((other, value)) in left for other in row.items())


def _pairs(row: Mapping[str, int]) -> set[_Pair]:
    return set(map(frozenset, combinations(row.items(), 2)))
