"""Bootstrap intervals: of median and p95, and of what is a function of means.

B. Efron and R. J. Tibshirani, "An Introduction to the Bootstrap" (1993), percentile
method. Nothing is resampled value by value: the order statistics of a resample of n
values are the values at ceil(n * U), where U are order statistics of n uniform
numbers, and these are distributed as Beta. So a million resamples cost as much for
ten values as for ten thousand.

The quantile is the one that numpy and most benchmark tools give: linear between
the two values nearest to position q * (n - 1).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RESAMPLES = 20_000
MEANS_RESAMPLES = 2_000
SEED = 1


def quantile(values: Sequence[float], share: float) -> float:
    """The `share` quantile (0 to 1) of at least one value."""
    import numpy as np

    return float(np.quantile(np.asarray(values, np.float64), share))


def bootstrap_quantiles(
    values: Sequence[float], share: float, *, resamples: int = RESAMPLES
) -> NDArray[np.float64]:
    """The quantile of each of many resamples, float64 [resamples]; the same each time."""
    import numpy as np

    ordered = np.sort(np.asarray(values, np.float64))
    n = len(ordered)
    if n == 0:
        raise ValueError("a quantile of no values")
    place = share * (n - 1)
    rank = min(math.floor(place) + 1, n)  # from 1
    rng = np.random.default_rng(SEED)
    lower = rng.beta(rank, n - rank + 1, resamples)
    below = ordered[_places(lower, n)]
    weight = place - math.floor(place)
    if weight == 0 or rank == n:
        return below
    # Given one order statistic, those above it are uniform between it and 1.
    upper = lower + (1 - lower) * rng.beta(1, n - rank, resamples)
    above = ordered[_places(upper, n)]
    mixed: NDArray[np.float64] = below + weight * (above - below)
    return mixed


def quantile_interval(
    values: Sequence[float], share: float, confidence: float = 0.95
) -> tuple[float, float]:
    """(low, high) of a quantile, by the percentile bootstrap.

    With fewer than `values_needed` the true quantile may well lie beyond every value
    that was seen, and no resampling can tell.
    """
    return percentile_interval(bootstrap_quantiles(values, share), confidence)


def percentile_interval(
    found: NDArray[np.float64], confidence: float = 0.95
) -> tuple[float, float]:
    """(low, high) of what many resamples gave."""
    import numpy as np

    tail = (1 - confidence) / 2
    low, high = np.quantile(found, [tail, 1 - tail])
    return float(low), float(high)


def resampled_means(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """The means of many resamples of rows, float64 [resamples, columns]; the same each time.

    Args:
        columns: [samples, columns].
    """
    import numpy as np

    rng, n = np.random.default_rng(SEED), len(columns)
    means = np.empty((MEANS_RESAMPLES, columns.shape[1]))
    for mean in means:  # one at a time: memory for the samples only
        times = np.bincount(rng.integers(n, size=n), minlength=n)
        mean[:] = times @ columns / n
    return means


def values_needed(share: float, confidence: float = 0.95) -> int:
    """How many values it takes until one of them lies beyond the quantile for sure enough.

    The chance that all of n values are below the `share` quantile is share ** n; it
    has to be at most (1 - confidence) / 2. 72 for p95 at 95 %, 6 for the median.
    """
    farther = max(share, 1 - share)
    return math.ceil(math.log((1 - confidence) / 2) / math.log(farther))


def _places(uniform: NDArray[np.float64], n: int) -> NDArray[np.intp]:
    import numpy as np

    return np.clip(np.ceil(uniform * n).astype(np.intp) - 1, 0, n - 1)
