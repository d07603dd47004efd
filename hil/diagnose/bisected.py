"""Which threshold a board applies, by the experiment that asked for it: facts, no cause."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from hil.diagnose.occasions import same_sample
from hil.diagnose.timeline import BELOW, Step, kind_of
from hil.diagnose.wanted import THRESHOLD
from hil.network.score import score_percent

_FEWEST = 4
_Asked = list[tuple[int, bool]]
"""(threshold in percent, whether it was reached)."""


def threshold_facts(steps: Sequence[Step]) -> tuple[str, ...]:
    """For each sample that was bisected: up to which threshold it passes, where that is not due."""
    found: dict[tuple[str, Fraction, str], _Asked] = {}
    for step in steps:
        percent, head = step.record.asked.threshold, step.head
        if step.record.experiment != THRESHOLD or percent is None or head is None:
            continue
        score = score_percent(head.reference.scores[head.positive_class])
        key = (step.name, score, _after(steps, step))
        found.setdefault(key, []).append((percent, kind_of(step) != BELOW))
    texts = (_text(*key, asked) for key, asked in found.items() if len(asked) >= _FEWEST)
    return tuple(text for text in texts if text)


def _after(steps: Sequence[Step], step: Step) -> str:
    before = steps[step.number - 1] if step.number > step.since else None
    if before is None or same_sample(step, before):
        return ""
    return f", after another sample at {before.record.asked.threshold} %"


def _text(name: str, score: Fraction, after: str, asked: _Asked) -> str:
    if all(reached == (score >= percent) for percent, reached in asked):
        return ""
    reached = max((percent for percent, passed in asked if passed), default=0)
    missed = min((percent for percent, passed in asked if not passed), default=None)
    if missed is None:
        how = "every threshold is reached"
    elif missed < reached:
        how = f"{missed} % are missed, and {reached} % are reached"
    else:
        how = f"{reached} % are reached, {missed} % are not"
    return f"{name}, whose score is {float(score):.1f} %: {how}{after}"
