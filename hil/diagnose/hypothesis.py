"""A hypothesis: one mistake, and what a board that makes it would answer."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import numpy as np

from hil.diagnose.catalogue import CATALOGUE, finding
from hil.facts.diagnosis import Finding

# The information of one answer, in bits.
TENSOR_BITS, MAP_BITS, CRC_BITS, SCORE_BITS = 512.0, 128.0, 32.0, 6.0
CELL_BITS, DECISION_BITS = 4.0, 1.0
SURE_BITS = 32.0  # nothing but the mistake itself gives such an answer


class Answer(Protocol):
    """What a stage works on: what the board gave for an image, and whether that is wrong."""

    @property
    def observed(self) -> Any: ...
    @property
    def failing(self) -> bool: ...


C = TypeVar("C", bound=Answer)

OnBug = Callable[[str, Exception], None]
"""Is told which hypothesis raised what."""


def raise_bug(_: str, error: Exception) -> None:
    """The default of `search`."""
    raise error


@dataclass(frozen=True, eq=False)
class Hypothesis(Generic[C]):
    """One mistake with its parameters.

    Attributes:
        id: of the catalogue.
        predict: what the stage gives for a case if the mistake is made: an array or a
            tuple; None where the hypothesis cannot tell.
        parameters: by name; they fill the title.
        together: the two, for a hypothesis of two mistakes at once.
        transform: what becomes of the tensor where `predict` tells what follows from it: of
            the image for mistakes in the input, of the output for mistakes in an operator.
        freedom: bits of the parameters that were read off what is to be explained.
        silent: the failing cases that it says nothing of, whatever they are: what a board
            remembers of the image before is not known where nothing ran before.
    """

    id: str
    predict: Callable[[C], Any]
    parameters: Mapping[str, object] = field(default_factory=dict)
    together: tuple[Hypothesis[C], ...] = ()
    transform: Callable[[Any], Any] | None = None
    freedom: float = 0.0
    silent: Callable[[C], bool] = lambda case: False

    @property
    def title(self) -> str:
        if self.together:
            return " with ".join(hypothesis.title for hypothesis in self.together)
        return CATALOGUE[self.id].title.format(**self.parameters)


def suppose(
    name: str, predict: Callable[..., Any], *arguments: object, **parameters: object
) -> Hypothesis[Any]:
    """A hypothesis whose prediction is `predict(point, *arguments)`."""
    return Hypothesis(name, lambda point: predict(point, *arguments), parameters)


def remembered(hypothesis: Hypothesis[Any]) -> Hypothesis[Any]:
    """The same of points, for what a board keeps of the image before."""
    return dataclasses.replace(hypothesis, silent=lambda point: point.case.first)


def suppose_both(
    first: Hypothesis[C], second: Hypothesis[C], predict: Callable[..., Any], *arguments: object
) -> Hypothesis[C]:
    """Two mistakes at once, predicted by `predict(point, *arguments)`."""
    return dataclasses.replace(suppose(first.id, predict, *arguments), together=(first, second))


def finding_of(
    fitting: Sequence[Hypothesis[C]], stage: str, evidence: str, images: Sequence[str] = ()
) -> Finding:
    """The first of the hypotheses that fit; those of other ids are its alternatives."""
    first, *others = fitting
    alternatives = {h.id: h.title for h in others if h.id != first.id}
    found = finding(first.id, stage, evidence, images, **first.parameters)
    return dataclasses.replace(found, alternatives=tuple(alternatives.items()))


def moves(most: int) -> Iterator[tuple[int, int, str]]:
    """(down, right, in words) of all steps up to so many rows and columns."""
    for down, right in itertools.product(range(-most, most + 1), repeat=2):
        if down or right:
            yield down, right, f"{down:+d} rows, {right:+d} columns"


@dataclass(frozen=True, eq=False)
class Match(Generic[C]):
    """A hypothesis that predicts every failing answer of a stage.

    `contradicted`: passing cases for which it predicts something else: the mistake is not
    made there. `told`: failing cases that it does predict; of the others it says nothing.
    """

    hypothesis: Hypothesis[C]
    contradicted: int
    told: int


def same(predicted: Any, observed: Any) -> bool:
    """Whether a prediction is the observation, exactly."""
    if predicted is None or observed is None:
        return predicted is observed
    if hasattr(predicted, "shape") or hasattr(observed, "shape"):
        return np.array_equal(predicted, observed)
    return bool(predicted == observed)


def search(
    hypotheses: Iterable[Hypothesis[C]],
    failing: Sequence[C],
    passing: Sequence[C],
    bits: float,
    on_bug: OnBug = raise_bug,
    information: Callable[[Hypothesis[C], Sequence[C]], float] | None = None,
) -> tuple[list[Match[C]], list[Match[C]], int]:
    """The hypotheses that explain all failing cases, exactly: (sure, too weak, how many tried).

    A prediction of `bits` bits of information may be right by chance; what was read off the
    answers does not count. A match is sure when the number of hypotheses times the chance of
    a match is below one in a thousand. One that is contradicted by passing cases counts only
    where a single answer is already beyond chance: the mistake is then made at times.

    `on_bug` is told of a hypothesis that raises, which explains nothing; the others are tried all
    the same. `information`: bits by which the failing cases speak for a hypothesis, where that is
    not `bits` for each.
    """
    matches: list[tuple[Match[C], float]] = []
    tried = 0
    for hypothesis in _as_far_as_they_come(hypotheses, on_bug):
        tried += 1
        try:
            match = _match(hypothesis, failing, passing)
        except Exception as error:  # noqa: BLE001 - a mistake in one must not lose the others
            on_bug(hypothesis.id, error)
            continue
        if match is not None and (bits >= SURE_BITS or not match.contradicted):
            known = bits * match.told if information is None else information(hypothesis, failing)
            matches.append((match, known))
    sure = [
        match
        for match, known in matches
        if chance(known - match.hypothesis.freedom, match.told, len(passing)) * tried <= 1e-3
    ]
    if not sure:
        return [], [match for match, _ in matches], tried
    always = [match for match in sure if not match.contradicted]
    return always or sure, [], tried


def _match(
    hypothesis: Hypothesis[C], failing: Sequence[C], passing: Sequence[C]
) -> Match[C] | None:
    told = [case for case in failing if not hypothesis.silent(case)]
    if not told or not all(same(hypothesis.predict(case), case.observed) for case in told):
        return None
    contradicted = sum(
        not same(predicted, case.observed)
        for case in passing
        if (predicted := hypothesis.predict(case)) is not None
    )
    return Match(hypothesis, contradicted, len(told))


def _as_far_as_they_come(
    hypotheses: Iterable[Hypothesis[C]], on_bug: OnBug
) -> Iterator[Hypothesis[C]]:
    last = "the first hypothesis"
    try:
        for hypothesis in hypotheses:
            last = f"what comes after {hypothesis.id}"
            yield hypothesis
    except Exception as error:  # noqa: BLE001
        on_bug(last, error)


def chance(bits: float, failing: int, passing: int) -> float:
    """How likely a hypothesis without merit predicts these failures, and no others."""
    which = math.comb(failing + passing, failing)
    return float(2.0 ** -max(min(bits, 1000), 0)) / which
