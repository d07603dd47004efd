"""A hypothesis: one mistake, and what a board that makes it would answer."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from hil.diagnose.catalogue import CATALOGUE

SURE_BITS = 32.0
"""Information of an answer that nothing but the mistake itself gives."""

C = TypeVar("C")
"""What a stage works on: a case, with what the stage before gave it."""


@dataclass(frozen=True, eq=False)
class Hypothesis(Generic[C]):
    """One mistake with its parameters.

    Attributes:
        id: of the catalogue.
        parameters: (name, value) that fill the title.
        predict: what the stage gives for a case if the mistake is made: an array or a
            tuple; None where the hypothesis cannot tell.
        together: the two, for a hypothesis of two mistakes at once.
        transform: what it makes of a case's tensor, for mistakes in the input.
    """

    id: str
    predict: Callable[[C], Any]
    parameters: tuple[tuple[str, object], ...] = ()
    together: tuple[Hypothesis[C], ...] = ()
    transform: Callable[[Any], Any] | None = None

    @property
    def title(self) -> str:
        return CATALOGUE[self.id].title.format(**dict(self.parameters))

    @property
    def where_to_look(self) -> str:
        return CATALOGUE[self.id].where_to_look


def suppose(
    name: str, predict: Callable[..., Any], *arguments: object, **parameters: object
) -> Hypothesis[Any]:
    """A hypothesis whose prediction is `predict(point, *arguments)`."""
    return Hypothesis(name, lambda point: predict(point, *arguments), tuple(parameters.items()))


@dataclass(frozen=True, eq=False)
class Match(Generic[C]):
    """A hypothesis that predicts every failing answer of a stage.

    `contradicted`: passing cases for which it predicts something else: the mistake is not
    made there. `silent`: failing cases that it cannot predict.
    """

    hypothesis: Hypothesis[C]
    failing: int
    passing: int
    contradicted: int


def same(predicted: Any, observed: Any) -> bool:
    """Whether a prediction is the observation, exactly."""
    if predicted is None or observed is None:
        return predicted is observed
    if hasattr(predicted, "shape") or hasattr(observed, "shape"):
        return bool(np.array_equal(predicted, observed))
    return bool(predicted == observed)


def search(
    hypotheses: Iterable[Hypothesis[C]],
    failing: Sequence[C],
    passing: Sequence[C],
    observed: Callable[[C], Any],
    *,
    bits: float,
    tested: list[int] | None = None,
) -> tuple[list[Match[C]], list[Match[C]]]:
    """The hypotheses that explain all failing cases, exactly: (sure ones, too weak ones).

    A prediction of `bits` bits of information may be right by chance. A match is sure
    when the number of hypotheses times the chance of a match is below one in a thousand.
    One that is contradicted by passing cases counts only where a single answer is already
    beyond chance: the mistake is then made at times.
    """
    matches: list[Match[C]] = []
    count = 0
    for hypothesis in hypotheses:
        count += 1
        if not all(same(hypothesis.predict(case), observed(case)) for case in failing):
            continue
        contradicted = sum(
            not same(predicted, observed(case))
            for case in passing
            if (predicted := hypothesis.predict(case)) is not None
        )
        matches.append(Match(hypothesis, len(failing), len(passing), contradicted))
    if tested is not None:
        tested[0] += count
    sure: list[Match[C]] = []
    weak: list[Match[C]] = []
    for match in matches:
        if match.contradicted and bits < SURE_BITS:
            continue
        enough = chance(len(failing), len(passing), bits) * max(count, 1) <= 1e-3
        (sure if enough else weak).append(match)
    best = min((match.contradicted > 0 for match in sure), default=False)
    return [match for match in sure if (match.contradicted > 0) == best], weak


def chance(failing: int, passing: int, bits: float) -> float:
    """How likely a hypothesis without merit predicts these failures, and no others."""
    which = math.comb(failing + passing, failing)
    return float(2.0 ** -min(bits * failing, 1000)) / which
