"""Reads a gates file. A gate that means nothing, or can never be met, is refused.

confidence = 0.95            # of all intervals; this is the default

[[gate]]
metric = "invoke_us"         # docs/measurements.md lists them
statistic = "p95"            # median, p95, max or min; for latencies only
max = "400 ms"               # a number in the metric's unit, or a text with a unit
why = "two pictures a second"

[[gate]]
metric = "invoke_us"
not_worse = true             # than the baseline of --baseline compare
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from pathlib import Path

from hil.base.toml_table import Table, read_toml
from hil.errors import UsageError
from hil.judge.gates.model import DEFAULT_CONFIDENCE, Gate, Gates, Statistic
from hil.judge.measure.catalog import USER, Metric, Unit, metric_of

_UNITS: dict[Unit, dict[str, str]] = {
    "us": {"us": "1", "ms": "1000", "s": "1000000"},
    "cycles": {"cycles": "1"},
    "uJ": {"uJ": "1", "mJ": "1000", "J": "1000000"},
    "bytes": {"bytes": "1", "B": "1", "KiB": "1024", "MiB": "1048576"},
    "LSB": {"LSB": "1"},
    "count": {},
    "fraction": {"%": "0.01"},
    "": {},
}
_TEXT = re.compile(r"([+-]?[0-9][0-9_,]*(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?) ?([A-Za-z%]*)")
_OF_QUANTILES: tuple[Statistic, ...] = ("median", "p95", "max", "min")


def load_gates(path: Path) -> Gates:
    """The gates of a TOML file.

    Raises:
        UsageError: unreadable, an unknown key or metric, a unit of another kind, limits
            that contradict each other or can never be met, a gate given twice; with
            file and line.
    """
    root = read_toml(path)
    confidence = root.take("confidence", float, DEFAULT_CONFIDENCE)
    if not 0.5 <= confidence < 1:
        raise root.error(
            f"confidence must be from 0.5 to below 1, not {confidence}",
            hint="0.95 is usual",
            key="confidence",
        )
    tables = root.tables("gate")
    root.finish()
    if not tables:
        raise root.error("there is no gate in the file", hint="add a [[gate]] table")
    gates: list[Gate] = []
    for table in tables:
        gate = _gate(table)
        _check_against(gate, gates, table)
        gates.append(gate)
    return Gates(tuple(gates), confidence, str(path))


def _gate(table: Table) -> Gate:
    name = table.take("metric", str)
    try:
        metric = metric_of(name)
    except UsageError as error:
        raise table.error(error.message, hint=error.hint, key="metric") from error
    if table.take("not_worse", bool, False):
        why = table.take("why", str, "")
        table.finish()
        return Gate(metric, "not worse", why=why, where=table.where())
    statistic = _statistic(table, metric)
    low, high = _limit(table, "min", metric), _limit(table, "max", metric)
    why = table.take("why", str, "")
    table.finish()
    if low is None and high is None:
        raise table.error(
            f"the gate on {name} has no limit",
            hint=f"give {'max' if metric.direction == 'lower' else 'min'} = ...",
            key="metric",
        )
    if low is not None and high is not None and low > high:
        raise table.error(
            f"the limits of {name} contradict each other: at least {low:g}, at most {high:g}",
            hint="give a min that is not above max",
            key="min",
        )
    return Gate(metric, statistic, low, high, why, table.where())


def _statistic(table: Table, metric: Metric) -> Statistic:
    given = table.take("statistic", str, "")
    if metric.aggregate != "quantiles":
        if given and given != metric.aggregate:
            raise table.error(
                f"{metric.name} is judged by its {metric.aggregate}, not by {given!r}",
                hint="leave statistic out",
                key="statistic",
            )
        return metric.aggregate
    for statistic in _OF_QUANTILES:
        if given == statistic:
            return statistic
    raise table.error(
        f"{given!r} is no statistic of {metric.name}" if given else "statistic is missing",
        hint="give statistic = " + ", ".join(f'"{name}"' for name in _OF_QUANTILES),
        key="statistic" if given else "metric",
    )


def _limit(table: Table, key: str, metric: Metric) -> float | None:
    """A limit in the metric's unit."""
    given = table.take_either(key, (float, int, str))
    if given is None:
        return None
    value = _with_unit(table, key, given, metric) if isinstance(given, str) else float(given)
    if not math.isfinite(value):
        raise table.error(f"{key} must be a finite number, not {given}", hint="correct it", key=key)
    least = -1 if metric.signed else 0
    if metric.unit == "fraction" and not least <= value <= 1:
        raise table.error(
            f"{key} = {given!r}: {metric.name} lies between {least} and 1",
            hint=f'write {key} = "{given} %"' if given == value <= 100 else "correct it",
            key=key,
        )
    if value < 0 and not (metric.signed or metric.name.startswith(USER)):
        raise table.error(
            f"{key} = {given!r}: {metric.name} is never negative", hint="correct it", key=key
        )
    return value


def _with_unit(table: Table, key: str, text: str, metric: Metric) -> float:
    match = _TEXT.fullmatch(text.strip())
    known = _UNITS[metric.unit]
    units = ", ".join(known) or "none"
    if match is None:
        raise table.error(
            f"{key} = {text!r} is not a number with a unit",
            hint=f"units of {metric.name}: {units}",
            key=key,
        )
    number, unit = match.groups()
    if unit not in known:
        problem = f"has no unit {unit!r}" if unit else "needs a unit in a text"
        raise table.error(
            f"{key} = {text!r}: {metric.name} {problem}",
            hint=f"its units: {units}; a bare number is in {metric.unit or 'its own'}",
            key=key,
        )
    # Decimals as they are written: 90 % is 0.9, not the float next to it.
    return float(Decimal(number.replace(",", "").replace("_", "")) * Decimal(known[unit]))


def _check_against(gate: Gate, earlier: list[Gate], table: Table) -> None:
    """Refuses a second gate of the same, and quantiles that exclude each other."""
    for other in earlier:
        if other.metric.name != gate.metric.name:
            continue
        if "not worse" in (gate.statistic, other.statistic) and gate.statistic != other.statistic:
            continue
        if other.statistic == gate.statistic:
            raise table.error(
                f"a second gate on {gate.name}; the first is at {other.where}",
                hint="keep one of them; one gate may have min and max",
                key="metric",
            )
        lower, upper = sorted((gate, other), key=lambda each: _ORDER.index(each.statistic))
        if lower.min is not None and upper.max is not None and lower.min > upper.max:
            raise table.error(
                f"the gates on {gate.metric.name} contradict each other: {lower.statistic} at "
                f"least {lower.min:g}, {upper.statistic} at most {upper.max:g}; the other is at "
                f"{other.where}",
                hint=f"{lower.statistic} is never above {upper.statistic}",
                key="metric",
            )


# Of one series the first is never above the next.
_ORDER: tuple[Statistic, ...] = ("min", "median", "p95", "max")
