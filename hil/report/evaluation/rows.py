"""An evaluation as lines of one table: each metric beside the oracle and a baseline.

The terminal and the JSON file are both made of these rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hil.judge.evaluation.quality import Baselines, Evaluation, Quality
from hil.judge.metrics.boxes import BoxAccuracy
from hil.judge.metrics.hits import Hits, PairedHits
from hil.judge.metrics.scores import Decisions
from hil.judge.stats.auc import auc_interval
from hil.judge.stats.paired import paired_difference_interval
from hil.judge.stats.wilson import mean_interval, wilson_interval

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
    interval = wilson_interval(hits.hits, hits.trials) if hits.trials else None
    return Value(hits.rate, interval, hits.hits, hits.trials, parameter)


def gain(paired: PairedHits) -> Value:
    """What the first way hits more often than the second, with its interval."""
    if not paired.trials:
        return Value(None)
    counts = (paired.both, paired.only_first, paired.only_second, paired.neither)
    return Value(paired.gain, paired_difference_interval(*counts), trials=paired.trials)


def _scores(found: Evaluation) -> Iterator[Row]:
    def row(
        name: str,
        of: Callable[[Quality], Value],
        *,
        percent: bool = True,
        baseline: Value | None = None,
        baseline_name: str = "",
    ) -> Row:
        device = None if found.device is None else of(found.device)
        oracle = of(found.oracle)
        return Row(SCORES, name, percent, device, oracle, baseline, baseline_name)

    majority = share(found.oracle.scores.majority)
    yield row(
        "accuracy",
        lambda q: share(q.scores.accuracy),
        baseline=majority,
        baseline_name="majority",
    )
    half = Value(0.5)
    yield row(
        "balanced accuracy", lambda q: _balanced(q.scores), baseline=half, baseline_name="chance"
    )
    if found.oracle.chosen is not None:
        yield row(CHOSEN, _chosen, baseline=half, baseline_name="chance")
    yield row("precision", lambda q: share(q.scores.precision))
    yield row("recall", lambda q: share(q.scores.recall))
    yield row("false alarm rate", lambda q: share(q.scores.false_alarms))
    yield row("ROC AUC", _auc, percent=False, baseline=half, baseline_name="chance")
    yield row("calibration error", _calibration_error, percent=False)
    yield row("Brier score", lambda q: Value(q.calibration.brier), percent=False)


def _calibration_error(quality: Quality) -> Value:
    return Value(quality.calibration.error, quality.calibration_interval)


def _balanced(scores: Decisions, parameter: float | None = None) -> Value:
    if scores.balanced_accuracy is None:
        return Value(None)
    interval = mean_interval(
        (scores.true_positives, scores.positives), (scores.true_negatives, scores.negatives)
    )
    return Value(scores.balanced_accuracy, interval, parameter=parameter)


def _chosen(quality: Quality) -> Value:
    chosen = quality.chosen
    return Value(None) if chosen is None else _balanced(chosen, chosen.threshold)


def _auc(quality: Quality) -> Value:
    scores = quality.scores
    if scores.roc_auc is None:
        return Value(None)
    return Value(scores.roc_auc, auc_interval(scores.roc_auc, scores.positives, scores.negatives))


def _localization(found: Evaluation) -> Iterator[Row]:
    base = found.baselines
    pointing: tuple[tuple[str, Callable[[Quality], Hits], Hits], ...] = (
        ("location in a box", lambda q: q.answered, base.centre),
        ("pointing game", lambda q: q.peak, base.centre),
        ("  within half a cell", lambda q: q.near_peak, base.near_centre),
    )
    for name, of, baseline in pointing:
        yield _localized(found, name, _shared(of), share(baseline), "centre")
    # The centre of the same images, which are those that the answering side found.
    centre = share(found.answering.found.second)
    yield _localized(found, FOUND, lambda q: share(q.found.first), centre, "centre")
    yield _localized(found, "  gain over centre", lambda q: gain(q.found))
    for index, accuracy in enumerate(found.oracle.boxes):
        iou = f"IoU {accuracy.delta:g}"
        centre_box = _box(base.boxes[index])
        yield _localized(found, f"MaxBoxAcc, {iou}", _box_at(index), centre_box, "centre box")
        yield _localized(found, f"  gain, {iou}", _box_gain_at(index))
    if found.oracle.boxes:
        yield _mean_box_accuracy(found, base)


def _localized(
    found: Evaluation,
    name: str,
    of: Callable[[Quality], Value],
    baseline: Value | None = None,
    baseline_name: str = "",
) -> Row:
    device = None if found.device is None else of(found.device)
    return Row(LOCALIZATION, name, True, device, of(found.oracle), baseline, baseline_name)


def _shared(of: Callable[[Quality], Hits]) -> Callable[[Quality], Value]:
    return lambda quality: share(of(quality))


def _box_at(index: int) -> Callable[[Quality], Value]:
    return lambda quality: _box(quality.boxes[index])


def _box_gain_at(index: int) -> Callable[[Quality], Value]:
    return lambda quality: gain(quality.box_gains[index])


def _box(accuracy: BoxAccuracy) -> Value:
    return share(accuracy.hits, accuracy.parameter)


def _mean_box_accuracy(found: Evaluation, base: Baselines) -> Row:
    def mean(boxes: tuple[BoxAccuracy, ...]) -> Value:
        rates = [accuracy.hits.rate for accuracy in boxes]
        known = [rate for rate in rates if rate is not None]
        return Value(sum(known) / len(known) if len(known) == len(rates) else None)

    device = None if found.device is None else mean(found.device.boxes)
    oracle, baseline = mean(found.oracle.boxes), mean(base.boxes)
    return Row(LOCALIZATION, "  mean of these", True, device, oracle, baseline, "centre box")
