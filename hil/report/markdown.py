"""A run in a page of Markdown, as for a pull request or a CI summary. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from hil.facts.stand_in import mark, note
from hil.judge.figures import bytes_text, count_text, durations, series
from hil.judge.gates.text import gate_rows
from hil.judge.headline import headline
from hil.judge.judged import JudgedImage, JudgedRun, worst_first
from hil.judge.measure.link_findings import link_findings, link_remarks
from hil.judge.verdict import Status
from hil.report.changes import answer_score, answers, operators_text, outputs_text, place
from hil.report.failures import failure_groups
from hil.report.page.details import identity
from hil.report.page.latency import STAGES, stage_values
from hil.report.page.page import subtitle, title

if TYPE_CHECKING:
    from hil.diagnose import Diagnosis
    from hil.judge.baseline.model import Comparison
    from hil.judge.gates.model import GatesVerdict

DEFAULT_LIMIT = 1_000_000
"""Bytes of UTF-8; GitHub refuses a step summary above 1 MiB."""

SIGNS = {"good": "\N{WHITE HEAVY CHECK MARK}", "bad": "\N{CROSS MARK}",
          "open": "\N{WARNING SIGN}\N{VARIATION SELECTOR-16}"}  # fmt: skip
_SHORTENED = "*Shortened: the run file holds everything.*"
_MOST = 50
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~$])")


def markdown(
    judged: JudgedRun,
    verdict: GatesVerdict | None = None,
    *,
    against: JudgedRun | None = None,
    comparison: Comparison | None = None,
    diagnosis: Diagnosis | None = None,
    limit: int = DEFAULT_LIMIT,
) -> str:
    """The run as Markdown of at most `limit` bytes, cut between lines.

    Args:
        verdict: of the gates, None without any.
        against: the run that it is compared with.
        comparison: the metrics of the two, or with a baseline.
        diagnosis: of the run.
        limit: bytes of UTF-8.
    """
    head = headline(judged, verdict, diagnosis)
    lines = [
        f"## {SIGNS[head.outcome.tone]} {text(head.said)}",
        "",
        text("; ".join(head.reasons) + "."),
        *(f"{text(remark)}." for remark in head.remarks),
        "",
        text(f"{title(judged)}; {subtitle(judged)}"),
        *_diagnosis(diagnosis),
        *_gates(verdict, comparison),
        *_trouble(judged),
        *_images(judged),
        *_samples(judged),
        *changes(comparison),
        *_answers(judged, against),
        *_link(judged),
        *_figures(judged),
        *_identity(judged),
    ]
    return shortened(lines, limit)


def text(words: str) -> str:
    """Words on one line, with nothing in them that Markdown or HTML would take as markup."""
    return _SPECIAL.sub(r"\\\1", " ".join(words.split())).replace("&", "&amp;")


def code(words: str) -> str:
    """Words on one line as code, also inside of a table."""
    plain = " ".join(words.split()).replace("`", "'").replace("|", "\\|")
    return f"`{plain}`" if plain else ""


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table with a blank line before it; nothing without rows. Cells are Markdown."""
    body = [f"| {' | '.join(row)} |" for row in rows]
    if not body:
        return []
    return ["", f"| {' | '.join(columns)} |", "|" + " --- |" * len(columns), *body]


def _diagnosis(diagnosis: Diagnosis | None) -> list[str]:
    """Each mistake with its evidence and place, and the first difference in a line."""
    if diagnosis is None or diagnosis.empty:
        return []
    from hil.diagnose.show import listed, worth_showing

    lines = ["", "### Diagnosis", ""]
    for number, finding in enumerate(diagnosis.findings[:_MOST], start=1):
        lines.append(f"{number}. **{text(finding.title)}** {code(finding.id)}  ")
        lines.append(f"   {text(finding.evidence)}  ")
        lines.append(f"   look at: {text(finding.where_to_look)}")
        for name, words in finding.alternatives:
            lines[-1] += "  "
            lines.append(f"   these images cannot tell it from: {text(words)} {code(name)}")
    for found in diagnosis.unexplained[:_MOST]:
        where = f" in {listed(found.images)}" if found.images else ""
        said = "; ".join([f"{found.what}{where}", *found.facts])
        lines.append(f"- **unexplained** ({text(found.stage)}): {text(said)}")
    first = worth_showing(diagnosis)
    if first is not None:
        lines += ["", f"First difference, in {code(first.image)}: {text(first.detail)}."]
    return lines


def _gates(verdict: GatesVerdict | None, comparison: Comparison | None) -> list[str]:
    rows = gate_rows(verdict, comparison)
    columns = ["gate", "limit", "measured", "margin", "status"]
    if comparison is not None:
        columns.insert(4, "against baseline")
    cells = []
    for row in rows:
        status = f"{SIGNS[row.tone]} {row.status}"
        if row.explanation and row.tone != "good":
            status += f": {text(row.explanation)}"
        values = [code(row.gate), text(row.limit), text(row.measured), text(row.margin)]
        cells.append([*values, *([text(row.baseline)] if comparison is not None else []), status])
    return table(columns, cells)


def _trouble(judged: JudgedRun) -> list[str]:
    groups = failure_groups(judged)
    if not groups:
        return []
    lines = ["", "### What went wrong", ""]
    for group in groups[:_MOST]:
        first, *others = group.tests
        said = text(group.said)
        more = f" and {count_text(len(others), 'test')} more" if others else ""
        lines.append(
            f"- **{text(group.outcome)}** {code(first.name)}{more}{': ' if said else ''}{said}"
        )
    if len(groups) > _MOST:
        lines.append(f"- and {len(groups) - _MOST:,} more messages")
    return lines


