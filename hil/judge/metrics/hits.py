"""Shares of a number of trials, kept as counts so that an interval can be given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hil.judge.stats.shares import paired_difference_interval, wilson_interval


@dataclass(frozen=True, slots=True)
class Hits:
    """`hits` of `trials`."""

    hits: int
    trials: int

    @property
    def rate(self) -> float | None:
        """The share, 0 to 1; None without trials."""
        return self.hits / self.trials if self.trials else None

    def interval(self) -> tuple[float, float] | None:
        """Wilson's interval of the share, 95 %; None without trials."""
        return wilson_interval(self.hits, self.trials) if self.trials else None


@dataclass(frozen=True, slots=True)
class PairedHits:
    """Two ways tried on the same images: how often both, only one, or neither hit."""

    both: int = 0
    only_first: int = 0
    only_second: int = 0
    neither: int = 0

    @property
    def trials(self) -> int:
        return self.both + self.only_first + self.only_second + self.neither

    @property
    def first(self) -> Hits:
        return Hits(self.both + self.only_first, self.trials)

    @property
    def second(self) -> Hits:
        return Hits(self.both + self.only_second, self.trials)

    @property
    def gain(self) -> float | None:
        """Share of the first minus that of the second, -1 to 1; None without trials."""
        return (self.only_first - self.only_second) / self.trials if self.trials else None

    def gain_interval(self, confidence: float = 0.95) -> tuple[float, float] | None:
        """Newcombe's interval of the gain; None without trials."""
        counts = (self.both, self.only_first, self.only_second, self.neither)
        return paired_difference_interval(*counts, confidence) if self.trials else None


def paired_hits(first: Sequence[bool], second: Sequence[bool]) -> PairedHits:
    """Counts the outcomes of two ways, given image by image."""
    pairs = list(zip(first, second, strict=True))
    return PairedHits(
        both=pairs.count((True, True)),
        only_first=pairs.count((True, False)),
        only_second=pairs.count((False, True)),
        neither=pairs.count((False, False)),
    )
