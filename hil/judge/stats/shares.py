"""Intervals for shares: of one, of the mean or the difference of two, and how many trials it takes.

E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference",
JASA 22 (1927). R. G. Newcombe, "Interval Estimation for the Difference between
Independent Proportions" and "Improved confidence intervals for the difference between
binomial proportions based on paired data", both Statistics in Medicine 17 (1998), method 10:
Wilson's intervals of both shares, squared and added; for pairs with their correlation.
"""

from __future__ import annotations

import math
from fractions import Fraction

from hil.judge.stats.normal import two_sided_z

_CLOSE = 1e-9


def wilson_interval(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """The shares that `successes` of `trials` are compatible with, two-sided.

    Raises:
        ValueError: no trials, or not 0 <= successes <= trials.
    """
    if trials < 1 or not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes of {trials} trials")
    z2 = two_sided_z(confidence) ** 2
    middle = (successes + z2 / 2) / (trials + z2)
    spread = successes * (trials - successes) / trials + z2 / 4
    half = math.sqrt(z2 * spread) / (trials + z2)
    # Exact at the ends, where rounding could leave a trace.
    low = 0.0 if successes == 0 else max(middle - half, 0.0)
    high = 1.0 if successes == trials else min(middle + half, 1.0)
    return low, high


def mean_interval(
    first: tuple[int, int], second: tuple[int, int], confidence: float = 0.95
) -> tuple[float, float]:
    """The interval of the mean of two independent shares, each (successes, trials).

    Newcombe's square-and-add of the two Wilson intervals (his method 10), for a sum
    in place of a difference.
    """
    shares = [successes / trials for successes, trials in (first, second)]
    bounds = [wilson_interval(*counts, confidence) for counts in (first, second)]
    below = math.hypot(*(share - low for share, (low, _) in zip(shares, bounds, strict=True)))
    above = math.hypot(*(high - share for share, (_, high) in zip(shares, bounds, strict=True)))
    mean = sum(shares) / 2
    return mean - below / 2, mean + above / 2


def paired_difference_interval(
    both: int, only_first: int, only_second: int, neither: int, confidence: float = 0.95
) -> tuple[float, float]:
    """What the share of the first minus that of the second is compatible with, two-sided.

    Args:
        both, only_first, only_second, neither: trials by outcome.
        confidence: 0 to 1.

    Raises:
        ValueError: no trials, or a negative number of them.
    """
    trials = both + only_first + only_second + neither
    if trials < 1 or min(both, only_first, only_second, neither) < 0:
        raise ValueError(f"outcomes {both}, {only_first}, {only_second}, {neither}")
    first, second = both + only_first, both + only_second
    low1, high1 = wilson_interval(first, trials, confidence)
    low2, high2 = wilson_interval(second, trials, confidence)
    share1, share2 = first / trials, second / trials
    phi = _correlation(both, only_first, only_second, neither)
    difference = (only_first - only_second) / trials
    below = _combined(share1 - low1, high2 - share2, phi)
    above = _combined(high1 - share1, share2 - low2, phi)
    return max(difference - below, -1.0), min(difference + above, 1.0)


def trials_to_reach(limit: float, share: float, confidence: float = 0.95) -> int | None:
    """The fewest trials at which an observed `share` keeps its lower bound at `limit`.

    Wilson's interval holds the shares p with (share - p)^2 * n <= z^2 * p * (1 - p), so
    the bound is at the limit for n = z^2 * limit * (1 - limit) / (share - limit)^2; then
    n goes up to where whole successes do.

    Returns None where no number would do: the share is not above the limit.
    """
    if share <= limit:
        return None
    if limit <= 0:
        return 1
    z2 = two_sided_z(confidence) ** 2
    trials = max(1, math.floor(z2 * limit * (1 - limit) / (share - limit) ** 2))
    exact = Fraction(share).limit_denominator(1_000_000)
    while wilson_interval(int(exact * trials), trials, confidence)[0] < limit - _CLOSE:
        trials += 1
    return trials


def trials_to_stay_below(limit: float, share: float, confidence: float = 0.95) -> int | None:
    """The same for an upper bound: a false alarm rate that has to stay below `limit`."""
    return trials_to_reach(1 - limit, 1 - share, confidence)


def _combined(one: float, other: float, phi: float) -> float:
    return math.sqrt(max(one**2 - 2 * phi * one * other + other**2, 0.0))


def _correlation(a: int, b: int, c: int, d: int) -> float:
    """Pearson's phi of the pairs, with his correction: a positive one is drawn towards 0."""
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    if not margins:
        return 0.0
    excess = float(a * d - b * c)
    if excess > 0:
        excess = max(excess - (a + b + c + d) / 2, 0.0)
    return excess / math.sqrt(margins)