def _images(judged: JudgedRun) -> list[str]:
    ordered = worst_first(judged.images)
    wrong = [one for one in ordered if one.differs or one.status is not Status.PASSED]
    if not wrong:
        return []
    rows = [_image_row(image) for image in wrong[:_MOST]]
    lines = ["", f"### Not the oracle's answer: {count_text(len(wrong), 'image')}"]
    lines += table(("image", "score: board, oracle", "location: board, oracle", "wrong"), rows)
    if len(wrong) > _MOST:
        lines += ["", f"And {len(wrong) - _MOST:,} more."]
    return lines


def _samples(judged: JudgedRun) -> list[str]:
    wrong = [one for one in judged.samples if one.differs or one.status is not Status.PASSED]
    if not wrong:
        return []
    rows = [
        (
            code(one.record.name),
            text(outputs_text(one.record.facts)),
            text(operators_text(one.record.facts)),
            text("; ".join(v.explanation for v in one.verdicts if v.status is Status.FAILED)),
        )
        for one in wrong[:_MOST]
    ]
    lines = ["", f"### Not the oracle's answer: {count_text(len(wrong), 'sample')}"]
    lines += table(("sample", "outputs", "operators", "wrong"), rows)
    if len(wrong) > _MOST:
        lines += ["", f"And {len(wrong) - _MOST:,} more."]
    return lines


def _image_row(image: JudgedImage) -> list[str]:
    facts = image.record.facts
    scores = [answer_score(facts, answer) for answer in (facts.device, facts.reference)]
    places = [place(answer) for answer in (facts.device, facts.reference)]
    wrong = [f"{v.check}: {v.explanation}" for v in image.verdicts if v.status is Status.FAILED]
    return [
        code(image.record.name),
        text(", ".join(scores)),
        text(", ".join(places)),
        text("; ".join(wrong) or "nothing, within the tolerances"),
    ]


def changes(comparison: Comparison | None) -> list[str]:
    """The metrics that are worse or better, and why others cannot be compared."""
    if comparison is None:
        return []
    from hil.judge.baseline.model import Outcome
    from hil.judge.baseline.text import COLUMNS, listed, more_text, row

    lines = ["", f"### Against {code(comparison.before)}: {comparison.headline()}"]
    lines += ["", *(f"- {text(words)}" for words in comparison.differences)]
    rows = []
    for outcome in (Outcome.WORSE, Outcome.BETTER):
        for change, more in listed(comparison.of(outcome)):
            rows.append([text(cell) for cell in row(change)])
            if more:
                rows.append([text(more_text(change, more)), *[""] * (len(COLUMNS) - 1)])
    lines += table([name or "verdict" for name in COLUMNS], rows)
    reasons = dict.fromkeys(c.reason for c in comparison.of(Outcome.NOT_COMPARABLE))
    if reasons:
        lines += ["", f"Not comparable: {text('; '.join(reasons))}."]
    return lines


def _answers(judged: JudgedRun, against: JudgedRun | None) -> list[str]:
    if against is None:
        return []
    found = answers(judged, against)
    return ["", text(found.text), *table(
        ("image", "changed"), [(code(name), text(what)) for _, name, what in found.rows]
    )]  # fmt: skip


def _link(judged: JudgedRun) -> list[str]:
    link = judged.run.link
    found = [f"- **finding** {text(words)}" for words in link_findings(link)]
    found += [f"- {text(words)}" for words in link_remarks(link)]
    return ["", "### Link", "", *found] if found else []


def _figures(judged: JudgedRun) -> list[str]:
    images = judged.run.measured
    rows = []
    for name, words, _ in STAGES:
        values = stage_values(images, name)
        if any(values):
            found, in_words = series(values), durations(values)
            span = f"{in_words(found.least)} to {in_words(found.greatest)}"
            rows.append((words, in_words(found.median), in_words(found.p95), span))
    lines = ["", "### Figures"] if rows else []
    whose, meaning = mark(judged.run.time_base), note(judged.run.time_base)
    latency = f"latency ({whose})" if whose else "latency"
    lines += table((latency, "median", "p95", "range"), rows)
    if rows and meaning:
        lines += ["", f"These times are {meaning}."]
    used = [u for image in images if (u := image.memory.arena_used_bytes) is not None]
    sizes = []
    if used:
        whole = bytes_text(max(image.memory.arena_bytes for image in images))
        sizes.append(("tensor arena", bytes_text(max(used)), whole))
    for file in judged.run.board.partitions if judged.run.board is not None else ():
        if file.partition_bytes is not None:
            space = f"{bytes_text(file.partition_bytes)} of partition {code(file.partition)}"
            sizes.append((code(file.name), bytes_text(file.file_bytes), space))
    return lines + table(("memory", "used", "of"), sizes)


def _identity(judged: JudgedRun) -> list[str]:
    rows = [
        (text(group), text(name), code(value))
        for group, pairs in identity(judged.run, judged.tolerances).items()
        for name, value in pairs
    ]
    return ["", "### Identity", *table(("", "", ""), rows)]


def shortened(lines: list[str], limit: int) -> str:
    """As many lines as fit, with a word about it where some do not."""
    whole = "\n".join(lines) + "\n"
    if len(whole.encode()) <= limit:
        return whole
    end = f"\n{_SHORTENED}\n"
    room, kept = limit - len(end.encode()), []
    for line in lines:
        room -= len(line.encode()) + 1
        if room < 0:
            break
        kept.append(line + "\n")
    return "".join([*kept, end]) if kept else ""
