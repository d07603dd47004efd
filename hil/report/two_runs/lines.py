"""Two runs side by side on a terminal. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hil.judge.conclusion import comparison_lines
from hil.judge.gates.text import Line, Tone
from hil.judge.judged import first_line
from hil.judge.two_runs import Turn
from hil.report.two_runs.words import (
    answer_sentences,
    headline,
    identity_rows,
    other_tests,
    reasons,
    verdict_text,
)

if TYPE_CHECKING:
    from hil.judge.two_runs import TwoRuns

MOST = 10
"""Reasons, and mended tests, that are listed."""

_TONES: dict[str, Tone] = {"good": "good", "bad": "bad", "open": "unsure"}


def two_runs_lines(found: TwoRuns) -> Iterator[Line]:
    """Both verdicts, what changed, and the answer as the last line."""
    for which, side in (("before", found.before), ("now", found.now)):
        tone = _TONES[side.headline.outcome.tone]
        yield Line(f"{which:<6} {side.name}: {verdict_text(side)}", tone)
    if found.comparison is None:
        for row in identity_rows(found):
            if row.changed:
                yield Line(f"  {row.name}: {row.before} -> {row.now}")
    else:
        yield from comparison_lines(found.comparison)
    for sentence in answer_sentences(found):
        yield Line(f"  {sentence}")
    yield from _better(found)
    for obstacle in found.obstacles:
        yield Line(f"not comparable: {obstacle}", "unsure")
    for reason in reasons(found, MOST):
        yield Line(f"worse: {reason}", "bad")
    yield Line(headline(found), _TONES[found.tone])


def _better(found: TwoRuns) -> Iterator[Line]:
    for gate in found.gates:
        if gate.turn is Turn.BETTER:
            yield Line(f"better: gate {gate.row.gate}: {gate.turned}", "good")
    mended = found.tests_of(Turn.BETTER)
    for test in mended[:MOST]:
        why = f": {first_line(test.message)}" if test.now != "passed" and test.message else ""
        yield Line(f"better: test {test.test}: {test.turned}{why}", "good")
    if len(mended) > MOST:
        yield Line(f"better: and {len(mended) - MOST} more tests", "good")
    if other_tests(found):
        yield Line(other_tests(found))
