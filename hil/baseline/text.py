"""Numbers and changes in words, for terminals, Markdown and HTML alike. Pure."""

from __future__ import annotations

from hil.baseline.model import Change, Outcome

_NAMES = {"us": "us", "cycles": "cycles", "bytes": "bytes", "LSB": "LSB", "count": "", "": ""}


def value_text(value: float | None, unit: str) -> str:
    """ "6,136 us", "93.8 %", "77,216 bytes"; "-" for what was not measured."""
    if value is None:
        return "-"
    if unit == "fraction":
        return f"{100 * value:.1f} %"
    return f"{_number(value)} {_NAMES.get(unit, unit)}".rstrip()


def change_text(change: Change) -> str:
    """ "+1.02 % (+0.98 to +1.06)"; points for rates, the unit where there is no percentage."""
    if change.change is None:
        return "-"
    if change.unit == "fraction":
        factor, suffix, digits = 100.0, "points", 1
    elif change.before and change.interval is not None:
        factor, suffix, digits = 100 / abs(change.before), "%", 2
    else:
        sign = "+" if change.change > 0 else ""
        return sign + value_text(change.change, change.unit)
    text = f"{factor * change.change:+.{digits}f} {suffix}"
    if change.interval is None:
        return text
    low, high = (factor * end for end in change.interval)
    return f"{text} ({low:+.{digits}f} to {high:+.{digits}f})"


COLUMNS = ("metric", "before", "now", "change", "", "why")


def row(change: Change) -> tuple[str, ...]:
    """The cells of one change, as in `COLUMNS`."""
    return (
        change.metric,
        value_text(change.before, change.unit),
        value_text(change.after, change.unit),
        change_text(change) if change.outcome is not Outcome.NOT_COMPARABLE else "-",
        change.outcome.value,
        change.reason,
    )


def _number(value: float) -> str:
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.4g}"
