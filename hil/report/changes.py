"""What changed between two runs, in words: metric by metric, and answer by answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.report.figures import bytes_text, count_text, duration_text
from hil.report.page.cards import changed_answer

if TYPE_CHECKING:
    from hil.baseline.model import Change, Comparison
    from hil.report.judged import JudgedImage, JudgedRun

_ORDER = (
    ("worse", "bad", True),
    ("better", "good", True),
    ("not comparable", "open", False),
    ("same", "", False),
)
MOST_ANSWERS = 50


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One metric in words."""

    metric: str
    before: str
    after: str
    change: str
    reason: str


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """All metrics of one outcome. `tone`: good, bad, open or none; `open`: shown at once."""

    name: str
    tone: str
    open: bool
    rows: tuple[ChangeRow, ...]


@dataclass(frozen=True, slots=True)
class ChangeTable:
    """What differs between the settings of the runs, and the metrics by outcome."""

    differences: tuple[str, ...]
    groups: tuple[ChangeGroup, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """Which images are answered differently. `rows`: (key, name, what changed)."""

    text: str
    rows: tuple[tuple[str, str, str], ...]


def change_table(comparison: Comparison) -> ChangeTable:
    """A comparison in words, worse first."""
    groups = []
    for name, tone, shown in _ORDER:
        rows = tuple(change_row(c) for c in comparison.changes if c.outcome.value == name)
        if rows:
            groups.append(ChangeGroup(name, tone, shown, rows))
    return ChangeTable(comparison.differences, tuple(groups))


def change_row(change: Change) -> ChangeRow:
    """One metric's change in words, with its confidence interval."""
    text = "" if change.change is None else value_text(change.change, change.unit, signed=True)
    if change.relative is not None and change.change:
        text += f" ({change.relative:+.2%})"
    if change.interval is not None and change.change:
        low, high = (value_text(end, change.unit, signed=True) for end in change.interval)
        text += f", 95 % CI {low} to {high}"
    return ChangeRow(
        metric=change.metric,
        before="not measured" if change.before is None else value_text(change.before, change.unit),
        after="not measured" if change.after is None else value_text(change.after, change.unit),
        change=text,
        reason=change.reason,
    )


def value_text(value: float, unit: str, *, signed: bool = False) -> str:
    """A number with its unit; times in the unit that fits."""
    sign = "+" if signed and value > 0 else ""
    if unit == "us":
        return sign + duration_text(value)
    if unit in ("bytes", "B") and float(value).is_integer():
        return sign + bytes_text(int(value))
    number = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4g}"
    return f"{sign}{number} {unit}".rstrip()


def answers(now: JudgedRun, before: JudgedRun) -> Answers:
    """Which images the board answers in another way than in the other run."""
    earlier = by_key(before)
    pairs = [(image, earlier[image.key]) for image in now.images if image.key in earlier]
    changed = [(image, what) for image, old in pairs if (what := changed_answer(image, old))]
    here = {image.key for image in now.images}
    parts = [
        f"{count_text(len(pairs), 'image')} in both runs, {len(changed)} answered differently"
        if changed
        else f"{count_text(len(pairs), 'image')} in both runs, all answered alike"
    ]
    gone, new = len(earlier.keys() - here), len(here - earlier.keys())
    if new:
        parts.append(f"{new} only in this run")
    if gone:
        parts.append(f"{gone} only in the other")
    if len(changed) > MOST_ANSWERS:
        parts.append(f"the first {MOST_ANSWERS} are listed, the filter Changed shows all")
    rows = [(image.key, image.record.name, what) for image, what in changed[:MOST_ANSWERS]]
    return Answers("; ".join(parts) + ".", tuple(rows))


def by_key(judged: JudgedRun) -> Mapping[str, JudgedImage]:
    """The images of a run by their key."""
    return {image.key: image for image in judged.images}
