"""What a model card says, as frozen dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hil.judge.evaluation.quality import Evaluation
from hil.judge.metrics.scores import Decisions
from model.difference import Difference
from model.operating_point import OperatingPoint

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.facts.evaluation import Answer


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two models on the test images.

    Attributes:
        both: on the sources with both classes: the figures that count.
        everything: on all sources.
        roc: decisions at every score that occurs in `both`.
    """

    both: Evaluation
    everything: Evaluation
    roc: tuple[Decisions, ...]


@dataclass(frozen=True, slots=True)
class Threshold:
    """An operating point: what it is for, and what it does on val and test (`Side.both`)."""

    name: str
    validation: OperatingPoint
    test: OperatingPoint


@dataclass(frozen=True, slots=True)
class SourceCount:
    """Pictures of one source and split."""

    source: str
    split: str
    persons: int
    empty: int


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A photograph that may be shown, with the int8 model's answer.

    Attributes:
        name, credit: of the photograph.
        pixels: uint8 [height, width].
        person: whether it shows one.
        boxes: of the persons, fractions.
        score: of the positive class, int8.
        answer: of the model.
        wrong: what is wrong with the answer; empty when nothing is.
    """

    name: str
    credit: str
    pixels: NDArray[np.uint8]
    person: bool
    boxes: tuple[tuple[float, float, float, float], ...]
    score: int
    answer: Answer
    wrong: str


@dataclass(frozen=True, slots=True)
class CardFacts:
    """Everything in a model card.

    Attributes:
        name: of the model, such as person_cam.
        sha256: of the .tflite.
        tflite_bytes, parameters, macs: of it.
        ops: operators in execution order.
        labels, positive_class: by class.
        sources: those with both classes.
        float_side, int8_side: on the test images.
        difference: int8 from float, on those of `sources`.
        cells: for each cell of the map, (locations in it, those that are right), of the
            true positives of `sources`.
        thresholds: operating points; the first is the model's own.
        history: one mapping an epoch, as in history.jsonl; may be empty.
        recipe: TOML text; may be empty.
        made: seeds, versions and the like, by name.
        initial: where the initial weights come from, a sentence.
        data: pictures by source and split.
        tried: Markdown of what was tried and what it gave; may be empty.
        shown: photographs with answers.
    """

    name: str
    sha256: str
    tflite_bytes: int
    parameters: int
    macs: int
    ops: tuple[str, ...]
    labels: tuple[str, ...]
    positive_class: int
    sources: tuple[str, ...]
    float_side: Side
    int8_side: Side
    difference: Difference
    cells: tuple[tuple[tuple[int, int], ...], ...]
    thresholds: tuple[Threshold, ...]
    history: tuple[Mapping[str, Any], ...]
    recipe: str
    made: Mapping[str, str | int]
    initial: str
    data: tuple[SourceCount, ...]
    tried: str
    shown: tuple[Shown, ...]
