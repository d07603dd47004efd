"""What an evaluation finds, as frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass

from hil.facts.evaluation import Header
from hil.judge.evaluation.agreement import Agreement
from hil.judge.metrics.anomaly import AnomalyMetrics, MachineMean
from hil.judge.metrics.boxes import BoxAccuracy
from hil.judge.metrics.calibration import Calibration
from hil.judge.metrics.classes import ClassMetrics
from hil.judge.metrics.hits import Hits, PairedHits
from hil.judge.metrics.regression import RegressionMetrics
from hil.judge.metrics.scores import Decisions, ScoreMetrics
from hil.network.task import Task

ALIKE = "every sample got the same answer: equal answers prove nothing"


@dataclass(frozen=True, slots=True)
class Counts:
    """Which samples were counted, and which were not.

    Attributes:
        run: through board or oracle.
        reported: of them.
        judged: of the reported ones, those of which it is known what is right.
        positives, negatives: of them, as they were sent: of the positive class or not, anomalous
            or normal; 0 for a task without such.
        small: reported, but what is on them is too small to call it either.
        lost: reported, labelled as positive, but the cut left nothing large enough.
        boxed: reported, with a true box: what localization is measured on.
        validation: with a true box, for choosing the map's level.
        held_out: reported with a true box and not used for choosing: for MaxBoxAcc.
        pictures: of those run.
        clamped: of those run, with values beyond the input's range.
    """

    run: int
    reported: int
    judged: int
    positives: int = 0
    negatives: int = 0
    small: int = 0
    lost: int = 0
    boxed: int = 0
    validation: int = 0
    held_out: int = 0
    pictures: int = 0
    clamped: int = 0


@dataclass(frozen=True, slots=True)
class BinaryQuality:
    """A decision between yes and no, by a score of the positive class.

    Attributes:
        scores: decisions at the threshold, and ROC AUC.
        chosen: decisions at the threshold whose balanced accuracy is best on the
            validation samples (`hil.judge.metrics.scores.best_threshold`); None if
            they lack a class.
        curve: decisions at every whole percent.
        calibration: scores as probabilities; `calibration_interval`: of its error, 95 %.
            Without samples of both classes there is no error and no Brier score.
        roc: the curve, as of `hil.judge.metrics.scores.roc_curve`; empty if a class is absent.
    """

    scores: ScoreMetrics
    chosen: Decisions | None
    curve: tuple[Decisions, ...]
    calibration: Calibration
    calibration_interval: tuple[float, float] | None
    roc: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class PlaceQuality:
    """Where the positive class is.

    Attributes:
        answered: locations in a true box; no location is a miss.
        found: locations of the true positives (samples of the positive class that pass the
            threshold) in a true box, against the centre of the same pictures.
        peak: maxima of the map in a true box, whatever the score says.
        near_peak: the same within half a cell of a box.
        boxes: MaxBoxAcc for each IoU; empty without validation pictures.
        box_gains: the same against the centre box, picture by picture.
    """

    answered: Hits
    found: PairedHits
    peak: Hits
    near_peak: Hits
    boxes: tuple[BoxAccuracy, ...]
    box_gains: tuple[PairedHits, ...]


@dataclass(frozen=True, slots=True)
class AnomalyQuality:
    """Errors as scores of anomalies, of whole recordings.

    Attributes:
        areas: AUC and partial AUCs.
        mean: over sources, each with its own curve; None for one source, or where one lacks a kind.
        decided: decisions at the task's threshold, an error; None where nobody gave one.
        chosen: decisions at the threshold that is best on validation; None if it lacks a kind.
        roc: the curve; empty if a kind is absent.
    """

    areas: AnomalyMetrics
    mean: MachineMean | None
    decided: Decisions | None
    chosen: Decisions | None
    roc: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Quality:
    """How good one side's answers are: each part where the task has it and the data tell it."""

    classes: ClassMetrics | None = None
    binary: BinaryQuality | None = None
    places: PlaceQuality | None = None
    anomalies: AnomalyQuality | None = None
    numbers: RegressionMetrics | None = None

    @property
    def scores(self) -> ScoreMetrics:
        """Of a task with a positive class, which it has to be."""
        assert self.binary is not None
        return self.binary.scores

    @property
    def calibration(self) -> Calibration:
        """Likewise."""
        assert self.binary is not None
        return self.binary.calibration


@dataclass(frozen=True, slots=True)
class Baselines:
    """Localization by who has not looked: the centre of the picture, and a box around it."""

    centre: Hits
    near_centre: Hits
    boxes: tuple[BoxAccuracy, ...]


@dataclass(frozen=True, slots=True)
class SourcePlaces:
    """As `PlaceQuality` and `Baselines` have it, of one source."""

    answered: Hits
    peak: Hits
    centre: Hits


@dataclass(frozen=True, slots=True)
class SourceQuality:
    """One source of the reported samples, as the answering side sees it."""

    source: str
    samples: int
    classes: ClassMetrics | None = None
    scores: ScoreMetrics | None = None
    places: SourcePlaces | None = None
    areas: AnomalyMetrics | None = None
    numbers: RegressionMetrics | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything that is printed. `device` and `agreement` are None for the oracle alone.

    `unjudged`: why answers are compared and not judged; empty where they are judged.
    `alike`: every sample that was run got the same answer.
    """

    header: Header
    how: str
    counts: Counts
    device: Quality | None
    oracle: Quality
    baselines: Baselines | None
    agreement: Agreement | None
    sources: tuple[SourceQuality, ...]
    unjudged: str = ""
    alike: bool = False

    @property
    def task(self) -> Task:
        return self.header.task

    @property
    def answering(self) -> Quality:
        """The quality of what was evaluated: the board, or the oracle alone."""
        return self.oracle if self.device is None else self.device

    @property
    def one_class(self) -> str:
        """Why nothing that compares classes can be measured; empty with more than one."""
        counts, classes = self.counts, self.answering.classes
        if self.unjudged or self.task.kind == "regression":
            return ""
        if self.answering.binary is not None or self.answering.anomalies is not None:
            if counts.positives and counts.negatives:
                return ""
            return f"the samples that count are of one class only: {sides_text(self)}"
        seen = [n for n, rates in enumerate(classes.classes) if rates.samples] if classes else []
        if len(seen) != 1:
            return ""
        return f"the samples that count are of one class only: {self.task.name_of(seen[0])}"


def sides_text(found: Evaluation) -> str:
    """How many samples are on either side: "12 positive (person), 7 negative"."""
    counts, task = found.counts, found.task
    if task.kind == "reconstruction":
        return f"{counts.positives:,} anomalous, {counts.negatives:,} normal"
    index = task.positive_class
    name = f" ({task.labels[index]})" if index is not None and index < len(task.labels) else ""
    return f"{counts.positives:,} positive{name}, {counts.negatives:,} negative"
