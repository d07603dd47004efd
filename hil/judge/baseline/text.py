"""Numbers and changes in words, for terminals, Markdown and HTML alike. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hil.errors import UsageError
from hil.judge.baseline.model import Change, Outcome
from hil.judge.measure import text
from hil.judge.measure.catalog import CATALOG, Metric, metric_of

_MOST_LABELS = 3

COLUMNS = ("metric", "before", "now", "change", "", "why")


def value_text(value: float | None, metric: str) -> str:
    """ "6,136 us", "93.8 %", "77,216 B"; "-" for what was not measured."""
    return "-" if value is None else text.value_text(value, _declared(metric))


def signed_text(value: float, metric: str) -> str:
    """A difference, with its sign."""
    return text.signed_text(value, _declared(metric))


def change_text(change: Change) -> str:
    """ "+1.02 % (+0.98 to +1.06)"; points for rates, the unit where a percentage says nothing."""
    if change.change is None:
        return "-"
    if change.unit == "fraction":
        factor, suffix, digits = 100.0, "points", 1
    elif change.before and change.interval is not None:
        factor, suffix, digits = 100 / abs(change.before), "%", 2
    else:
        return signed_text(change.change, change.metric)
    words = f"{_signed(factor * change.change, digits)} {suffix}"
    if change.interval is None:
        return words
    low, high = (_signed(factor * end, digits) for end in change.interval)
    return f"{words} ({low} to {high})"


def row(change: Change) -> tuple[str, ...]:
    """The cells of one change, as in `COLUMNS`."""
    return (
        change.metric,
        value_text(change.before, change.metric),
        value_text(change.after, change.metric),
        change_text(change) if change.outcome is not Outcome.NOT_COMPARABLE else "-",
        change.outcome.value,
        change.reason,
    )


def listed(changes: Iterable[Change]) -> Iterator[tuple[Change, int]]:
    """(change, how many more are like it), in the catalogue's order.

    Of a metric with many labels the largest changes are listed, and the last of them says how
    many are not: a slower network is slower in every operator.
    """
    groups: dict[str, list[Change]] = {}
    for change in changes:
        groups.setdefault(change.metric.partition("[")[0], []).append(change)
    places = {name: place for place, name in enumerate(CATALOG)}
    for name in sorted(groups, key=lambda name: places.get(name, len(places))):
        by_size = sorted(groups[name], key=_size, reverse=True)
        shown = by_size[:_MOST_LABELS]
        for number, change in enumerate(shown, start=1):
            yield change, (len(by_size) - number) if number == len(shown) else 0


def more_text(change: Change, more: int) -> str:
    """ "and 24 more of op_us, changed less"."""
    return f"and {more} more of {change.metric.partition('[')[0]}, changed less"


def _size(change: Change) -> float:
    return abs(change.relative if change.relative is not None else change.change or 0.0)


def _signed(value: float, digits: int) -> str:
    """Without a sign where nothing is left to sign."""
    words = f"{value:+.{digits}f}"
    return words[1:] if float(words) == 0 else words


def _declared(name: str) -> Metric:
    """The metric of a name; one that this version does not know has no unit."""
    try:
        return metric_of(name)
    except UsageError:
        return Metric(name, "", "", "lower", "latency", "quantiles", "spread")
