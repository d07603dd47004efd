"""What a benchmark returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Result:
    """One measured figure and its limit; `bound` says on which side of it is good."""

    name: str
    value: float
    bound: Literal["at least", "at most"]
    limit: float
    detail: str
    unit: str = ""

    @property
    def met(self) -> bool:
        if self.bound == "at least":
            return self.value >= self.limit
        return self.value <= self.limit
