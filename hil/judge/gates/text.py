"""The table of gates and the verdict as lines of text: the same live and judged again."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

from hil.base.columns import aligned
from hil.judge.gates.model import GateResult, GateStatus, GatesVerdict, Ship
from hil.judge.measure.text import signed_text, value_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hil.judge.baseline.model import Comparison

COLUMNS = ("gate", "limit", "measured", "margin", "status")
Tone = Literal["good", "bad", "unsure", "plain", "head"]
_LISTED = 5

_TONES: dict[GateStatus, Tone] = {
    GateStatus.MET: "good",
    GateStatus.UNMET: "bad",
    GateStatus.NOT_PROVEN: "unsure",
    GateStatus.NOT_MEASURED: "bad",
    GateStatus.NOT_ASKED: "plain",
}
_SHIP_TONES: dict[Ship, Tone] = {
    Ship.SHIP: "good",
    Ship.DO_NOT_SHIP: "bad",
    Ship.NOT_PROVEN: "unsure",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A line of a report, and how it is meant."""

    text: str
    tone: Tone = "plain"


@dataclasses.dataclass(frozen=True, slots=True)
class GateRow:
    """One gate in words. `baseline` is empty without a baseline."""

    gate: str
    limit: str
    measured: str
    margin: str
    baseline: str
    status: str
    explanation: str

    @property
    def tone(self) -> str:
        tones = {"met": "good", "not proven": "open", "not asked": "open"}
        return tones.get(self.status, "bad")


def verdict_lines(verdict: GatesVerdict, comparison: Comparison | None = None) -> list[Line]:
    """The table, what it means where a gate is not met, and the verdict as the last line."""
    return [
        *_table(verdict, comparison),
        *_reasons(verdict),
        Line(headline(verdict), _SHIP_TONES[verdict.ship]),
    ]


def headline(verdict: GatesVerdict) -> str:
    """The verdict in one line: "DO NOT SHIP: 1 of 6 gates unmet, 2 failures"."""
    return f"{verdict.said}: {'; '.join(reasons(verdict))}"


def reasons(verdict: GatesVerdict) -> list[str]:
    """What the verdict rests on, the weightiest first."""
    total = len(verdict.results)
    parts = [
        f"{len(verdict.of(status))} of {total} gates {status.value}"
        for status in (GateStatus.UNMET, GateStatus.NOT_PROVEN, GateStatus.NOT_MEASURED)
        if verdict.of(status)
    ]
    parts += (*verdict.counts, *verdict.trouble, *verdict.unproven)
    if not parts:
        parts.append(verdict.met)
    return parts


def properties(verdict: GatesVerdict) -> tuple[tuple[str, str], ...]:
    """The verdict and each gate as names and values, for JUnit XML."""
    gates = [
        (f"gate {row.gate}", f"{row.status}: measured {row.measured}, limit {row.limit}")
        for row in gate_rows(verdict)
    ]
    return (("verdict", headline(verdict)), *gates)


def limit_text(result: GateResult) -> str:
    """ "<= 400,000 us", ">= 90.0 %", "10 to 20 us"."""
    gate = result.gate
    if gate.statistic == "not worse":
        return "baseline"
    if gate.min is None:
        assert gate.max is not None
        return f"<= {value_text(gate.max, gate.metric)}"
    if gate.max is None:
        return f">= {value_text(gate.min, gate.metric)}"
    low = value_text(gate.min, gate.metric).partition(" ")[0]  # the unit is said once
    return f"{low} to {value_text(gate.max, gate.metric)}"


def gate_rows(
    verdict: GatesVerdict | None, comparison: Comparison | None = None
) -> tuple[GateRow, ...]:
    """The gates in words; none without a verdict."""
    results = () if verdict is None else verdict.results
    return tuple(gate_row(result, comparison) for result in results)


def gate_row(result: GateResult, comparison: Comparison | None = None) -> GateRow:
    """One gate in words."""
    metric = result.gate.metric
    measured = "-" if result.measured is None else value_text(result.measured, metric)
    if result.interval is not None:
        low, high = (value_text(end, metric) for end in result.interval)
        measured += f" ({low} to {high})"
    if result.clock and result.measured is not None:
        measured += f", {result.clock}"
    reason = "" if result.status is GateStatus.MET else result.explanation
    return GateRow(
        gate=result.gate.name,
        limit=limit_text(result),
        measured=measured,
        margin="-" if result.margin is None else signed_text(result.margin, metric),
        baseline="" if comparison is None else _against_text(result, comparison),
        status=result.status.value,
        explanation="; ".join(text for text in (reason, result.gate.why) if text),
    )


def _against_text(result: GateResult, comparison: Comparison) -> str:
    """What the comparison with a baseline says of the gate's metric; "-" if nothing."""
    change = comparison.change(result.gate.metric.name)
    if change is None:
        return "-"
    if not change.change:
        return change.outcome.value
    relative = change.relative
    size = (
        signed_text(change.change, result.gate.metric)
        if relative is None
        else f"{relative * 100:+.2f} %"
    )
    return f"{change.outcome.value} ({size})"


def _table(verdict: GatesVerdict, comparison: Comparison | None) -> Iterator[Line]:
    rows = gate_rows(verdict, comparison)
    # What most gates do not have stands below its row: the table fits a terminal.
    short = [
        gate_row(dataclasses.replace(result, interval=None, clock="")) for result in verdict.results
    ]
    table = [(row.gate, row.limit, row.measured, row.margin, row.status) for row in short]
    head, *lines = aligned([COLUMNS, *table], last_left=True)
    for text in head:
        yield Line(text, "head")
    for row, shown, texts, result in zip(rows, short, lines, verdict.results, strict=True):
        for text in texts:
            yield Line(text, _TONES[result.status])
        notes = [f"measured {row.measured}"] if row.measured != shown.measured else []
        notes += [] if row.baseline in ("", "-", "same") else [f"against baseline: {row.baseline}"]
        if notes:
            yield Line(f"    {'; '.join(notes)}", _TONES[result.status])


def _reasons(verdict: GatesVerdict) -> Iterator[Line]:
    for result in verdict.results:
        if result.status is not GateStatus.MET:
            why = f" ({result.gate.why})" if result.gate.why else ""
            text = f"{result.gate.name}: {result.status.value}: {result.explanation}{why}"
            yield Line(text, _TONES[result.status])
    for failure in verdict.failures[:_LISTED]:
        yield Line(f"failed: {failure}", "bad")
    if len(verdict.failures) > _LISTED:
        yield Line("and more", "bad")
    for trouble in verdict.trouble:
        yield Line(f"not measured: {trouble}", "unsure")
    for unproven in verdict.unproven:
        yield Line(f"not proven: {unproven}", "unsure")
    for remark in verdict.remarks:
        yield Line(f"note: {remark}")
