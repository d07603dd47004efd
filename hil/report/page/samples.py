"""Everything that went through board and oracle as one table, images and other samples alike."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.facts.image import ImageFacts, SampleFacts
from hil.facts.stand_in import mark
from hil.judge.figures import duration_text
from hil.judge.judged import JudgedImage, JudgedSample
from hil.judge.verdict import Status
from hil.network.score import score_percent
from hil.report.changes import answer_score, operators_text, outputs_text, place, score_of

if TYPE_CHECKING:
    from hil.judge.judged import JudgedRun

_ABSENT = -1.0
"""Where a cell without a value stands in the order of its column."""

_TONES = {Status.PASSED: "good", Status.FAILED: "bad"}


@dataclass(frozen=True, slots=True)
class Cell:
    """`order`: what the column is sorted by; None for its text."""

    text: str
    order: float | None = None

    @property
    def number(self) -> bool:
        return self.order is not None


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One input.

    Attributes:
        key: of its image in the page; empty for other samples.
        cells: between its name and its verdict, one for each of `SampleTable.columns`.
        tone: good, bad or open.
        problems: the checks that failed.
        wrong: what they say.
    """

    name: str
    key: str
    cells: tuple[Cell, ...]
    status: str
    tone: str
    problems: str
    wrong: str


@dataclass(frozen=True, slots=True)
class SampleTable:
    """`columns`: (name, holds numbers). `traced`: whether operators of any were compared."""

    columns: tuple[tuple[str, bool], ...]
    rows: tuple[SampleRow, ...]
    traced: bool


def sample_table(judged: JudgedRun) -> SampleTable:
    """Wrong ones first, then those that differ within the tolerances, then as they were run."""
    measured: tuple[JudgedImage | JudgedSample, ...] = (*judged.images, *judged.samples)
    ordered = sorted(measured, key=lambda one: (one.status is not Status.FAILED, not one.differs))
    facts = [_facts(one) for one in ordered]
    scored = any(isinstance(each, ImageFacts) for each in facts)
    traced = any(each.ops for each in facts)
    clock = mark(judged.run.time_base)
    columns = [
        ("kind", False),
        *((("score", True), ("oracle's", True), ("location", False)) if scored else ()),
        ("outputs", True),
        *((("operators", False),) if traced else ()),
        (f"inference ({clock})" if clock else "inference", True),
    ]
    return SampleTable(
        columns=(("sample", False), *columns, ("verdict", False)),
        rows=tuple(_row(*pair, scored, traced) for pair in zip(ordered, facts, strict=True)),
        traced=traced,
    )


def _facts(one: JudgedImage | JudgedSample) -> SampleFacts:
    if isinstance(one, JudgedImage) and one.trace is not None:
        return dataclasses.replace(one.record.facts, ops=one.trace.ops)
    return one.record.facts


def _row(
    one: JudgedImage | JudgedSample, facts: SampleFacts, scored: bool, traced: bool
) -> SampleRow:
    failed = [verdict for verdict in one.verdicts if verdict.status is Status.FAILED]
    return SampleRow(
        name=one.record.name,
        key=one.key if isinstance(one, JudgedImage) else "",
        cells=tuple(_cells(one, facts, scored, traced)),
        status=one.status.value,
        tone=_TONES.get(one.status, "open"),
        problems=", ".join(verdict.check for verdict in failed),
        wrong="; ".join(verdict.explanation for verdict in failed),
    )


def _cells(
    one: JudgedImage | JudgedSample, facts: SampleFacts, scored: bool, traced: bool
) -> Iterator[Cell]:
    yield Cell(one.record.source if isinstance(one, JudgedImage) else one.record.made)
    if scored:
        yield from _answer(facts) if isinstance(facts, ImageFacts) else (Cell("-", _ABSENT),) * 3
    yield Cell(outputs_text(facts), _off(facts))
    if traced:
        yield Cell(operators_text(facts))
    invoke_us = one.record.times.invoke_us
    yield Cell(duration_text(invoke_us), invoke_us)


def _answer(facts: ImageFacts) -> Iterator[Cell]:
    for answer in (facts.device, facts.reference):
        score = score_of(facts, answer)
        order = _ABSENT if score is None else float(score_percent(score))
        yield Cell(answer_score(facts, answer), order)
    yield Cell(place(facts.device))


def _off(facts: SampleFacts) -> float:
    """The largest difference of an output; more than any where it is not known."""
    off = [output.difference for output in facts.outputs if not output.same]
    return max((1e12 if each is None else each.max_lsb for each in off), default=0)
