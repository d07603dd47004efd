"""The interval of a difference of two shares of the same trials.

R. G. Newcombe, "Improved confidence intervals for the difference between binomial
proportions based on paired data", Statistics in Medicine 17 (1998), method 10:
Wilson's intervals of both shares, squared and added, with the correlation of the pairs.
"""

from __future__ import annotations

import math

from hil.judge.stats.wilson import wilson_interval


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
