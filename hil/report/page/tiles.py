"""The figures on top of the page, each with its state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from hil.errors import NotAskedError
from hil.facts.outcomes import FLAKY
from hil.judge.figures import bytes_text, count_text, duration_text, series
from hil.judge.gates.model import GateStatus
from hil.judge.judged import JudgedImage, JudgedRun, JudgedSample
from hil.judge.measure.link_findings import link_findings
from hil.judge.verdict import Status

if TYPE_CHECKING:
    from hil.judge.gates.model import GatesVerdict

_NONE = Markup("")

_STATES = {"good": "good", "bad": "not good", "open": "open"}


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure. `tone`: good, bad, open, or empty where nobody has set a limit.

    `trend`: a picture of its course, empty without any.
    """

    name: str
    value: str
    note: str = ""
    tone: str = ""
    trend: Markup = _NONE

    @property
    def state(self) -> str:
        """The tone in words, for who sees no sign."""
        return _STATES.get(self.tone, "")


def tiles(
    judged: JudgedRun,
    verdict: GatesVerdict | None = None,
    trends: Mapping[str, Markup] | None = None,
) -> tuple[Tile, ...]:
    """What there is to say of a run in a few figures.

    Args:
        judged: the run.
        verdict: of the gates, which give figures their state that have none by themselves.
        trends: as of `hil.report.page.trends.trends`.
    """
    return tuple(_tiles(judged, verdict, trends or {}))


def _tiles(
    judged: JudgedRun, verdict: GatesVerdict | None, trends: Mapping[str, Markup]
) -> Iterator[Tile]:
    run, measured = judged.run, judged.run.measured
    if measured:
        both: tuple[JudgedImage | JudgedSample, ...] = (*judged.images, *judged.samples)
        equal = sum(not one.differs for one in both)
        failed = any(one.status is Status.FAILED for one in both)
        tone = "bad" if failed else "good" if equal == len(both) else "open"
        yield Tile("Answers equal the oracle's", f"{equal} of {len(both)}", tone=tone)
        known = [image.largest_lsb for image in judged.images if image.largest_lsb is not None]
        if known:
            tone = "good" if not max(known) else "bad" if failed else "open"
            yield Tile(
                "Largest difference", f"{max(known):,} LSB", "score, features, map", tone=tone
            )
        if run.time_base == "real":  # other times say nothing of a chip: no headline
            found = series([one.times.invoke_us for one in measured])
            p95 = f"p95 {duration_text(found.p95)}"
            tone = gated_tone(verdict, "invoke_us")
            trend = trends.get("invoke_us", _NONE)
            yield Tile("Inference, median", duration_text(found.median), p95, tone, trend)
        used = [u for one in measured if (u := one.memory.arena_used_bytes) is not None]
        if used:
            whole = bytes_text(measured[0].memory.arena_bytes)
            tone = gated_tone(verdict, "arena_used_bytes")
            trend = trends.get("arena_used_bytes", _NONE)
            yield Tile("Arena used", bytes_text(max(used)), f"of {whole}", tone, trend)
    if run.tests:
        yield _tests(judged)
    if run.link is not None:
        again = dict(run.link.counts).get("retransmitted", 0)
        many = len(link_findings(run.link))
        told = count_text(many, "finding") if many else "no finding"
        tone = "open" if many else "good"
        yield Tile("Link", told, f"{count_text(again, 'frame')} sent again", tone)


def _tests(judged: JudgedRun) -> Tile:
    passed, flaky = len(judged.tests(("passed",))), len(judged.tests((FLAKY,)))
    not_asked = len(judged.tests((NotAskedError.kind,)))
    notes = [f"{flaky} more when run again"] if flaky else []
    notes += [f"{not_asked} not asked of this board"] if not_asked else []
    asked = judged.test_count - not_asked
    tone = "bad" if judged.failed_tests else "good" if passed == asked else "open"
    return Tile("Tests passed", f"{passed} of {asked}", ", ".join(notes), tone)


def gated_tone(verdict: GatesVerdict | None, metric: str) -> str:
    """The tone of the gates on a metric, the worst first; empty without one."""
    results = () if verdict is None else verdict.results
    found = {result.status for result in results if result.gate.metric.name == metric}
    for status, tone in _GATED:
        if status in found:
            return tone
    return ""


_GATED = (
    (GateStatus.UNMET, "bad"),
    (GateStatus.NOT_MEASURED, "bad"),
    (GateStatus.NOT_PROVEN, "open"),
    (GateStatus.MET, "good"),
)
