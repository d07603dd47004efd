"""Numbers as people read them, and the figures that reports show of a series."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Series:
    """Figures of a series of measurements, all in its unit."""

    count: int
    median: float
    p95: float
    least: float
    greatest: float


def series(values: Sequence[float]) -> Series:
    """Figures of at least one value; quantiles interpolate linearly (Hyndman and Fan, type 7)."""
    ordered = sorted(values)
    return Series(
        len(ordered), quantile(ordered, 0.5), quantile(ordered, 0.95), ordered[0], ordered[-1]
    )


def quantile(ordered: Sequence[float], share: float) -> float:
    """The quantile of values in ascending order, type 7 of Hyndman and Fan (1996)."""
    place = (len(ordered) - 1) * share
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def duration_text(us: float) -> str:
    """Microseconds with a fitting unit and three significant digits, as in "6.14 ms"."""
    for limit, scale, unit in ((1e3, 1, "us"), (1e6, 1e3, "ms"), (math.inf, 1e6, "s")):
        if abs(us) < limit:
            value = us / scale
            digits = 0 if unit == "us" or abs(value) >= 100 else 1 if abs(value) >= 10 else 2
            return f"{value:.{digits}f} {unit}"
    return f"{us} us"


def durations(values: Sequence[float]) -> Callable[[float], str]:
    """Words for the values of a series: in one unit, with digits that tell them apart."""
    most = max((abs(value) for value in values), default=0.0)
    scale, unit = next(((s, u) for s, u in ((1e6, "s"), (1e3, "ms")) if most >= s), (1, "us"))
    spread = (max(values, default=0.0) - min(values, default=0.0)) / scale
    # A hundredth of the spread is seen, and three digits of the largest in any case.
    wanted = 2 - math.floor(math.log10(min(spread or most / scale, most / scale) or 1))
    digits = min(max(wanted, 0), {1: 0, 1e3: 3, 1e6: 3}[scale])
    return lambda us: f"{us / scale:,.{digits}f} {unit}"


def bytes_text(count: int) -> str:
    """As in "77,216 B": memory gates are exact, so the digits stay."""
    return f"{count:,} B"


def share_text(part: float, whole: float) -> str:
    """A percentage that says 0 % and 100 % only where it is exactly so."""
    if whole == 0:
        return "-"
    share = 100 * part / whole
    if 0 < share < 0.1:
        return "< 0.1 %"
    if 99.9 < share < 100:
        return "> 99.9 %"
    return f"{share:.1f} %" if 0 < share < 100 else f"{share:.0f} %"


def count_text(count: int, one: str) -> str:
    """As in "1 image", "2 images"."""
    return f"{count:,} {one if count == 1 else one + 's'}"
