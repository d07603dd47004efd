"""How well scores and locations agree with what is known of the images: pure functions."""

from hil.metrics.boxes import BoxAccuracy, centre_box_accuracy, iou, map_box, max_box_accuracy
from hil.metrics.calibration import (
    Calibration,
    ReliabilityBin,
    calibration,
    calibration_interval,
)
from hil.metrics.hits import Hits
from hil.metrics.pointing import pointing_game
from hil.metrics.scores import (
    Decisions,
    ScoreMetrics,
    roc_auc,
    score_metrics,
    threshold_curve,
)

__all__ = [
    "BoxAccuracy",
    "Calibration",
    "Decisions",
    "Hits",
    "ReliabilityBin",
    "ScoreMetrics",
    "calibration",
    "calibration_interval",
    "centre_box_accuracy",
    "iou",
    "map_box",
    "max_box_accuracy",
    "pointing_game",
    "roc_auc",
    "score_metrics",
    "threshold_curve",
]
