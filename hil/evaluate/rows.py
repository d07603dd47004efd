"""An evaluation as lines of one table: each metric beside the oracle and a baseline.

The terminal and the JSON file are both made of these rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hil.evaluate.quality import Baselines, Evaluation, Quality
from hil.metrics import BoxAccuracy, Hits
from hil.stats.auc import auc_interval
from hil.stats.wilson import mean_interval, wilson_interval

SCORES, LOCALIZATION = "scores", "localization"


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
    yield row("balanced accuracy", _balanced, baseline=half, baseline_name="chance")
    yield row("precision", lambda q: share(q.scores.precision))
    yield row("recall", lambda q: share(q.scores.recall))
    yield row("false alarm rate", lambda q: share(q.scores.false_alarms))
    yield row("ROC AUC", _auc, percent=False, baseline=half, baseline_name="chance")
    yield row("calibration error", _calibration_error, percent=False)
    yield row("Brier score", lambda q: Value(q.calibration.brier), percent=False)


def _calibration_error(quality: Quality) -> Value:
    return Value(quality.calibration.error, quality.calibration_interval)


def _balanced(quality: Quality) -> Value:
    scores = quality.scores
    if scores.balanced_accuracy is None:
        return Value(None)
    interval = mean_interval(
        (scores.true_positives, scores.positives), (scores.true_negatives, scores.negatives)
    )
    return Value(scores.balanced_accuracy, interval)


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
        device = None if found.device is None else share(of(found.device))
        yield Row(
            LOCALIZATION, name, True, device, share(of(found.oracle)), share(baseline), "centre"
        )
    for index, accuracy in enumerate(found.oracle.boxes):
        device = None if found.device is None else _box(found.device.boxes[index])
        yield Row(
            LOCALIZATION,
            f"MaxBoxAcc, IoU {accuracy.delta:g}",
            True,
            device,
            _box(accuracy),
            _box(base.boxes[index]),
            "centre box",
        )
    if found.oracle.boxes:
        yield _mean_box_accuracy(found, base)


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
