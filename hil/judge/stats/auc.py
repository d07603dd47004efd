"""The interval of a ROC AUC.

R. G. Newcombe, "Confidence intervals for an effect size measure based on the
Mann-Whitney statistic. Part 2", Statistics in Medicine 25 (2006), method 5: the
variance of J. A. Hanley and B. J. McNeil (Radiology 143, 1982), taken at the bound
instead of at the estimate. So a perfect AUC of few images still has an interval.
"""

from __future__ import annotations

from collections.abc import Callable

from hil.judge.stats.normal import two_sided_z

_STEPS = 60  # of halving: below what a float can tell


def auc_interval(
    auc: float, positives: int, negatives: int, confidence: float = 0.95
) -> tuple[float, float]:
    """The AUCs that an observed one is compatible with, two-sided."""
    if positives < 1 or negatives < 1 or not 0 <= auc <= 1:
        raise ValueError(f"an AUC of {auc} from {positives} positives, {negatives} negatives")
    z2 = two_sided_z(confidence) ** 2

    def compatible(value: float) -> bool:
        return (auc - value) ** 2 <= z2 * _variance(value, positives, negatives)

    return _edge(auc, 0.0, compatible), _edge(auc, 1.0, compatible)


def _variance(auc: float, positives: int, negatives: int) -> float:
    rest = (positives + negatives) / 2 - 1
    pairs = positives * negatives
    return auc * (1 - auc) / pairs * (1 + rest * ((1 - auc) / (2 - auc) + auc / (1 + auc)))


def _edge(inside: float, outside: float, compatible: Callable[[float], bool]) -> float:
    """Where `compatible` ends between a value that is and one that may not be."""
    if compatible(outside):
        return outside
    for _ in range(_STEPS):
        middle = (inside + outside) / 2
        if compatible(middle):
            inside = middle
        else:
            outside = middle
    return inside
