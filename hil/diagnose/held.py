"""Bytes of a tensor that are the same whatever the image: something else is written there."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_UNITS = (2, 4, 8, 16, 32, 64, 128)


@dataclass(frozen=True, eq=False)
class Held:
    """A range of int8 elements with a content of its own.

    `freedom`: bits of what was read off.
    """

    first: int
    content: NDArray[np.int8]
    freedom: float

    @property
    def last(self) -> int:
        return self.first + self.content.size - 1

    @property
    def how(self) -> str:
        """In words."""
        if np.unique(self.content).size == 1:
            return f", always by {int(self.content[0])}"
        return ", by the same bytes for every image"

    def put_into(self, right: NDArray[Any]) -> NDArray[Any]:
        """A right tensor as it then is."""
        output: NDArray[Any] = right.copy()
        output.reshape(-1)[self.first : self.last + 1] = self.content
        return output


def held(rights: Sequence[NDArray[Any]], gots: Sequence[NDArray[Any]]) -> Iterator[Held]:
    """Ranges that explain all of at least two tensors, where there are any."""
    if len(gots) < 2:
        return
    right, got = (np.stack([tensor.reshape(-1) for tensor in each]) for each in (rights, gots))
    places = np.flatnonzero((got != right).any(axis=0))
    if not places.size:
        return
    first, last, size = int(places[0]), int(places[-1]), right.shape[1]
    inside = got[:, first : last + 1]
    if (inside != inside[0]).any() or inside.shape[1] > size // 2:
        return
    content, where = inside[0].copy(), 2 * math.log2(size)
    if np.unique(content).size > 1:
        # Read off one of the tensors, and so as many bits as that one tells: the others confirm.
        yield Held(first, content, content.size + where)
        return
    # Where the right value is the same, the ends are not seen.
    other = np.flatnonzero((got != content[0]).any(axis=0))
    start = int(other[other < first].max(initial=-1)) + 1
    end = int(other[other > last].min(initial=size)) - 1
    ends = [(first, last), (start, end)]
    for unit in _UNITS:
        ends.append((max(start, first // unit * unit), min(end, -(-(last + 1) // unit) * unit - 1)))
    for low, high in dict.fromkeys(ends):
        yield Held(low, np.full(high - low + 1, content[0], np.int8), 8.0 + where)
