"""Does a series rise or fall? Its slope with an interval, without any assumed shape of the noise.

H. Theil, Proceedings of the Royal Netherlands Academy of Sciences 53 (1950): the slope is the
median of the slopes of all pairs. P. K. Sen, Journal of the American Statistical Association 63
(1968): its interval holds the slopes for which Kendall's test sees no trend in what remains.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hil.judge.stats.normal import two_sided_z


@dataclass(frozen=True, slots=True)
class Slope:
    """Units of y for one of x: the estimate, and the ends of its interval."""

    value: float
    low: float
    high: float

    @property
    def certain(self) -> bool:
        """Whether the interval leaves no doubt that there is a trend, and its direction."""
        return self.low > 0 or self.high < 0


def slope(x: Sequence[float], y: Sequence[float], confidence: float = 0.999) -> Slope | None:
    """The Theil-Sen slope of y over x; None where no two points differ in x.

    Takes time and memory for all pairs: give it hundreds of points, not thousands.
    """
    import numpy as np

    xs, ys = np.asarray(x, np.float64), np.asarray(y, np.float64)
    one, other = np.triu_indices(len(xs), 1)
    apart = xs[other] != xs[one]
    if not apart.any():
        return None
    one, other = one[apart], other[apart]
    slopes = np.sort((ys[other] - ys[one]) / (xs[other] - xs[one]))
    n, pairs = len(xs), len(slopes)
    half = two_sided_z(confidence) * (n * (n - 1) * (2 * n + 5) / 18) ** 0.5
    below = int((pairs - half) // 2)  # slopes that lie under the interval, and above it
    if below < 0:
        return Slope(float(np.median(slopes)), float("-inf"), float("inf"))
    low, high = slopes[below], slopes[pairs - 1 - below]
    return Slope(float(np.median(slopes)), float(low), float(high))
