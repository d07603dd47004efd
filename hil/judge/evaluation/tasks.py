"""One side's answers held against what is right, by the task: classes, yes or no, anomalies,
numbers."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hil.judge.evaluation.cases import Case, Cases, of_source
from hil.judge.evaluation.quality import AnomalyQuality, BinaryQuality
from hil.judge.metrics.anomaly import AnomalyMetrics, anomaly_metrics, machine_mean, recordings
from hil.judge.metrics.calibration import calibration, calibration_interval
from hil.judge.metrics.classes import ClassMetrics, class_metrics
from hil.judge.metrics.regression import RegressionMetrics, regression_metrics
from hil.judge.metrics.scores import (
    Decisions,
    best_threshold,
    roc_curve,
    score_metrics,
    threshold_curve,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def classes_of(cases: Cases, some: Sequence[Case], device: bool) -> ClassMetrics:
    """The class with the largest score against the true one, of those whose class is known."""
    known = [case for case in some if case.truth.number is not None]
    truths = [case.truth.number for case in known if case.truth.number is not None]
    answers = chosen_classes(cases.percents(known, device))
    return class_metrics(truths, answers.tolist(), cases.header.task.classes)


def chosen_classes(percents: NDArray[np.float64]) -> NDArray[np.intp]:
    """The first class with the largest score, of percents [samples, classes]."""
    found: NDArray[np.intp] = percents.argmax(axis=1)
    return found


def binary_of(cases: Cases, device: bool) -> BinaryQuality:
    percents, positive = cases.scored(cases.reported, device)
    both = len(set(positive)) == 2
    found = calibration(percents, positive)
    best = best_threshold(threshold_curve(*cases.scored(cases.validation, device)))
    chosen = None
    if best is not None:
        unseen = cases.scored(cases.unseen, device)
        chosen = threshold_curve(*unseen, [best.threshold])[0]
    return BinaryQuality(
        scores=score_metrics(percents, positive, cases.header.threshold),
        chosen=chosen,
        curve=threshold_curve(percents, positive),
        # Who always answers "no" is never wrong on samples that are all negative.
        calibration=found if both else dataclasses.replace(found, error=None, brier=None),
        calibration_interval=calibration_interval(percents, positive) if both else None,
        roc=roc_curve(percents, positive),
    )


def anomalies_of(cases: Cases, device: bool) -> AnomalyQuality:
    errors, anomalous = _recorded(cases, cases.reported, device)
    threshold = cases.header.task.threshold
    names = sorted({case.entry.source for case in cases.reported})
    machines = [areas_of(cases, of_source(cases.reported, name), device) for name in names]
    best = _best_error(*_recorded(cases, cases.validation, device))
    unseen = _recorded(cases, cases.unseen, device)
    return AnomalyQuality(
        areas=anomaly_metrics(errors, anomalous),
        mean=machine_mean(machines),
        decided=None if threshold is None else threshold_curve(errors, anomalous, [threshold])[0],
        chosen=None if best is None else threshold_curve(*unseen, [best])[0],
        roc=roc_curve(errors, anomalous),
    )


def areas_of(cases: Cases, some: Sequence[Case], device: bool) -> AnomalyMetrics:
    return anomaly_metrics(*_recorded(cases, some, device))


def numbers_of(cases: Cases, some: Sequence[Case], device: bool) -> RegressionMetrics:
    """The only number of the output against the true value, of those whose value is known."""
    known = [case for case in some if case.truth.value is not None]
    truths = [case.truth.value for case in known if case.truth.value is not None]
    return regression_metrics(truths, cases.values(known, device)[:, 0].tolist())


def _recorded(
    cases: Cases, some: Sequence[Case], device: bool
) -> tuple[Sequence[float], list[bool]]:
    """The mean error of each recording, and whether it is anomalous."""
    known = [case for case in some if case.truth.positive is not None]
    errors = cases.values(known, device)[:, 0].tolist()
    means, first = recordings(errors, [case.entry.group for case in known])
    return means, [known[index].truth.positive is True for index in first]


def _best_error(errors: Sequence[float], anomalous: Sequence[bool]) -> float | None:
    """The error from which on a recording is best called anomalous; None if a kind is absent.

    As `best_threshold`, with the hundredth parts of the recordings in the place of percents.
    """
    import numpy as np

    if len(set(anomalous)) < 2:
        return None
    errors_at = np.quantile(np.asarray(errors), np.arange(101) / 100)
    curve: list[Decisions] = [
        dataclasses.replace(point, threshold=float(percent))
        for percent, point in enumerate(threshold_curve(errors, anomalous, errors_at.tolist()))
    ]
    best = best_threshold(curve)
    return None if best is None else float(errors_at[round(best.threshold)])
