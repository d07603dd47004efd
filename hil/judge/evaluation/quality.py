"""What an evaluation finds, as frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass

from hil.facts.evaluation import Header
from hil.judge.evaluation.agreement import Agreement
from hil.judge.metrics.boxes import BoxAccuracy
from hil.judge.metrics.calibration import Calibration
from hil.judge.metrics.hits import Hits, PairedHits
from hil.judge.metrics.scores import Decisions, ScoreMetrics

ALIKE = "every image got the same scores: equal answers prove nothing"


@dataclass(frozen=True, slots=True)
class Counts:
    """Which images were counted, and which were not.

    Attributes:
        run: through board or oracle.
        reported: of them.
        persons, empty: of the reported ones, as they were sent.
        undecided: reported, but the persons on them are too small to call it either.
        lost: reported, labelled as a person, but the cut left none large enough.
        boxed: reported, with a true box: what localization is measured on.
        validation: with a true box, for choosing the map's level.
        held_out: reported with a true box and not used for choosing: for MaxBoxAcc.
    """

    run: int
    reported: int
    persons: int
    empty: int
    undecided: int
    lost: int
    boxed: int
    validation: int
    held_out: int

    @property
    def one_class(self) -> str:
        """Why nothing that compares classes can be measured; empty with both classes."""
        if self.persons and self.empty:
            return ""
        return (
            f"the images that count show one class only: {self.persons:,} with a person, "
            f"{self.empty:,} without"
        )


@dataclass(frozen=True, slots=True)
class Quality:
    """How good one side's answers are.

    Attributes:
        scores: decisions at the threshold, and ROC AUC.
        chosen: decisions at the threshold whose balanced accuracy is best on the
            validation images (`hil.judge.metrics.scores.best_threshold`); None if
            they lack a class.
        curve: decisions at every whole percent.
        calibration: scores as probabilities; `calibration_interval`: of its error, 95 %.
            Without images of both classes there is no error and no Brier score.
        answered: locations in a true box; no location is a miss.
        found: locations of the true positives (images with a person that pass the
            threshold) in a true box, against the centre of the same images.
        peak: maxima of the map in a true box, whatever the score says.
        near_peak: the same within half a cell of a box.
        boxes: MaxBoxAcc for each IoU; empty without validation images.
        box_gains: the same against the centre box, image by image.
    """

    scores: ScoreMetrics
    chosen: Decisions | None
    curve: tuple[Decisions, ...]
    calibration: Calibration
    calibration_interval: tuple[float, float] | None
    answered: Hits
    found: PairedHits
    peak: Hits
    near_peak: Hits
    boxes: tuple[BoxAccuracy, ...]
    box_gains: tuple[PairedHits, ...]


@dataclass(frozen=True, slots=True)
class Baselines:
    """Localization by who has not looked: the centre of the image, and a box around it."""

    centre: Hits
    near_centre: Hits
    boxes: tuple[BoxAccuracy, ...]


@dataclass(frozen=True, slots=True)
class SourceQuality:
    """One source of the reported images, as the answering side sees it."""

    source: str
    scores: ScoreMetrics
    answered: Hits
    peak: Hits
    centre: Hits


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything that is printed. `device` and `agreement` are None for the oracle alone.

    `alike`: every image that was run got the same scores.
    """

    header: Header
    how: str
    counts: Counts
    device: Quality | None
    oracle: Quality
    baselines: Baselines
    agreement: Agreement | None
    sources: tuple[SourceQuality, ...]
    alike: bool = False

    @property
    def answering(self) -> Quality:
        """The quality of what was evaluated: the board, or the oracle alone."""
        return self.oracle if self.device is None else self.device
