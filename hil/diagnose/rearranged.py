"""Slices of an output that are constant, or those of another place: rows, columns, channels."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_TOLD = 3


@dataclass(frozen=True)
class Rearranged:
    """What some slices along one axis hold instead of what is right.

    Attributes:
        axis: which one; the last is that of the channels.
        size: slices along it.
        taken: by slice, which other one's values it has.
        constant: by slice, the value that it always has.
    """

    axis: int
    size: int
    taken: dict[int, int]
    constant: dict[int, int]

    @property
    def places(self) -> list[int]:
        return sorted({*self.taken, *self.constant})

    @property
    def freedom(self) -> float:
        """Bits of what was read off; a shift of many slices by as many places is one number."""
        moves = {source - place for place, source in self.taken.items()}
        numbers = min(len(moves) + 1, len(self.taken))
        values = set(self.constant.values())
        marked = 2 * (len(values) + 1) if self.constant else 0
        return math.log2(self.size) * (2 * numbers + marked) + 8.0 * len(values)

    @property
    def how(self) -> str:
        """In words."""
        single = len(self.places) == 1
        texts = []
        for place in self.places[:_TOLD]:
            what = "it" if single else f"{place}"
            if place in self.constant:
                texts.append(f"{what} is always {self.constant[place]}")
            else:
                texts.append(f"{what} is that of {self.axis_name} {self.taken[place]}")
        return "; ".join(texts) + ("; ..." if len(self.places) > _TOLD else "")

    @property
    def axis_name(self) -> str:
        return {1: "row", 2: "column", 3: "channel"}[self.axis]

    def of(self, right: NDArray[Any]) -> NDArray[Any]:
        """What becomes of a right output, int8 [1, rows, columns, channels]."""
        output: NDArray[Any] = right.copy()
        for place, source in self.taken.items():
            output[self._at(place)] = right[self._at(source)]
        for place, value in self.constant.items():
            output[self._at(place)] = value
        return output

    def _at(self, place: int) -> tuple[Any, ...]:
        return (*(slice(None),) * self.axis, place)


def rearranged(
    rights: Sequence[NDArray[Any]], gots: Sequence[NDArray[Any]]
) -> Iterator[Rearranged]:
    """By axis, where every slice that differs is another one's or constant, in all tensors."""
    right, got = np.stack(rights), np.stack(gots)  # [images, 1, rows, columns, channels]
    for axis in (3, 1, 2):
        if right.ndim != 5 or right.shape[axis + 1] < 2:
            continue
        was = np.moveaxis(right, axis + 1, 0).reshape(right.shape[axis + 1], -1)
        now = np.moveaxis(got, axis + 1, 0).reshape(got.shape[axis + 1], -1)
        taken, constant = {}, {}
        for place in np.flatnonzero((was != now).any(axis=1)):
            same = np.flatnonzero((was == now[place]).all(axis=1))
            if (now[place] == now[place, 0]).all():
                constant[int(place)] = int(now[place, 0])
            elif same.size:
                taken[int(place)] = int(same[abs(same - place).argmin()])
            else:
                break
        else:
            if taken or constant:
                yield Rearranged(axis, right.shape[axis + 1], taken, constant)
