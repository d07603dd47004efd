"""Intervals for shares: Wilson's score interval, and the mean of two shares.

E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference",
JASA 22 (1927). R. G. Newcombe, "Interval Estimation for the Difference between
Independent Proportions", Statistics in Medicine 17 (1998), for combining two.
"""

from __future__ import annotations

import math

from hil.judge.stats.normal import two_sided_z


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
