"""What was measured of one metric, and how it is made of values, shares and scores. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.judge.measure.catalog import CATALOG, Metric

if TYPE_CHECKING:
    from hil.judge.metrics.anomaly import AnomalyMetrics, MachineMean
    from hil.judge.metrics.classes import ClassMetrics
    from hil.judge.metrics.hits import Hits, PairedHits
    from hil.judge.metrics.regression import RegressionMetrics
    from hil.judge.metrics.scores import Decisions


@dataclass(frozen=True, slots=True)
class Samples:
    """What a run measured of one metric.

    Attributes:
        metric: what it is; its unit is that of `values`.
        values: every value in the order of the run; empty for a rate. A `score` has one.
        trials, successes: of a rate. `trials` also is the number of images of a score.
        labels: the image of each value, where values belong to images.
        interval: (low, high) of a `score` at `confidence`.
        confidence: that `interval` was made for.
        fixed: half of what of `interval` is not chance: more samples make it no smaller.
        absent: why there are no values and no trials, if that is known.
    """

    metric: Metric
    values: tuple[float, ...] = ()
    trials: int | None = None
    successes: int | None = None
    labels: tuple[str, ...] = ()
    interval: tuple[float, float] | None = None
    confidence: float = 0.95
    fixed: float = 0.0
    absent: str = ""


def value_samples(
    metric: Metric, values: Iterable[float | None], labels: Sequence[str] = ()
) -> Iterator[Samples]:
    """The values that are there, with their labels; nothing without any."""
    given = list(values)
    kept = [index for index, value in enumerate(given) if value is not None]
    if kept:
        names = tuple(labels[index] for index in kept) if labels else ()
        yield Samples(metric, tuple(v for v in given if v is not None), labels=names)


def rate_samples(name: str, hits: Hits) -> Iterator[Samples]:
    """A rate of the catalogue; nothing without trials."""
    if hits.trials:
        yield Samples(CATALOG[name], trials=hits.trials, successes=hits.hits)


def score_samples(
    name: str,
    value: float,
    interval: tuple[float, float] | None,
    *,
    trials: int,
    confidence: float = 0.95,
) -> Samples:
    """A score of the catalogue, with its interval, of `trials` images."""
    return Samples(CATALOG[name], (value,), trials=trials, interval=interval, confidence=confidence)


def decision_samples(
    decisions: Decisions, roc_auc: float | None, confidence: float = 0.95
) -> Iterator[Samples]:
    """Rates and scores of decided images (`hil.judge.metrics`), with their intervals."""
    from hil.judge.stats.auc import auc_interval

    yield from rate_samples("accuracy", decisions.accuracy)
    yield from rate_samples("precision", decisions.precision)
    yield from rate_samples("recall", decisions.recall)
    yield from rate_samples("false_alarm_rate", decisions.false_alarms)
    yield from balanced_accuracy_samples("balanced_accuracy", decisions, confidence)
    if roc_auc is not None:
        interval = auc_interval(roc_auc, decisions.positives, decisions.negatives, confidence)
        yield score_samples(
            "roc_auc", roc_auc, interval, trials=decisions.images, confidence=confidence
        )


def balanced_accuracy_samples(
    name: str, decisions: Decisions, confidence: float = 0.95
) -> Iterator[Samples]:
    """A balanced accuracy with its interval; nothing if a class is absent."""
    value = decisions.balanced_accuracy
    if value is not None:
        interval = decisions.balanced_interval(confidence)
        yield score_samples(name, value, interval, trials=decisions.images, confidence=confidence)


def gain_samples(name: str, paired: PairedHits, confidence: float = 0.95) -> Iterator[Samples]:
    """What the first of two ways hits more often, with its interval; nothing without trials."""
    if paired.gain is not None:
        interval = paired.gain_interval(confidence)
        yield score_samples(
            name, paired.gain, interval, trials=paired.trials, confidence=confidence
        )


def class_samples(found: ClassMetrics, confidence: float = 0.95) -> Iterator[Samples]:
    """Which class was answered; nothing without samples."""
    yield from rate_samples("top1_accuracy", found.top1)
    for name, value, interval in (
        ("macro_f1", found.macro_f1, found.macro_f1_interval(confidence)),
        ("balanced_accuracy", found.balanced_accuracy, found.balanced_interval(confidence)),
    ):
        if value is not None:
            yield score_samples(name, value, interval, trials=found.samples, confidence=confidence)


def anomaly_samples(
    found: AnomalyMetrics, mean: MachineMean | None, confidence: float = 0.95
) -> Iterator[Samples]:
    """Areas under the curve of anomaly scores; nothing where one kind is absent."""
    figures = [
        ("anomaly_auc", found.auc, found.auc_interval(confidence)),
        ("anomaly_pauc", found.pauc, found.pauc_interval(confidence)),
        ("anomaly_pauc_dcase", found.pauc_dcase, found.pauc_dcase_interval(confidence)),
    ]
    if mean is not None:
        figures.append(("anomaly_auc_mean", mean.auc, mean.auc_interval(confidence)))
    for name, value, interval in figures:
        if value is not None:
            trials = found.anomalies + found.normals
            yield score_samples(name, value, interval, trials=trials, confidence=confidence)


def regression_samples(found: RegressionMetrics) -> Iterator[Samples]:
    """Errors of answered numbers, with their intervals of 95 %; nothing without samples."""
    for name, value, interval in (
        ("mae", found.mae, found.mae_interval),
        ("rmse", found.rmse, found.rmse_interval),
        ("r2", found.r2, found.r2_interval),
    ):
        if value is not None:
            yield score_samples(name, value, interval, trials=found.samples)
