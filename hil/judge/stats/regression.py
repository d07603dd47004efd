"""Did it change? A distribution-free test of two series, with the size of the change.

H. B. Mann and D. R. Whitney, Annals of Mathematical Statistics 18 (1947): the U test,
exact for small series without ties, otherwise the normal approximation with
corrections for ties and continuity. J. L. Hodges and E. L. Lehmann, same journal 34
(1963): the shift is the median of all differences. Its interval holds the shifts
that the test does not refuse (M. Hollander, D. A. Wolfe, "Nonparametric Statistical
Methods").

Nothing assumes a shape: latencies are skewed, quantized and full of ties.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.judge.stats.normal import two_sided_p, two_sided_z

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DEFAULT_ALPHA = 0.01
"""Chance of calling noise a change, for one metric."""

DEFAULT_MIN_EFFECT = 0.005
"""A change smaller than this share of the median before is none worth telling."""

_EXACT = 50  # values in a series, up to which the exact distribution is used


@dataclass(frozen=True, slots=True)
class Shift:
    """How the second series lies to the first.

    Attributes:
        u: the Mann-Whitney statistic of the first series: pairs in which its value is
            the larger one, ties half.
        p: two-sided chance of such a U, or one farther out, without any change.
        shift: Hodges-Lehmann estimate of second minus first, in their unit.
        low, high: confidence interval of `shift`.
        relative: `shift` as a share of the first series' median; None if that is 0.
    """

    u: float
    p: float
    shift: float
    low: float
    high: float
    relative: float | None


def shift(before: Sequence[float], after: Sequence[float], confidence: float = 0.95) -> Shift:
    """Compares two series of at least one value each.

    Needs memory for the series only, however many pairs they make.
    """
    import numpy as np

    x, y = np.sort(np.asarray(before, np.float64)), np.sort(np.asarray(after, np.float64))
    if not len(x) or not len(y):
        raise ValueError("a comparison needs values on both sides")
    u, tie_term = _u_statistic(x, y)
    exact = tie_term == 0 and max(len(x), len(y)) < _EXACT
    pairs = len(x) * len(y)
    p = _exact_p(u, len(x), len(y)) if exact else _normal_p(u, len(x), len(y), tie_term)
    cut = (
        _exact_cut(len(x), len(y), confidence)
        if exact
        else _normal_cut(len(x), len(y), tie_term, confidence)
    )
    middle = (_difference(x, y, (pairs + 1) // 2) + _difference(x, y, pairs // 2 + 1)) / 2
    low, high = _difference(x, y, cut), _difference(x, y, pairs + 1 - cut)
    median = float(np.median(x))
    relative = middle / abs(median) if median else None
    return Shift(u, p, middle, low, high, relative)


def changed(found: Shift, *, min_effect: float = DEFAULT_MIN_EFFECT) -> bool:
    """Whether a shift is significant (`DEFAULT_ALPHA`) and large enough to matter.

    `min_effect`: the smallest relative shift that matters. Without a relative shift (a
    median of 0) any shift does.
    """
    if found.p > DEFAULT_ALPHA or found.shift == 0:
        return False
    return found.relative is None or abs(found.relative) >= min_effect


def _u_statistic(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    """U of sorted x against sorted y, and sum(t^3 - t) over the ties."""
    import numpy as np

    larger = int(np.searchsorted(y, x, side="left").sum())
    not_smaller = int(np.searchsorted(y, x, side="right").sum())
    _, counts = np.unique(np.concatenate([x, y]), return_counts=True)
    ties = counts.astype(np.float64)
    return (larger + not_smaller) / 2, float((ties**3 - ties).sum())


@functools.cache
def _exact_counts(n: int, m: int) -> NDArray[np.float64]:
    """Share of the arrangements of n and m values that give each U, 0 to n * m.

    The generating function is the Gaussian binomial: products of (1 - q^k) over
    quotients of the same.
    """
    import numpy as np

    small, large = min(n, m), max(n, m)
    ways = np.zeros(n * m + 1)
    ways[0] = 1.0
    for k in range(1, small + 1):
        factor = large + k
        if factor <= n * m:
            ways[factor:] = ways[factor:] - ways[:-factor]
        # Dividing by 1 - q^k: sums of every kth.
        whole = np.pad(ways, (0, -len(ways) % k))
        ways = whole.reshape(-1, k).cumsum(axis=0).ravel()[: len(ways)]
    shares: NDArray[np.float64] = ways / ways.sum()
    return shares


def _exact_p(u: float, n: int, m: int) -> float:
    shares = _exact_counts(n, m)
    smaller = min(round(u), n * m - round(u))
    return min(1.0, 2 * float(shares[: smaller + 1].sum()))


def _exact_cut(n: int, m: int, confidence: float) -> int:
    """Rank (from 1) of the difference that begins the interval."""
    import numpy as np

    below = np.cumsum(_exact_counts(n, m))
    return max(1, int(np.searchsorted(below, (1 - confidence) / 2, side="left")))


def _deviation(n: int, m: int, tie_term: float) -> float:
    total = n + m
    spread = total + 1 - tie_term / (total * (total - 1)) if total > 1 else 0.0
    return math.sqrt(max(n * m / 12 * spread, 0.0))


def _normal_p(u: float, n: int, m: int, tie_term: float) -> float:
    deviation = _deviation(n, m, tie_term)
    off = abs(u - n * m / 2) - 0.5  # continuity
    if deviation == 0 or off <= 0:
        return 1.0
    return two_sided_p(off / deviation)


def _normal_cut(n: int, m: int, tie_term: float, confidence: float) -> int:
    z = two_sided_z(confidence)
    return max(1, round(n * m / 2 - z * _deviation(n, m, tie_term)))


def _difference(x: NDArray[np.float64], y: NDArray[np.float64], rank: int) -> float:
    """The `rank`th smallest (from 1) of all differences y - x, of sorted series.

    By halving the range and counting, then the smallest difference that is not below.
    """
    import numpy as np

    def count(limit: float) -> int:
        """Differences <= limit."""
        return int(np.searchsorted(y, x + limit, side="right").sum())

    low, high = float(y[0] - x[-1]), float(y[-1] - x[0])
    if count(low) >= rank:
        return low
    while True:
        middle = low + (high - low) / 2
        if not low < middle < high:
            break
        if count(middle) >= rank:
            high = middle
        else:
            low = middle
    # The answer lies in (low, high], which holds one float; take it as a difference.
    places = np.searchsorted(y, x + low, side="right")
    inside = places < len(y)
    return float((y[places[inside]] - x[inside]).min())
