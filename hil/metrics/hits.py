"""A share of a number of trials, kept as two counts so that an interval can be given."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hits:
    """`hits` of `trials`."""

    hits: int
    trials: int

    @property
    def rate(self) -> float | None:
        """The share, 0 to 1; None without trials."""
        return self.hits / self.trials if self.trials else None
