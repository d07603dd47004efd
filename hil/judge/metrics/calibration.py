"""Whether a score of 70 % is right in 70 of 100 cases.

Reliability bins and expected calibration error as in Guo et al., "On Calibration
of Modern Neural Networks" (ICML 2017), for the probability of one class; the
Brier score (Brier, Monthly Weather Review 1950) of two classes in its usual form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import SupportsFloat

from hil.errors import UsageError


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Images whose score is from `low` up to `high` percent; the last bin includes 100.

    `mean_score` is percent, `positives` the number of images that are positive.
    """

    low: float
    high: float
    images: int
    mean_score: float | None
    positives: int

    @property
    def share(self) -> float | None:
        """Percent of the images that are positive; what `mean_score` should be."""
        return 100 * self.positives / self.images if self.images else None


@dataclass(frozen=True, slots=True)
class Calibration:
    """`error`: expected calibration error, 0 to 1. `brier`: mean squared error, 0 to 1.

    Both are None without images.
    """

    bins: tuple[ReliabilityBin, ...]
    error: float | None
    brier: float | None


_RESAMPLES = 2000
_SEED = 20170806
_BINS = 10
_CONFIDENCE = 0.95


def calibration(
    scores_percent: Sequence[SupportsFloat], labels: Sequence[bool], bins: int = _BINS
) -> Calibration:
    """Scores against how often they are right, in `bins` bins of equal width.

    Args:
        scores_percent: of the positive class, 0 to 100, one an image.
        labels: whether the image shows the positive class.
        bins: their number.

    Raises:
        UsageError: not as many labels as scores, or a score outside 0 to 100.
    """
    import numpy as np

    if len(scores_percent) != len(labels):
        raise UsageError(
            f"{len(scores_percent)} scores, but {len(labels)} labels", hint="give one label a score"
        )
    scores = np.array([float(score) for score in scores_percent], np.float64)
    positive = np.array(labels, bool)
    if not ((scores >= 0) & (scores <= 100)).all():
        raise UsageError("a score is outside 0 to 100 percent", hint="scores are in percent")
    places = np.minimum((scores * bins / 100).astype(int), bins - 1)
    counts = np.bincount(places, minlength=bins)
    sums = np.bincount(places, scores, minlength=bins)
    hits = np.bincount(places, positive, minlength=bins).astype(int)
    found = tuple(
        ReliabilityBin(
            low=100 * i / bins,
            high=100 * (i + 1) / bins,
            images=int(counts[i]),
            mean_score=float(sums[i] / counts[i]) if counts[i] else None,
            positives=int(hits[i]),
        )
        for i in range(bins)
    )
    if not len(scores):
        return Calibration(found, None, None)
    error = float(np.abs(sums / 100 - hits).sum() / len(scores))
    brier = float(((scores / 100 - positive) ** 2).mean())
    return Calibration(found, error, brier)


def calibration_interval(
    scores_percent: Sequence[SupportsFloat], labels: Sequence[bool]
) -> tuple[float, float] | None:
    """Bootstrap interval (95 %, percentile, fixed seed) of the expected calibration error.

    Resampling adds scatter to every bin, which only ever raises the error: the
    interval lies high, so that a limit is never met by luck. None without images.
    """
    import numpy as np

    if not len(scores_percent):
        return None
    scores = np.array([float(score) for score in scores_percent], np.float64)
    kinds, counts = np.unique(
        np.stack([scores, np.array(labels, np.float64)]), axis=1, return_counts=True
    )
    places = np.minimum((kinds[0] * _BINS / 100).astype(int), _BINS - 1)
    gaps = np.zeros((len(counts), _BINS))
    gaps[np.arange(len(counts)), places] = kinds[0] / 100 - kinds[1]
    drawn = np.random.default_rng(_SEED).multinomial(
        len(scores), counts / counts.sum(), size=_RESAMPLES
    )
    errors = np.abs(drawn @ gaps).sum(axis=1) / len(scores)
    low, high = np.quantile(errors, [(1 - _CONFIDENCE) / 2, (1 + _CONFIDENCE) / 2])
    return float(low), float(high)
