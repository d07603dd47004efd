"""Which operator of a float network is which of the int8 one that was made of it.

A converter keeps operators, their order and the shapes of what they give, and adds QUANTIZE and
DEQUANTIZE. So the longest common subsequence of (name, shapes) pairs them. Tensor names decide
where both networks have them. What could be paired in more than one way is not paired.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hil.network.tflite_graph import Graph, Op

QUANTIZERS = ("QUANTIZE", "DEQUANTIZE")

_QUANTIZER = "it converts between types: the other network has none"
_ALONE = "the other network has no such operator at this place"
_AMBIGUOUS = "more than one operator of the other network could be this one"


@dataclass(frozen=True)
class Pairing:
    """Pairs of operator indexes (float, int8) in order, and why others have no partner."""

    pairs: tuple[tuple[int, int], ...]
    float_left: dict[int, str]
    int8_left: dict[int, str]


def pair_operators(floats: Graph, ints: Graph) -> Pairing:
    """Pairs the operators of a float network and of its int8 form."""
    ours = [op for op in floats.ops if op.name not in QUANTIZERS]
    theirs = [op for op in ints.ops if op.name not in QUANTIZERS]
    fits = _fitting(floats, ints, ours, theirs)
    forward = _lengths(fits, len(ours), len(theirs))
    mirrored = {(len(ours) - 1 - a, len(theirs) - 1 - b) for a, b in fits}
    backward = _lengths(mirrored, len(ours), len(theirs))
    longest = forward[-1][-1]
    # Every way to pair the most has one pair at each rank: a rank's only candidate is in all.
    ranks: dict[int, list[tuple[int, int]]] = {}
    for a, b in fits:
        rank = forward[a][b] + 1
        if rank + backward[len(ours) - 1 - a][len(theirs) - 1 - b] == longest:
            ranks.setdefault(rank, []).append((a, b))
    pairs = [(ours[a].index, theirs[b].index) for _, ((a, b), *more) in sorted(ranks.items())
             if not more]  # fmt: skip
    unsure = [pair for candidates in ranks.values() if len(candidates) > 1 for pair in candidates]
    return Pairing(
        tuple(pairs),
        _left(floats, {a for a, _ in pairs}, {ours[a].index for a, _ in unsure}),
        _left(ints, {b for _, b in pairs}, {theirs[b].index for _, b in unsure}),
    )


def _left(graph: Graph, paired: set[int], unsure: set[int]) -> dict[int, str]:
    reasons = {}
    for op in graph.ops:
        if op.index not in paired:
            alone = _AMBIGUOUS if op.index in unsure else _ALONE
            reasons[op.index] = _QUANTIZER if op.name in QUANTIZERS else alone
    return reasons


def _fitting(
    floats: Graph, ints: Graph, ours: Sequence[Op], theirs: Sequence[Op]
) -> set[tuple[int, int]]:
    """Positions that may be a pair: same name and shapes, and no tensor name that says else."""
    our_names, their_names = ([_names(g, op) for op in ops]
                              for g, ops in ((floats, ours), (ints, theirs)))  # fmt: skip
    known = {n for names in our_names for n in names} & {n for names in their_names for n in names}

    def fit(a: int, b: int) -> bool:
        if ours[a].name != theirs[b].name or _shapes(floats, ours[a]) != _shapes(ints, theirs[b]):
            return False
        both = zip(our_names[a], their_names[b], strict=True)
        return all(x == y for x, y in both if x in known or y in known)

    return {(a, b) for a in range(len(ours)) for b in range(len(theirs)) if fit(a, b)}


def _names(graph: Graph, op: Op) -> list[str]:
    return [graph.tensors[index].name for index in op.outputs]


def _shapes(graph: Graph, op: Op) -> list[tuple[int, ...]]:
    return [graph.tensors[index].shape for index in op.outputs]


def _lengths(fits: set[tuple[int, int]], rows: int, columns: int) -> list[list[int]]:
    """[a][b]: length of the longest common subsequence of the first a and b operators."""
    table = [[0] * (columns + 1) for _ in range(rows + 1)]
    for a in range(rows):
        for b in range(columns):
            taken = table[a][b] + 1 if (a, b) in fits else 0
            table[a + 1][b + 1] = max(taken, table[a][b + 1], table[a + 1][b])
    return table
