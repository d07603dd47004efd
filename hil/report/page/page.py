"""The page as a whole: from judged runs to one HTML file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hil.facts.stand_in import mark, note, stand_in
from hil.judge.figures import count_text
from hil.judge.headline import headline
from hil.judge.judged import JudgedRun
from hil.judge.measure.link_findings import link_findings, link_remarks
from hil.report.changed_pictures import changed_pictures
from hil.report.changes import answers, by_key, change_groups
from hil.report.failures import failure_groups
from hil.report.page.assets import assets
from hil.report.page.cards import FEW, WORST, Card, cards
from hil.report.page.details import (
    console_rows,
    identity,
    link_rows,
    measurement_rows,
    test_rows,
)
from hil.report.page.diagnosis import first_differences
from hil.report.page.fill import fill
from hil.report.page.gates import gates
from hil.report.page.latency import latency
from hil.report.page.memory import memory
from hil.report.page.origin import origin_links
from hil.report.page.samples import sample_table
from hil.report.page.tiles import tiles
from hil.report.page.words import LEAD, Word, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

    from hil.diagnose import Diagnosis
    from hil.judge.baseline.model import Comparison
    from hil.judge.gates.model import GatesVerdict
    from hil.report.page.download import Download
    from hil.report.page.rich_tables import PlainTable

FEW_FAILURES = 8
"""Messages shown at once, so that what follows is found; the others unfold."""
FEW_ANSWERS = 8
FEW_TESTS = 8
"""As many changed answers, and functions with a failure, are shown at once."""
_MESSAGES = 5
"""Tests of one message that are shown with all they said: the others said the like."""
_MOST_TEXT = 20_000
_SECTIONS = {
    "verdict": "Verdict",
    "diagnosis": "Diagnosis",
    "failures": "Failures",
    "changes": "Changes",
    "images": "Images",
    "samples": "Samples",
    "operators": "Operators",
    "latency": "Latency",
    "memory": "Memory",
    "link": "Link",
    "identity": "Identity",
    "tests": "Tests",
    "console": "Console",
}


def render(
    judged: JudgedRun,
    *,
    source: str,
    verdict: GatesVerdict | None = None,
    against: JudgedRun | None = None,
    comparison: Comparison | None = None,
    diagnosis: Diagnosis | None = None,
    trends: Mapping[str, Markup] | None = None,
    facts: Download | None = None,
    tables: Sequence[PlainTable] = (),
    made_by: str = "report",
) -> str:
    """The page as text.

    Args:
        judged: the run.
        source: name of its file.
        verdict: of the gates, if there are any.
        against: the run that it is compared with.
        comparison: the metrics of the two.
        diagnosis: of the run; an empty one is not shown.
        trends: each metric's course over earlier runs, by its name (`hil.report.page.trends`).
        facts: the run file, to be taken out of the page.
        tables: of the operators, where more is known of them than the run file tells.
        made_by: the command that shows it.
    """
    from hil.diagnose.show import listed

    run = judged.run
    all_cards = cards(judged.images, by_key(against) if against is not None else None)
    table = sample_table(judged)
    shown = None if diagnosis is None or diagnosis.empty else diagnosis
    found: dict[str, Any] = {
        "diagnosis": shown,
        "failures": failure_groups(judged),
        "wrong": _wrong(all_cards),
        "samples": table.rows,
        "tables": tables,
        "latency": latency(run, against.run if against is not None else None),
        "memory": memory(run),
        "link": link_rows(run),
        "link_findings": link_findings(run.link),
        "link_remarks": link_remarks(run.link),
        "identity": identity(run, judged.tolerances),
        "tests": test_rows(run),
        "console": tuple(console_rows(run)),
    }
    own = assets(images=bool(all_cards), clock=mark(judged.run.time_base))
    return fill(
        "page.html",
        policy=own.policy,
        head=headline(judged, verdict, shown),
        title=title(judged),
        subtitle=subtitle(judged),
        sections=_sections(found, all_cards, against),
        tiles=tiles(judged, verdict, trends),
        gates=gates(verdict, comparison, trends),
        lead=LEAD,
        words=_words(judged, verdict is not None),
        origin=origin_links(run.origin),
        download=facts,
        few_failures=FEW_FAILURES,
        few_answers=FEW_ANSWERS,
        few_images=FEW,
        few_tests=FEW_TESTS,
        messages=_MESSAGES,
        most_text=_MOST_TEXT,
        sample_columns=table.columns,
        operators_traced=table.traced,
        comparison=comparison,
        change_groups=change_groups(comparison),
        answers=None if against is None else answers(judged, against),
        pictures={} if against is None else _pictures(judged, against),
        before="" if against is None else subtitle(against),
        cards=all_cards,
        differences=first_differences(judged, shown) if shown is not None else (),
        listed=listed,
        shape=_shape(judged),
        filters=_filters(all_cards, against is not None),
        measurements=measurement_rows(run),
        assets=own,
        badge=_badge(judged),
        source=source,
        made_by=made_by,
        **found,
    )


def title(judged: JudgedRun) -> str:
    """Which board with which firmware."""
    board = judged.run.board
    if board is None:
        return "no board answered"
    return f"{board.target}, firmware {board.firmware_version}, model {board.model_sha256[:12]}"


def subtitle(judged: JudgedRun) -> str:
    """When it was, and how much."""
    started = judged.run.header.started.replace("T", " ").replace("+00:00", " UTC")
    counts = [count_text(len(judged.images), "image")] if judged.images else []
    counts += [count_text(len(judged.samples), "sample")] if judged.samples else []
    many = ", ".join(counts) or "0 images"
    return f"{started}, {many}, {count_text(judged.test_count, 'test')}"


def _badge(judged: JudgedRun) -> tuple[str, str]:
    """(what stood in for a chip, what its times are), to be seen at once; empty for a chip."""
    board = judged.run.board
    kind = "" if board is None else stand_in(board.target, board.time_base)
    return (kind, note(judged.run.time_base)) if kind else ("", "")


def _words(judged: JudgedRun, gated: bool) -> tuple[Word, ...]:
    """What may have to be explained of this page."""
    board = judged.run.board
    names = ["oracle", "LSB", "operator", "p95"]
    if board is not None:
        names += ["arena", "second opinion"]
        kind = stand_in(board.target, board.time_base)
        names += [kind] if kind else []
    names += ["gate", "margin", "baseline"] if gated else []
    names += ["map", "features", "threshold"] if judged.images else []
    return words(*names, "diagnosis")


def _shape(judged: JudgedRun) -> tuple[int, int]:
    """(width, height) of the pictures; all go into the same model."""
    sizes = [image.record.facts.input_size for image in judged.images]
    return (sizes[0][1], sizes[0][0]) if sizes else (1, 1)


def _pictures(judged: JudgedRun, against: JudgedRun) -> dict[str, str]:
    """Addresses of pictures of changed answers, by the image's key."""
    return {one.key: one.address for one in changed_pictures(judged, against, bare=True)}


