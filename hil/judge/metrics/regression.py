"""How far answered numbers are from true ones: MAE, RMSE, R2.

R2 = 1 - sum of squared errors / sum of squared deviations of the true values from their mean,
as scikit-learn's `r2_score`; where all true values are equal there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hil.judge.stats.bootstrap import percentile_interval, resampled_means

FEWEST = 10
"""Samples below which nothing is said of how far the figures would be with others."""

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class RegressionMetrics:
    """All figures are None without samples.

    Attributes:
        samples: their number.
        mae, rmse: in the unit of the values.
        bias: mean of answer minus truth, in that unit.
        r2: 1 at best; None where all true values are equal.
        baseline_mae, baseline_rmse: of always answering the mean of the true values, whose R2 is 0.
        mae_interval, rmse_interval, r2_interval: bootstrap (percentile, fixed seed), 95 %; None
            below `FEWEST` samples.
    """

    samples: int
    mae: float | None = None
    rmse: float | None = None
    bias: float | None = None
    r2: float | None = None
    baseline_mae: float | None = None
    baseline_rmse: float | None = None
    mae_interval: Interval | None = None
    rmse_interval: Interval | None = None
    r2_interval: Interval | None = None


def regression_metrics(truths: Sequence[float], answers: Sequence[float]) -> RegressionMetrics:
    """Compares answers with true values, in their order."""
    import numpy as np

    if len(truths) != len(answers):
        raise ValueError(f"{len(truths)} true values, but {len(answers)} answers")
    true = np.asarray(truths, np.float64)
    if not len(true):
        return RegressionMetrics(0)
    errors = np.asarray(answers, np.float64) - true
    apart = true - true.mean()
    varies = bool((true != true[0]).any())
    found = RegressionMetrics(
        samples=len(true),
        mae=float(np.abs(errors).mean()),
        rmse=float(np.sqrt((errors**2).mean())),
        bias=float(errors.mean()),
        r2=float(1 - (errors**2).sum() / (apart**2).sum()) if varies else None,
        baseline_mae=float(np.abs(apart).mean()),
        baseline_rmse=float(np.sqrt((apart**2).mean())),
    )
    if len(true) < FEWEST:
        return found
    columns = np.stack([np.abs(errors), errors**2, apart, apart**2], axis=1)
    absolute, squared, centre, spread = resampled_means(columns).T
    spread = spread - centre**2
    some = spread > 0  # a resample of equal values has no R2
    return replace(
        found,
        mae_interval=percentile_interval(absolute),
        rmse_interval=percentile_interval(np.sqrt(squared)),
        r2_interval=percentile_interval(1 - squared[some] / spread[some]) if varies else None,
    )
