"""The standard normal distribution, from Python's own library."""

from __future__ import annotations

from statistics import NormalDist

_STANDARD = NormalDist()


def two_sided_z(confidence: float) -> float:
    """How many standard deviations hold `confidence` (0 to 1) of the distribution."""
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence lies between 0 and 1, not at {confidence}")
    return _STANDARD.inv_cdf((1 + confidence) / 2)


def two_sided_p(z: float) -> float:
    """The chance of a value at least as far from 0 as `z`."""
    return 2 * _STANDARD.cdf(-abs(z))
