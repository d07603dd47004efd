"""The label of a picture, by the rule of the Visual Wake Words data set.

Chowdhery et al., 2019 (arXiv:1906.05721): a picture shows a person when the box of at
least one person covers 0.5 % or more of the picture. Their text says "greater than";
the script in TensorFlow's models repository, which made the published set, takes
"at least", as it is done here. It differs in three more points, each an option:

- it labels a picture whose persons all are smaller as showing none
  (`small_persons="negative"`). Here such a picture is left out: it does show a person;
- it compares the area of COCO's outline of the person, not of the box
  (`area="mask"`; the box's area is what the paper says);
- a crowd region counts as a person, as it does here unless `uncertain="drop"`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hil.judge.evaluation.truth import SMALLEST_SHARE
from hil.samples.labels import Box

DROP, NEGATIVE, COUNT = "drop", "negative", "count"
BOX, MASK = "box", "mask"
SMALL, UNCERTAIN = "small persons", "uncertain persons"

_DIGITS = 6
_SLACK = 1.0
"""Pixels that a box may reach over the edge: annotations count from 0 or 1, and round."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What the options say.

    small_persons: "drop" or "negative". uncertain: "count" or "drop" COCO's crowd
    regions and VOC's difficult persons. area: "box" or "mask".
    """

    small_persons: str = DROP
    uncertain: str = COUNT
    area: str = BOX


@dataclass(frozen=True, slots=True)
class Region:
    """One annotated person: the box, and its share of the picture's area.

    `clipped`: the box reached over the edge by up to a pixel.
    """

    box: Box
    share: float
    uncertain: bool = False
    clipped: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """`person`: None for a picture that is left out; then `kind` and `reason` say why."""

    person: bool | None
    boxes: tuple[Box, ...] = ()
    kind: str = ""
    reason: str = ""


def shows_person(shares: Iterable[float]) -> bool | None:
    """The rule: True for a share of 0.5 % or more, False for no person, None between."""
    largest = max(shares, default=None)
    return False if largest is None else True if largest >= SMALLEST_SHARE else None


def decide(regions: Sequence[Region], rule: Rule) -> Label:
    """The label and the boxes of a picture."""
    sure = [region for region in regions if rule.uncertain == COUNT or not region.uncertain]
    person = shows_person(region.share for region in sure)
    if person:
        return Label(True, tuple(region.box for region in sure))
    if len(sure) < len(regions):
        unsure = len(regions) - len(sure)
        return Label(None, kind=UNCERTAIN, reason=f"crowd or difficult persons only: {unsure}")
    if person is None and rule.small_persons == DROP:
        largest = max(region.share for region in sure)
        reason = f"the largest person covers {largest:.3%}, less than {SMALLEST_SHARE:.1%}"
        return Label(None, kind=SMALL, reason=reason)
    return Label(False)


def region(
    corner: tuple[float, float],
    extent: tuple[float, float],
    picture: tuple[int, int],
    *,
    uncertain: bool = False,
) -> Region | str:
    """An annotated box in pixels; a text says why it is impossible.

    Args:
        corner: x and y of the upper left corner.
        extent: width and height of the box.
        picture: width and height of the picture.
        uncertain: a crowd region, or a person who is hard to tell.
    """
    said = f"box at {corner[0]:g}, {corner[1]:g} of {extent[0]:g}x{extent[1]:g} pixels"
    if not all(math.isfinite(number) for number in (*corner, *extent)):
        return f"{said}: not finite numbers"
    if min(extent) < 0:
        return f"{said}: negative"
    if min(extent) == 0:
        return f"{said}: no area"
    ends = []
    clipped = False
    for start, length, limit in zip(corner, extent, picture, strict=True):
        if start < -_SLACK or start + length > limit + _SLACK:
            return f"{said}: outside of the picture of {picture[0]}x{picture[1]} pixels"
        low, high = max(start, 0.0), min(start + length, float(limit))
        # Sums of decimal fractions are rarely exact: 0.1 + 639.9 is not over the edge.
        clipped |= start < 0 or start + length > limit * (1 + 1e-9)
        ends.append((low, high, limit))
    (x0, x1, width), (y0, y1, height) = ends
    area = (x1 - x0) * (y1 - y0) if clipped else extent[0] * extent[1]
    box = (x0 / width, y0 / height, x1 / width, y1 / height)
    rounded = tuple(round(number, _DIGITS) for number in box)
    if not (rounded[0] < rounded[2] and rounded[1] < rounded[3]):
        return f"{said}: no area within the picture"
    return Region(_four(rounded), area / (width * height), uncertain, clipped)


def share_of(box: Box) -> float:
    """The share of the picture that a box in fractions covers."""
    return (box[2] - box[0]) * (box[3] - box[1])


def turned(box: Box, orientation: int) -> Box:
    """A box of the stored picture as a box of the upright one (Exif's orientation 1 to 8)."""
    x0, y0, x1, y1 = box
    if orientation >= 5:  # 5 to 8 swap rows and columns
        x0, y0, x1, y1 = y0, x0, y1, x1
    if orientation in (2, 3, 6, 7):
        x0, x1 = 1 - x1, 1 - x0
    if orientation in (3, 4, 7, 8):
        y0, y1 = 1 - y1, 1 - y0
    return _four(tuple(round(number, _DIGITS) for number in (x0, y0, x1, y1)))


def _four(numbers: Sequence[float]) -> Box:
    x0, y0, x1, y1 = numbers
    return x0, y0, x1, y1
