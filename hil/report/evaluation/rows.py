"""An evaluation as lines of one table: each metric beside the oracle and a baseline.

The terminal and the JSON file are both made of these rows.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from hil.judge.evaluation.against import ANOMALY_AUC, MAE, ROC_AUC, TOP1
from hil.judge.evaluation.quality import (
    AnomalyQuality,
    BinaryQuality,
    Evaluation,
    PlaceQuality,
    Quality,
)
from hil.judge.metrics.anomaly import MAX_FALSE_ALARMS
from hil.judge.metrics.boxes import BoxAccuracy
from hil.judge.metrics.classes import ClassMetrics
from hil.judge.metrics.hits import Hits, PairedHits
from hil.judge.metrics.regression import RegressionMetrics
from hil.judge.metrics.scores import Decisions
from hil.judge.stats.auc import auc_interval

CLASSES, SCORES, LOCALIZATION = "classes", "scores", "localization"
ANOMALIES, NUMBERS = "anomalies", "numbers"
CHOSEN = "  at best threshold"
"""Balanced accuracy at the threshold that is best on the validation samples."""
BEST_ERROR = "best bal. accuracy"
"""Of a reconstruction, at the error that is best on validation."""
FOUND = "pointing, true pos."
"""Locations of the pictures with a person that pass the threshold, in a true box."""


@dataclass(frozen=True, slots=True)
class Value:
    """A measured share or number; `value` is None where it could not be measured.

    `interval`: 95 %, None where there is none. `hits` of `trials` for a share.
    `parameter`: what was chosen on the validation images.
    """

    value: float | None
    interval: tuple[float, float] | None = None
    hits: int | None = None
    trials: int | None = None
    parameter: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One metric. `percent`: shown in percent. `device` is None for the oracle alone."""

    group: str
    name: str
    percent: bool
    device: Value | None
    oracle: Value
    baseline: Value | None = None
    baseline_name: str = ""


def rows(found: Evaluation) -> tuple[Row, ...]:
    """All metrics, in the order of the report."""
    quality = found.answering
    parts = (
        (quality.classes, _classes),
        (quality.binary, _scores),
        (quality.places, _localization),
        (quality.anomalies, _anomalies),
        (quality.numbers, _numbers),
    )
    return tuple(row for part, make in parts if part is not None for row in make(found))


def share(hits: Hits, parameter: float | None = None) -> Value:
    """A share with its Wilson interval."""
    return Value(hits.rate, hits.interval(), hits.hits, hits.trials, parameter)


def gain(paired: PairedHits) -> Value:
    """What the first way hits more often than the second, with its interval."""
    return Value(paired.gain, paired.gain_interval(), trials=paired.trials or None)


_Part = TypeVar("_Part")


def _row(
    found: Evaluation,
    part: Callable[[Quality], _Part | None],
    group: str,
    name: str,
    of: Callable[[_Part], Value],
    *,
    percent: bool = True,
    baseline: Value | None = None,
    against: str = "",
) -> Row:
    """`of` is asked of that part of each side's quality."""

    def value(quality: Quality) -> Value:
        there = part(quality)
        return Value(None) if there is None else of(there)

    device = None if found.device is None else value(found.device)
    return Row(group, name, percent, device, value(found.oracle), baseline, against)


def _classes(found: Evaluation) -> Iterator[Row]:
    row = functools.partial(_row, found, _of_classes, CLASSES)
    classes = found.answering.classes
    assert classes is not None
    there = sum(rates.samples > 0 for rates in classes.classes)
    majority = share(classes.majority)
    yield row(TOP1.name, lambda c: share(c.top1), baseline=majority, against="majority")
    yield row("macro F1", lambda c: Value(c.macro_f1, c.macro_f1_interval()), percent=False)
    if found.answering.binary is None:
        yield row(
            "balanced accuracy",
            lambda c: Value(c.balanced_accuracy, c.balanced_interval()),
            baseline=Value(1 / there) if there else None,
            against="chance",
        )


def _of_classes(quality: Quality) -> ClassMetrics | None:
    return quality.classes


def _scores(found: Evaluation) -> Iterator[Row]:
    row = functools.partial(_row, found, _of_binary, SCORES)
    chance = functools.partial(row, baseline=Value(0.5), against="chance")
    majority = share(found.oracle.scores.majority)
    yield row("accuracy", lambda q: share(q.scores.accuracy), baseline=majority, against="majority")
    yield chance("balanced accuracy", lambda q: _balanced(q.scores))
    if found.oracle.binary is not None and found.oracle.binary.chosen is not None:
        yield chance(CHOSEN, lambda q: _chosen(q.chosen))
    yield row("precision", lambda q: share(q.scores.precision))
    yield row("recall", lambda q: share(q.scores.recall))
    yield row("false alarm rate", lambda q: share(q.scores.false_alarms))
    yield chance(ROC_AUC.name, _auc, percent=False)
    yield row(
        "calibration error",
        lambda q: Value(q.calibration.error, q.calibration_interval),
        percent=False,
    )
    yield row("Brier score", lambda q: Value(q.calibration.brier), percent=False)


def _of_binary(quality: Quality) -> BinaryQuality | None:
    return quality.binary


def _balanced(scores: Decisions, parameter: float | None = None) -> Value:
    if scores.balanced_accuracy is None:
        return Value(None)
    return Value(scores.balanced_accuracy, scores.balanced_interval(), parameter=parameter)


