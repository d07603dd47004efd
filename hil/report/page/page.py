"""The page as a whole: from judged runs to one HTML file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hil.errors import NotAskedError
from hil.facts.outcomes import FLAKY
from hil.facts.stand_in import mark, note, stand_in
from hil.judge.figures import bytes_text, count_text, duration_text, series
from hil.judge.gates.text import gate_rows
from hil.judge.headline import headline
from hil.judge.judged import FAILED_OUTCOMES, JudgedRun, first_line
from hil.judge.measure.link_findings import link_findings, link_remarks
from hil.report.changes import answers, by_key, change_groups
from hil.report.page.assets import assets
from hil.report.page.cards import WORST, Card, cards
from hil.report.page.details import (
    console_rows,
    identity,
    link_rows,
    measurement_rows,
    sample_rows,
    test_rows,
)
from hil.report.page.diagnosis import first_differences
from hil.report.page.fill import fill
from hil.report.page.latency import latency
from hil.report.page.memory import memory

if TYPE_CHECKING:
    from hil.diagnose import Diagnosis
    from hil.judge.baseline.model import Comparison
    from hil.judge.gates.model import GatesVerdict

MOST_FAILURES = 100
FEW_FAILURES = 12
"""Shown at once, so that what follows is found; the others unfold."""
_MOST_TEXT = 20_000
_SECTIONS = {
    "verdict": "Verdict",
    "diagnosis": "Diagnosis",
    "failures": "Failures",
    "changes": "Changes",
    "images": "Images",
    "samples": "Samples",
    "latency": "Latency",
    "memory": "Memory",
    "link": "Link",
    "identity": "Identity",
    "tests": "Tests",
    "console": "Console",
}


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure on top of the page."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """A test that did not pass. `failed`: the board's fault; else nothing was measured."""

    name: str
    outcome: str
    failed: bool
    first_line: str
    message: str


def render(
    judged: JudgedRun,
    *,
    source: str,
    verdict: GatesVerdict | None = None,
    against: JudgedRun | None = None,
    comparison: Comparison | None = None,
    diagnosis: Diagnosis | None = None,
) -> str:
    """The page as text.

    Args:
        judged: the run.
        source: name of its file.
        verdict: of the gates, if there are any.
        against: the run that it is compared with.
        comparison: the metrics of the two.
        diagnosis: of the run; an empty one is not shown.
    """
    from hil.diagnose.show import listed

    run = judged.run
    all_cards = cards(judged.images, by_key(against) if against is not None else None)
    failures, more = _failures(judged)
    wrong = [card for card in all_cards if card.status == "failed"]
    shown = None if diagnosis is None or diagnosis.empty else diagnosis
    found: dict[str, Any] = {
        "diagnosis": shown,
        "failures": failures,
        "wrong": wrong,
        "samples": sample_rows(judged),
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
        tiles=_tiles(judged),
        gates=gate_rows(verdict, comparison),
        few_failures=FEW_FAILURES,
        more_failures=more,
        comparison=comparison,
        change_groups=change_groups(comparison),
        answers=None if against is None else answers(judged, against),
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


def _shape(judged: JudgedRun) -> tuple[int, int]:
    """(width, height) of the pictures; all go into the same model."""
    sizes = [image.record.facts.input_size for image in judged.images]
    return (sizes[0][1], sizes[0][0]) if sizes else (1, 1)


def _sections(
    found: dict[str, object], all_cards: tuple[Card, ...], against: JudgedRun | None
) -> list[tuple[str, str]]:
    shown = {**found, "verdict": True, "images": all_cards, "changes": against is not None}
    shown["failures"] = found["failures"] or found["wrong"]
    stages, budgets = found["latency"], found["memory"]
    shown["latency"] = getattr(stages, "stages", ())
    shown["memory"] = getattr(budgets, "budgets", ()) or getattr(budgets, "figures", ())
    return [(name, text) for name, text in _SECTIONS.items() if shown[name]]


def _tiles(judged: JudgedRun) -> list[Tile]:
    run, measured = judged.run, judged.run.measured
    tiles = []
    if measured:
        equal = sum(not image.differs for image in judged.images)
        equal += sum(not sample.differs for sample in judged.samples)
        tiles.append(Tile("Answers equal the oracle's", f"{equal} of {len(measured)}"))
        known = [image.largest_lsb for image in judged.images if image.largest_lsb is not None]
        if known:
            tiles.append(Tile("Largest difference", f"{max(known):,} LSB", "score, features, map"))
        if judged.run.time_base == "real":  # other times say nothing of a chip: no headline
            found = series([one.times.invoke_us for one in measured])
            p95 = f"p95 {duration_text(found.p95)}"
            tiles.append(Tile("Inference, median", duration_text(found.median), p95))
        used = [u for one in measured if (u := one.memory.arena_used_bytes) is not None]
        if used:
            whole = bytes_text(measured[0].memory.arena_bytes)
            tiles.append(Tile("Arena used", bytes_text(max(used)), f"of {whole}"))
    if run.tests:
        passed = len(judged.tests(("passed",)))
        flaky = len(judged.tests((FLAKY,)))
        not_asked = len(judged.tests((NotAskedError.kind,)))
        notes = [f"{flaky} more when run again"] if flaky else []
        notes += [f"{not_asked} not asked of this board"] if not_asked else []
        asked = judged.test_count - not_asked
        tiles.append(Tile("Tests passed", f"{passed} of {asked}", ", ".join(notes)))
    if run.link is not None:
        again = dict(run.link.counts).get("retransmitted", 0)
        many = len(link_findings(run.link))
        told = count_text(many, "finding") if many else "no finding"
        tiles.append(Tile("Link", told, f"{count_text(again, 'frame')} sent again"))
    return tiles


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


def _failures(judged: JudgedRun) -> tuple[list[Failure], int]:
    tests = judged.unhappy_tests
    shown = [
        Failure(
            name=test.test,
            outcome=test.outcome,
            failed=test.outcome in FAILED_OUTCOMES,
            first_line=first_line(test.message),
            message=test.message[:_MOST_TEXT] or "no message",
        )
        for test in tests[:MOST_FAILURES]
    ]
    return shown, len(tests) - len(shown)
