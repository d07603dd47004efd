"""How far two models answer differently to the same pictures, such as int8 and float. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hil.facts.evaluation import Answers
from hil.network.location import winning_cell

_LSB_PERCENT = 100 / 256


@dataclass(frozen=True, slots=True)
class Difference:
    """Of the second model from the first.

    Attributes:
        images: that were compared.
        mean_lsb, max_lsb: differences of the positive class's score, without sign, in
            steps of the int8 score (1/256).
        bias_lsb: mean of them with sign.
        decisions_differing: images where only one passes its threshold.
        cells_differing: images whose maps have their maximum in another cell.
    """

    images: int
    mean_lsb: float
    max_lsb: float
    bias_lsb: float
    decisions_differing: int
    cells_differing: int


def difference(first: Answers, second: Answers, files: Iterable[str]) -> Difference:
    """Compares the answers to some files, at least one, that both have."""
    lsb, decisions, cells = [], 0, 0
    thresholds = [side.header.threshold for side in (first, second)]
    for file in files:
        one, other = first.results[file].oracle, second.results[file].oracle
        percents = first.header.positive_percent(one), second.header.positive_percent(other)
        lsb.append((percents[1] - percents[0]) / _LSB_PERCENT)
        passed = [p >= t for p, t in zip(percents, thresholds, strict=True)]
        decisions += passed[0] != passed[1]
        cells += winning_cell(one.array()) != winning_cell(other.array())
    sizes = [abs(value) for value in lsb]
    return Difference(
        images=len(lsb),
        mean_lsb=sum(sizes) / len(sizes),
        max_lsb=max(sizes),
        bias_lsb=sum(lsb) / len(lsb),
        decisions_differing=decisions,
        cells_differing=cells,
    )


def difference_lines(found: Difference) -> Iterator[str]:
    """For people."""
    yield (
        f"scores differ by {found.mean_lsb:.2f} LSB on average, {found.max_lsb:.2f} at most, "
        f"{found.bias_lsb:+.2f} with sign (1 LSB = 1/256), in {found.images:,} images"
    )
    yield (
        f"another decision in {found.decisions_differing:,}, another winning cell in "
        f"{found.cells_differing:,} of them"
    )
