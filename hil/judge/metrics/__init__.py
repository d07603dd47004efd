"""How well scores and locations agree with what is known of the images: pure functions."""

from hil.judge.metrics.boxes import BoxAccuracy, centre_box_accuracy, iou, map_box, max_box_accuracy
from hil.judge.metrics.calibration import (
    Calibration,
    ReliabilityBin,
    calibration,
    calibration_interval,
)
from hil.judge.metrics.hits import Hits, PairedHits, paired_hits
from hil.judge.metrics.pointing import in_boxes, pointing_game
from hil.judge.metrics.scores import (
    Decisions,
    ScoreMetrics,
    best_threshold,
    roc_auc,
    score_metrics,
    threshold_curve,
)

__all__ = [
    "BoxAccuracy",
    "Calibration",
    "Decisions",
    "Hits",
    "PairedHits",
    "ReliabilityBin",
    "ScoreMetrics",
    "best_threshold",
    "calibration",
    "calibration_interval",
    "centre_box_accuracy",
    "in_boxes",
    "iou",
    "map_box",
    "max_box_accuracy",
    "paired_hits",
    "pointing_game",
    "roc_auc",
    "score_metrics",
    "threshold_curve",
]
