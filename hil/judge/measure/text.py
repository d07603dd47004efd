"""Numbers of a metric for people, the same in every report."""

from __future__ import annotations

import math

from hil.judge.measure.catalog import Metric

_SUFFIX = {
    "us": " us",
    "cycles": " cycles",
    "uJ": " uJ",
    "bytes": " B",
    "LSB": " LSB",
    "count": "",
    "": "",
}


def value_text(value: float, metric: Metric) -> str:
    """With its unit: "5,348 us", "77,216 B", "91.2 %"; scores as they are: "0.912"."""
    if metric.unit == "fraction":
        return f"{value * 100:.1f} %" if metric.kind == "rate" else f"{value:.3f}"
    return _number(value) + _SUFFIX[metric.unit]


def signed_text(value: float, metric: Metric) -> str:
    """A difference, with its sign: "+120 us", "-1.5 %"; nothing before a 0."""
    text = value_text(abs(value), metric)
    if not any(digit in text for digit in "123456789"):
        return text
    return f"-{text}" if value < 0 else f"+{text}"


def _number(value: float) -> str:
    if math.isfinite(value) and (value == round(value) or abs(value) >= 1000):
        return f"{round(value):,}"
    return f"{value:.4g}"
