"""What is true of a sample after it was brought to the network's shape.

Its class is what its label says, by name or number; the column `person` says whether it is of
the positive class. Of a reconstruction a sample is normal or anomalous.

A cut can lose a person, so that the label is decided again, by the rule of the
Visual Wake Words data set (Chowdhery et al., 2019): a picture shows a person when a
person's box covers 0.5 % or more of it, and shows none when there is no box at all.
Between the two, with persons smaller than that, it is neither, and does not count.
A picture that is squashed loses nothing: its label and boxes stay.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from hil.facts.evaluation import Header
from hil.images import Fit, used_part
from hil.samples.classes import anomalous, class_of
from hil.samples.labels import Box, Entry

SMALLEST_SHARE = 0.005


@dataclass(frozen=True, slots=True)
class ImageTruth:
    """`person`: None if the persons are too small to say. `boxes`: fractions of what was sent.

    `changed`: the labels say a person, but what was sent shows none of that size.
    """

    person: bool | None
    boxes: tuple[Box, ...]
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Truth:
    """What is right; None where nobody says, or where nothing can be said of what was sent.

    Attributes:
        number: the class.
        positive: whether it is of the positive class; of a reconstruction, whether anomalous.
        value: of a regression.
        boxes: of the positive class, as fractions of what was sent.
        changed: the labels say positive, but what was sent shows nothing of that size.
    """

    number: int | None = None
    positive: bool | None = None
    value: float | None = None
    boxes: tuple[Box, ...] = ()
    changed: bool = False

    @property
    def known(self) -> bool:
        return not (self.number is None and self.positive is None and self.value is None)


def truth_of(entry: Entry, size: tuple[int, int] | None, header: Header) -> Truth:
    """The truth of a sample as it was sent, for the task that it is judged by.

    Args:
        entry: its line of the labels, which `hil.samples.classes` found usable.
        size: (width, height) of the upright picture; None for other samples.
        header: of the answers.
    """
    task = header.task
    if task.kind == "regression":
        return Truth(value=entry.value)
    if task.kind == "reconstruction":
        return Truth(positive=anomalous(entry))
    if task.kind == "none":
        return Truth()
    number = class_of(entry, task)
    if task.positive_class is None:
        return Truth(number)
    positive = entry.person if number is None else number == task.positive_class
    shown = dataclasses.replace(entry, person=positive, boxes=entry.boxes if positive else ())
    seen = image_truth(shown, size, header.input_size, header.fit)
    if seen.changed:
        other = 1 - task.positive_class if task.classes == 2 else None
        number = None if seen.person is None else other
    return Truth(number, seen.person, None, seen.boxes, seen.changed)


def image_truth(
    entry: Entry,
    size: tuple[int, int] | None,
    input_size: tuple[int, int] | None,
    fit: Fit = "crop",
) -> ImageTruth:
    """The truth of a picture as it was sent.

    Args:
        entry: its line of the labels.
        size: (width, height) of the upright picture; None for a sample that is none.
        input_size: (height, width) that it was resized to, likewise.
        fit: whether it was cut to that shape or squashed.
    """
    if not entry.boxes or fit == "squash" or size is None or input_size is None:
        return ImageTruth(entry.person, entry.boxes)
    left, top, width, height = used_part(size, input_size)
    boxes = tuple(
        box
        for box in (_moved(box, size, (left, top, width, height)) for box in entry.boxes)
        if box is not None
    )
    if any((x1 - x0) * (y1 - y0) >= SMALLEST_SHARE for x0, y0, x1, y1 in boxes):
        return ImageTruth(True, boxes)
    return ImageTruth(None if boxes else False, boxes, changed=True)


def _moved(box: Box, size: tuple[int, int], part: tuple[int, int, int, int]) -> Box | None:
    """A box of the picture as a box of its part; None where nothing of it is left."""
    left, top, width, height = part
    x0, x1 = (min(max((x * size[0] - left) / width, 0.0), 1.0) for x in (box[0], box[2]))
    y0, y1 = (min(max((y * size[1] - top) / height, 0.0), 1.0) for y in (box[1], box[3]))
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None