def _chosen(chosen: Decisions | None) -> Value:
    return Value(None) if chosen is None else _balanced(chosen, chosen.threshold)


def _auc(quality: BinaryQuality) -> Value:
    scores = quality.scores
    if scores.roc_auc is None:
        return Value(None)
    return Value(scores.roc_auc, auc_interval(scores.roc_auc, scores.positives, scores.negatives))


def _anomalies(found: Evaluation) -> Iterator[Row]:
    row = functools.partial(_row, found, _of_anomalies, ANOMALIES)
    area = functools.partial(row, percent=False, baseline=Value(0.5), against="chance")
    quality = found.answering.anomalies
    assert quality is not None
    yield area(ANOMALY_AUC.name, lambda a: Value(a.areas.auc, a.areas.auc_interval()))
    yield area("partial AUC", lambda a: Value(a.areas.pauc, a.areas.pauc_interval()))
    yield area(
        "partial AUC, DCASE",
        lambda a: Value(a.areas.pauc_dcase, a.areas.pauc_dcase_interval()),
        baseline=Value(MAX_FALSE_ALARMS / 2),
    )
    if quality.mean is not None:
        yield area("mean AUC of sources", _mean_auc)
        yield area("mean partial AUC", lambda a: Value(None if a.mean is None else a.mean.pauc))
    if quality.decided is not None:
        decided = quality.decided
        yield row(
            "accuracy",
            _of_decided(lambda d: share(d.accuracy)),
            baseline=share(decided.majority),
            against="majority",
        )
        chance = Value(0.5)
        yield row("balanced accuracy", _of_decided(_balanced), baseline=chance, against="chance")
        yield row("precision", _of_decided(lambda d: share(d.precision)))
        yield row("recall", _of_decided(lambda d: share(d.recall)))
        yield row("false alarm rate", _of_decided(lambda d: share(d.false_alarms)))
    if quality.chosen is not None:
        yield row(BEST_ERROR, lambda a: _chosen(a.chosen), baseline=Value(0.5), against="chance")


def _of_anomalies(quality: Quality) -> AnomalyQuality | None:
    return quality.anomalies


def _mean_auc(quality: AnomalyQuality) -> Value:
    mean = quality.mean
    return Value(None) if mean is None else Value(mean.auc, mean.auc_interval())


def _of_decided(of: Callable[[Decisions], Value]) -> Callable[[AnomalyQuality], Value]:
    return lambda quality: Value(None) if quality.decided is None else of(quality.decided)


def _numbers(found: Evaluation) -> Iterator[Row]:
    row = functools.partial(_row, found, _of_numbers, NUMBERS, percent=False)
    numbers = found.answering.numbers
    assert numbers is not None
    mean = functools.partial(row, against="true mean")
    mae, rmse = Value(numbers.baseline_mae), Value(numbers.baseline_rmse)
    yield mean(MAE.name, lambda n: Value(n.mae, n.mae_interval), baseline=mae)
    yield mean("RMSE", lambda n: Value(n.rmse, n.rmse_interval), baseline=rmse)
    r2 = None if numbers.r2 is None else Value(0.0)
    yield mean("R2", lambda n: Value(n.r2, n.r2_interval), baseline=r2)
    yield row("bias", lambda n: Value(n.bias))


def _of_numbers(quality: Quality) -> RegressionMetrics | None:
    return quality.numbers


def _localization(found: Evaluation) -> Iterator[Row]:
    row = functools.partial(_row, found, _of_places, LOCALIZATION)
    base, places = found.baselines, found.answering.places
    assert base is not None
    assert places is not None
    centre = functools.partial(row, baseline=share(base.centre), against="centre")
    yield centre("location in a box", lambda q: share(q.answered))
    yield centre("pointing game", lambda q: share(q.peak))
    yield centre(
        "  within half a cell", lambda q: share(q.near_peak), baseline=share(base.near_centre)
    )
    # The centre of the same images, which are those that the answering side found.
    same = share(places.found.second)
    yield centre(FOUND, lambda q: share(q.found.first), baseline=same)
    yield row("  gain over centre", lambda q: gain(q.found))
    box = functools.partial(row, against="centre box")
    for index, centre_box in enumerate(base.boxes):
        iou = f"IoU {centre_box.delta:g}"
        yield box(f"MaxBoxAcc, {iou}", _box_at(index), baseline=_box(centre_box))
        yield row(f"  gain, {iou}", _box_gain_at(index))
    if base.boxes:
        mean = _mean(base.boxes)
        yield box("  mean of these", lambda q: _mean(q.boxes), baseline=mean)


def _of_places(quality: Quality) -> PlaceQuality | None:
    return quality.places


def _box_at(index: int) -> Callable[[PlaceQuality], Value]:
    return lambda quality: _box(quality.boxes[index])


def _box_gain_at(index: int) -> Callable[[PlaceQuality], Value]:
    return lambda quality: gain(quality.box_gains[index])


def _box(accuracy: BoxAccuracy) -> Value:
    return share(accuracy.hits, accuracy.parameter)


def _mean(boxes: tuple[BoxAccuracy, ...]) -> Value:
    rates = [accuracy.hits.rate for accuracy in boxes]
    known = [rate for rate in rates if rate is not None]
    return Value(sum(known) / len(known) if len(known) == len(rates) else None)
