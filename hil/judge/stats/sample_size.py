"""How many images it takes until a Wilson bound can meet a limit."""

from __future__ import annotations

import math
from fractions import Fraction

from hil.judge.stats.normal import two_sided_z
from hil.judge.stats.wilson import wilson_interval

_CLOSE = 1e-9


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
