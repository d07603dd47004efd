"""Two runs side by side as one comment of a pull request. Pure.

Of Markdown only what GitHub shows: tables, and what unfolds. A verdict comes first, what became
worse next, all else folded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from hil.judge.baseline.model import Outcome
from hil.judge.figures import count_text
from hil.judge.gates.text import gate_row
from hil.judge.judged import first_line
from hil.judge.two_runs import Turn
from hil.report.changes import answers, change_groups
from hil.report.markdown import SIGNS, changes, code, shortened, table, text
from hil.report.two_runs.words import (
    answer_sentences,
    headline,
    identity_rows,
    other_tests,
    reasons,
    verdict_text,
)

if TYPE_CHECKING:
    from hil.judge.two_runs import TestChange, TwoRuns

COMMENT_LIMIT = 60_000
"""Bytes of UTF-8: GitHub takes 65,536 characters, and whoever posts it adds a line."""

_MOST = 30
_TURNS = {
    Turn.WORSE: SIGNS["bad"],
    Turn.BETTER: SIGNS["good"],
    Turn.SAME: "",
    Turn.NEW: "",
    Turn.GONE: "",
}


def two_runs_markdown(
    found: TwoRuns, *, pictures: Mapping[str, str] | None = None, limit: int = COMMENT_LIMIT
) -> str:
    """The comment, of at most `limit` bytes, cut between lines.

    Args:
        pictures: where a picture of an image is, by the image's key.
        limit: bytes of UTF-8.
    """
    lines = [
        f"## {SIGNS[found.tone]} {text(headline(found))}",
        *_identity(found),
        *_reasons(found),
        *_gates(found),
        *changes(found.comparison),
        *_other_metrics(found),
        *_tests(found),
        *_answers(found, pictures or {}),
    ]
    return shortened(lines, limit)


def _identity(found: TwoRuns) -> list[str]:
    sides = (found.before, found.now)
    verdicts = (f"{SIGNS[s.headline.outcome.tone]} {text(verdict_text(s))}" for s in sides)
    rows = [("verdict", *verdicts)]
    for row in identity_rows(found):
        pairs = zip((row.before, row.now), row.links, strict=True)
        cells = [f"[{text(words)}]({url})" if url else text(words) for words, url in pairs]
        rows.append((row.name, *(cells if not row.changed else (cells[0], f"**{cells[1]}**"))))
    return table(("", f"before: {code(found.before.name)}", f"now: {code(found.now.name)}"), rows)


def _reasons(found: TwoRuns) -> list[str]:
    lines = [f"- **not comparable:** {text(words)}" for words in found.obstacles]
    lines += [f"- **worse:** {text(words)}" for words in reasons(found, _MOST)]
    return ["", *lines] if lines else []


def _gates(found: TwoRuns) -> list[str]:
    """Gates that changed or are not met; the others folded."""
    rows = [
        (
            change.turn is Turn.SAME and change.row.tone == "good",
            (
                code(change.row.gate),
                text(change.row.limit),
                "-" if change.before is None else text(gate_row(change.before).measured),
                text(change.row.measured),
                f"{_TURNS[change.turn]} {text(change.turned)}".strip(),
            ),
        )
        for change in found.gates
    ]
    columns = ("gate", "limit", "before", "now", "status")
    shown = [cells for quiet, cells in rows if not quiet]
    folded = [cells for quiet, cells in rows if quiet]
    lines = ["", "### Gates", *table(columns, shown)] if shown else []
    return lines + _folded(
        f"{count_text(len(folded), 'gate')} met before and now", table(columns, folded)
    )


def _other_metrics(found: TwoRuns) -> list[str]:
    """What is the same, and what cannot be compared, each with the reason."""
    lines: list[str] = []
    for group in change_groups(found.comparison):
        if group.name in (Outcome.SAME.value, Outcome.NOT_COMPARABLE.value):
            rows = [
                (code(name), text(before), text(now), text(change), text(why))
                for name, before, now, change, _, why in group.rows
            ]
            inner = table(("metric", "before", "now", "change", "why"), rows)
            lines += _folded(f"{count_text(len(rows), 'metric')}: {group.name}", inner)
    return lines


def _tests(found: TwoRuns) -> list[str]:
    """Those that became worse are among the reasons already."""
    mended = found.tests_of(Turn.BETTER)
    lines = ["", f"### Tests mended: {len(mended):,}", "", *_test_rows(mended)] if mended else []
    if other_tests(found):
        quiet = [c for t in (Turn.GONE, Turn.SAME, Turn.NEW) for c in found.tests_of(t)]
        lines += _folded(other_tests(found), ["", *_test_rows(quiet)])
    return lines


def _test_rows(tests: Sequence[TestChange]) -> list[str]:
    lines = []
    for test in tests[:_MOST]:
        said = first_line(test.message)
        lines.append(f"- {code(test.test)}: {text(test.turned)}{': ' if said else ''}{text(said)}")
    if len(tests) > _MOST:
        lines.append(f"- and {len(tests) - _MOST:,} more")
    return lines


def _answers(found: TwoRuns, pictures: Mapping[str, str]) -> list[str]:
    sentences = answer_sentences(found)
    if not sentences:
        return []
    lines = ["", "### Answers", *(line for words in sentences for line in ("", text(words)))]
    rows = answers(found.now.judged, found.before.judged).rows
    lines += table(("image", "changed"), [(code(name), text(what)) for _, name, what in rows])
    shown = [(name, pictures[key]) for key, name, _ in rows if key in pictures]
    inner = [line for name, url in shown for line in ("", f"![{text(name)}]({url})")]
    return lines + _folded(f"{count_text(len(shown), 'picture')}: before, and now", inner)


def _folded(summary: str, inner: Iterable[str]) -> list[str]:
    """What unfolds at a click, in one piece: a cut never leaves it open. Nothing without lines."""
    lines = list(inner)
    if not lines:
        return []
    # HTML, not Markdown, until the next blank line.
    said = summary.replace("&", "&amp;").replace("<", "&lt;")
    return ["", "\n".join([f"<details><summary>{said}</summary>", *lines, "", "</details>"])]
