"""An evaluation as lines of one table: each metric beside the oracle and a baseline.

The terminal and the JSON file are both made of these rows.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hil.judge.evaluation.quality import Evaluation, Quality
from hil.judge.metrics.boxes import BoxAccuracy
from hil.judge.metrics.hits import Hits, PairedHits
from hil.judge.metrics.scores import Decisions
from hil.judge.stats.auc import auc_interval

SCORES, LOCALIZATION = "scores", "localization"
CHOSEN = "  at best threshold"
"""Balanced accuracy at the threshold that is best on the validation images."""
FOUND = "pointing, true pos."
"""Locations of the images with a person that pass the threshold, in a true box."""


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
    return (*_scores(found), *_localization(found))


def share(hits: Hits, parameter: float | None = None) -> Value:
    """A share with its Wilson interval."""
    return Value(hits.rate, hits.interval(), hits.hits, hits.trials, parameter)


def gain(paired: PairedHits) -> Value:
    """What the first way hits more often than the second, with its interval."""
    return Value(paired.gain, paired.gain_interval(), trials=paired.trials or None)


def _row(
    found: Evaluation,
    name: str,
    of: Callable[[Quality], Value],
    *,
    group: str = LOCALIZATION,
    percent: bool = True,
    baseline: Value | None = None,
    against: str = "",
) -> Row:
    device = None if found.device is None else of(found.device)
    return Row(group, name, percent, device, of(found.oracle), baseline, against)


def _scores(found: Evaluation) -> Iterator[Row]:
    row = functools.partial(_row, found, group=SCORES)
    chance = functools.partial(row, baseline=Value(0.5), against="chance")
    majority = share(found.oracle.scores.majority)
    yield row("accuracy", lambda q: share(q.scores.accuracy), baseline=majority, against="majority")
    yield chance("balanced accuracy", lambda q: _balanced(q.scores))
    if found.oracle.chosen is not None:
        yield chance(CHOSEN, _chosen)
    yield row("precision", lambda q: share(q.scores.precision))
    yield row("recall", lambda q: share(q.scores.recall))
    yield row("false alarm rate", lambda q: share(q.scores.false_alarms))
    yield chance("ROC AUC", _auc, percent=False)
    yield row(
        "calibration error",
        lambda q: Value(q.calibration.error, q.calibration_interval),
        percent=False,
    )
    yield row("Brier score", lambda q: Value(q.calibration.brier), percent=False)


def _balanced(scores: Decisions, parameter: float | None = None) -> Value:
    if scores.balanced_accuracy is None:
        return Value(None)
    return Value(scores.balanced_accuracy, scores.balanced_interval(), parameter=parameter)


def _chosen(quality: Quality) -> Value:
    chosen = quality.chosen
    return Value(None) if chosen is None else _balanced(chosen, chosen.threshold)


def _auc(quality: Quality) -> Value:
    scores = quality.scores
    if scores.roc_auc is None:
        return Value(None)
    return Value(scores.roc_auc, auc_interval(scores.roc_auc, scores.positives, scores.negatives))


def _localization(found: Evaluation) -> Iterator[Row]:
    row, base = functools.partial(_row, found), found.baselines
    centre = functools.partial(row, baseline=share(base.centre), against="centre")
    yield centre("location in a box", lambda q: share(q.answered))
    yield centre("pointing game", lambda q: share(q.peak))
    yield centre(
        "  within half a cell", lambda q: share(q.near_peak), baseline=share(base.near_centre)
    )
    # The centre of the same images, which are those that the answering side found.
    same = share(found.answering.found.second)
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


def _box_at(index: int) -> Callable[[Quality], Value]:
    return lambda quality: _box(quality.boxes[index])


def _box_gain_at(index: int) -> Callable[[Quality], Value]:
    return lambda quality: gain(quality.box_gains[index])


def _box(accuracy: BoxAccuracy) -> Value:
    return share(accuracy.hits, accuracy.parameter)


def _mean(boxes: tuple[BoxAccuracy, ...]) -> Value:
    rates = [accuracy.hits.rate for accuracy in boxes]
    known = [rate for rate in rates if rate is not None]
    return Value(sum(known) / len(known) if len(known) == len(rates) else None)
