"""The charts of a model card as SVG. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from hil.judge.metrics.scores import Decisions
from model.modelcard.facts import CardFacts, Side
from model.modelcard.svg import (
    BLUE,
    GRAY,
    GREEN,
    ORANGE,
    PURPLE,
    Axis,
    Chart,
    Line,
    Mark,
    cell,
    charts,
    document,
    text,
)

_DIAGONAL = Line(((0.0, 0.0), (1.0, 1.0)), GRAY, dashed=True)


def training_curves(history: Sequence[Mapping[str, Any]]) -> str:
    """Losses, and what was measured on val, over the epochs; at least one."""
    epochs = Axis("epoch", 0, max(1, float(history[-1]["epoch"])))
    losses = _series(history, {"loss": (BLUE, "training"), "val_loss": (ORANGE, "validation")})
    highest = max((y for line in losses for _, y in line.points), default=1.0)
    measured = _series(
        history,
        {
            "val_auc": (BLUE, "ROC AUC"),
            "val_balanced_accuracy": (GREEN, "balanced accuracy"),
            "val_pointing": (PURPLE, "pointing, true positives"),
            "val_pointing_centre": (GRAY, "the centre of the same"),
        },
    )
    lowest = min((y for line in measured for _, y in line.points), default=0.0)
    return charts(
        [
            Chart("Loss", epochs, Axis("loss", 0, _rounded_up(highest)), losses),
            Chart("On val", epochs, Axis("share", math.floor(lowest * 10) / 10, 1), measured),
        ]
    )


def roc(facts: CardFacts) -> str:
    """ROC of int8 and float on the test images, with the operating points of int8."""
    lines = (
        _DIAGONAL,
        Line(_roc_points(facts.float_side.roc), ORANGE, _auc("float", facts.float_side)),
        Line(_roc_points(facts.int8_side.roc), BLUE, _auc("int8", facts.int8_side)),
    )
    marks: dict[int, Mark] = {}
    for threshold in facts.thresholds:
        point = threshold.test
        marks[point.threshold_percent] = Mark(
            point.false_alarms.rate or 0.0,
            point.recall.rate or 0.0,
            f"{point.threshold_percent} %",
            BLUE,
        )
    x, y = Axis("false alarm rate"), Axis("recall")
    return charts([Chart("ROC on test", x, y, lines, tuple(marks.values()), height=440)])


def reliability(facts: CardFacts) -> str:
    """How often a score is right, int8 and float, and how many images have it."""
    lines = tuple(
        Line(
            [
                (place.mean_score / 100, place.share / 100)
                for place in side.both.answering.calibration.bins
                if place.mean_score is not None and place.share is not None
            ],
            colour,
            name,
            dots=True,
        )
        for side, colour, name in (
            (facts.float_side, ORANGE, "float"),
            (facts.int8_side, BLUE, "int8"),
        )
    )
    bins = facts.int8_side.both.answering.calibration.bins
    counts = [place.images for place in bins]
    corners = [(0.0, 0.0)]
    for place in bins:
        corners += [(edge / 100, float(place.images)) for edge in (place.low, place.high)]
    corners.append((1.0, 0.0))
    score = Axis("score")
    return charts(
        [
            Chart("Reliability on test", score, Axis("share with a person"), (_DIAGONAL, *lines)),
            Chart(
                "Images by score, int8",
                score,
                Axis("images", 0, _rounded_up(max(counts))),
                (Line(corners, BLUE),),
            ),
        ]
    )


def confusion(facts: CardFacts) -> str:
    """The decisions of int8 on the test images at its own threshold."""
    scores = facts.int8_side.both.answering.scores
    rows = (
        ("person", scores.true_positives, scores.false_negatives, scores.positives),
        ("no person", scores.false_positives, scores.true_negatives, scores.negatives),
    )
    parts = [
        text(270, 22, f"Decisions of int8 from {scores.threshold:g} % on", size=14),
        text(210, 48, "called person"),
        text(350, 48, "called no person"),
    ]
    for n, (name, yes, no, total) in enumerate(rows):
        y = 58 + 90 * n
        parts.append(text(130, y + 50, name, anchor="end"))
        for x, count in ((140, yes), (280, no)):
            share = count / total if total else 0.0
            parts.append(cell(x, y, 140, 90, share, (f"{count:,}", f"{100 * share:.1f} %")))
    return document(parts, 440, 250, "Confusion matrix")


def pointing_map(facts: CardFacts) -> str:
    """Where the locations of true positives lie on the map, and how often they are right."""
    side, top, left = 64, 40, 20
    most = max((count for row in facts.cells for count, _ in row), default=0)
    parts = []
    for r, row in enumerate(facts.cells):
        for c, (count, right) in enumerate(row):
            share = count / most if most else 0.0
            lines = (str(count), f"{right} right") if count else ("0",)
            parts.append(cell(left + side * c, top + side * r, side, side, share, lines))
    columns = max((len(row) for row in facts.cells), default=0)
    width, height = 2 * left + side * columns, top + side * len(facts.cells) + left
    parts.append(text(width / 2, 24, "Locations of true positives by cell", size=14))
    return document(parts, width, height, "Locations by cell")


def _series(
    history: Sequence[Mapping[str, Any]], wanted: Mapping[str, tuple[str, str]]
) -> tuple[Line, ...]:
    lines = []
    for key, (colour, name) in wanted.items():
        points = [
            (float(epoch["epoch"]), float(epoch[key]))
            for epoch in history
            if epoch.get(key) is not None
        ]
        if points:
            lines.append(Line(points, colour, name, dashed=colour == GRAY))
    return tuple(lines)


def _roc_points(curve: Sequence[Decisions]) -> list[tuple[float, float]]:
    return [(point.false_alarms.rate or 0.0, point.recall.rate or 0.0) for point in curve]


def _auc(name: str, side: Side) -> str:
    auc = side.both.answering.scores.roc_auc
    return name if auc is None else f"{name}, AUC {auc:.3f}"


def _rounded_up(value: float) -> float:
    """To two digits, so that five steps have short numbers."""
    if value <= 0:
        return 1.0
    unit: float = 10.0 ** math.floor(math.log10(value))
    return math.ceil(2 * value / unit) / 2 * unit