def _sections(
    found: dict[str, object], all_cards: tuple[Card, ...], against: JudgedRun | None
) -> list[tuple[str, str]]:
    shown = {**found, "verdict": True, "images": all_cards, "changes": against is not None}
    shown["failures"] = found["failures"] or found["wrong"]
    shown["operators"] = found["tables"]
    stages, budgets = found["latency"], found["memory"]
    shown["latency"] = getattr(stages, "stages", ())
    shown["memory"] = getattr(budgets, "budgets", ()) or getattr(budgets, "figures", ())
    return [(name, text) for name, text in _SECTIONS.items() if shown[name]]


def _filters(all_cards: tuple[Card, ...], compared: bool) -> list[tuple[str, str, int]]:
    filters = [
        ("all", "All", len(all_cards)),
        ("failed", "Failed", sum(card.status == "failed" for card in all_cards)),
        ("disagreeing", "Disagreeing", sum(card.differs for card in all_cards)),
        ("worst", "Worst", min(WORST, len(all_cards))),
    ]
    if any(card.truth for card in all_cards):
        untrue = sum(card.truth not in ("", "right") for card in all_cards)
        filters.append(("untrue", "Against the truth", untrue))
    if compared:
        filters.append(("changed", "Changed", sum(card.changed != "" for card in all_cards)))
    return filters


def _wrong(all_cards: tuple[Card, ...]) -> list[tuple[str, list[Card]]]:
    """The images that are wrong, by what is wrong with them; the most frequent first."""
    found: dict[str, list[Card]] = {}
    for card in all_cards:
        if card.status == "failed":
            found.setdefault(", ".join(card.problems), []).append(card)
    return sorted(found.items(), key=lambda each: -len(each[1]))
