"""Samples with what is true of them and what was answered, and the answers as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.facts.evaluation import Answer, Header, Result
from hil.judge.evaluation.truth import Truth
from hil.samples.labels import Entry

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Case:
    """One sample."""

    entry: Entry
    truth: Truth
    result: Result

    def answer(self, device: bool) -> Answer:
        """The board's, which there has to be, or the oracle's."""
        if device:
            assert self.result.device is not None
            return self.result.device
        return self.result.oracle


@dataclass(frozen=True, slots=True)
class Cases:
    """`validation`: what something may be chosen on. `unseen`: those of the reported ones that
    nothing is chosen on."""

    header: Header
    reported: Sequence[Case]
    validation: Sequence[Case]
    unseen: Sequence[Case]

    def values(self, cases: Sequence[Case], device: bool) -> NDArray[np.float64]:
        """Their values as real numbers, float64 [cases, values]."""
        kind = self.header.values
        packed = b"".join(case.answer(device).values for case in cases)
        return kind.reals(packed).reshape(len(cases), kind.count)

    def percents(self, cases: Sequence[Case], device: bool) -> NDArray[np.float64]:
        """Percent of each class, float64 [cases, classes]."""
        return self.header.task.percents(self.values(cases, device))

    def scored(self, cases: Sequence[Case], device: bool) -> tuple[list[float], list[bool]]:
        """Percent of the positive class, and whether it is there, of those with a truth."""
        known = [case for case in cases if case.truth.positive is not None]
        index = self.header.task.positive_class
        assert index is not None
        percents: list[float] = self.percents(known, device)[:, index].tolist()
        return percents, [case.truth.positive is True for case in known]


def of_source(cases: Sequence[Case], name: str) -> list[Case]:
    return [case for case in cases if case.entry.source == name]
