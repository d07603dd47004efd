"""What changed between two runs, in words: metric by metric, and answer by answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.facts.image import Answer, ImageFacts, SampleFacts
from hil.judge.figures import count_text
from hil.network.location import Location, NoLocation
from hil.network.score import percent_text

if TYPE_CHECKING:
    from hil.judge.baseline.model import Comparison
    from hil.judge.judged import JudgedImage, JudgedRun

# (outcome, tone, most rows that are shown at once)
_ORDER = (
    ("worse", "bad", 1000),
    ("better", "good", 12),
    ("not comparable", "open", 0),
    ("same", "", 0),
)
MOST_ANSWERS = 50


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """All metrics of one outcome.

    Attributes:
        tone: good, bad, open or none.
        open: shown at once.
        rows: as `hil.judge.baseline.text.COLUMNS`.
    """

    name: str
    tone: str
    open: bool
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """Which images are answered differently. `rows`: (key, name, what changed)."""

    text: str
    rows: tuple[tuple[str, str, str], ...]


def change_groups(comparison: Comparison | None) -> tuple[ChangeGroup, ...]:
    """The metrics of a comparison in words, worse first."""
    from hil.judge.baseline.text import row

    all_changes = () if comparison is None else comparison.changes
    changes = sorted(all_changes, key=lambda change: _natural(change.metric))
    groups = []
    for name, tone, most in _ORDER:
        rows = tuple(row(change) for change in changes if change.outcome.value == name)
        if rows:
            groups.append(ChangeGroup(name, tone, len(rows) <= most, rows))
    return tuple(groups)


def _natural(name: str) -> list[tuple[int, str]]:
    """Sorts "op 2" before "op 10"."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", name)]


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


def changed_answer(now: JudgedImage, before: JudgedImage) -> str:
    """What the board answers now and did not answer before, in words; empty if all is the same."""
    if now.record.facts.image_crc != before.record.facts.image_crc:
        return "another picture under the same name"
    ours, theirs = now.record.facts.device, before.record.facts.device
    changes = []
    if ours.scores != theirs.scores:
        texts = [answer_score(image.record.facts) for image in (before, now)]
        changes.append(f"score {texts[0]} to {texts[1]}")
    if ours.location != theirs.location:
        changes.append(f"location {place(theirs)} to {place(ours)}")
    if ours.cam != theirs.cam:
        changes.append("map")
    stale = [
        image.record.facts.answered_crc != image.record.facts.image_crc for image in (before, now)
    ]
    if stale[0] != stale[1]:
        changes.append("now about another image" if stale[1] else "now about the right image")
    return ", ".join(changes)


def changed_outputs(now: JudgedRun, before: JudgedRun) -> Answers:
    """Which samples the board answers with other outputs than in the other run."""
    earlier = {sample.record.name: sample.record.facts for sample in before.samples}
    pairs = [
        (one.record.facts, earlier[one.record.name])
        for one in now.samples
        if one.record.name in earlier
        and one.record.facts.image_crc == earlier[one.record.name].image_crc
    ]
    rows = []
    for ours, theirs in pairs:
        found = [output.device_crc for output in ours.outputs]
        known = [output.device_crc for output in theirs.outputs]
        if found != known:
            off = sum(a != b for a, b in zip(found, known, strict=False))
            off += abs(len(found) - len(known))
            rows.append((ours.image, ours.image, f"{count_text(off, 'output')} changed"))
    said = f"{len(rows)} answered differently" if rows else "all answered alike"
    text = f"{count_text(len(pairs), 'sample')} in both runs, {said}."
    return Answers(text, tuple(rows[:MOST_ANSWERS]))


def outputs_text(facts: SampleFacts) -> str:
    """ "identical", or how many outputs differ and by how much."""
    off = [output for output in facts.outputs if not output.same]
    if not off:
        return "identical"
    known = [output.difference.max_lsb for output in off if output.difference is not None]
    by = f", by {max(known)} LSB" if known else ""
    return f"{len(off)} of {len(facts.outputs)} differ{by}"


def operators_text(facts: SampleFacts) -> str:
    """ "13 identical", or the first that differs; "-" without a trace."""
    if not facts.ops:
        return "-"
    first = next((op for op in facts.ops if op.differs), None)
    if first is not None:
        return f"from {first.place} on"
    missing = sum(op.device_crc is None for op in facts.ops)
    return f"{missing} not traced" if missing else f"{facts.ops[-1].index + 1} identical"


def place(answer: Answer) -> str:
    """The location in words, or why there is none."""
    return location_text(answer.location)


def location_text(location: Location | NoLocation) -> str:
    """As `place`, of the location itself."""
    if isinstance(location, Location):
        return f"({location.x}, {location.y})"
    return location.value


def answer_score(facts: ImageFacts, answer: Answer | None = None) -> str:
    """The score of the positive class in words; the board's, or that of `answer`."""
    score = score_of(facts, answer)
    return "no score" if score is None else percent_text(score)


def score_of(facts: ImageFacts, answer: Answer | None = None) -> int | None:
    """The score itself; None where there is none for that class."""
    scores = (answer or facts.device).scores
    return scores[facts.positive_class] if 0 <= facts.positive_class < len(scores) else None
