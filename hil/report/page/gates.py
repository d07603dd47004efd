"""The gates on top of the page: what stands against shipping first, what is met folded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from hil.judge.figures import count_text
from hil.judge.gates.model import GateStatus
from hil.judge.gates.text import gate_rows

if TYPE_CHECKING:
    from hil.judge.baseline.model import Comparison
    from hil.judge.gates.model import GatesVerdict
    from hil.judge.gates.text import GateRow
    from hil.judge.measure.catalog import Metric

_AGAINST = (GateStatus.UNMET, GateStatus.NOT_MEASURED, GateStatus.NOT_PROVEN)
_FOLDED = (GateStatus.MET, GateStatus.NOT_ASKED)


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate. `meaning`: of its metric. `trend`: its course over runs, empty without any."""

    row: GateRow
    meaning: str
    trend: Markup


@dataclass(frozen=True, slots=True)
class Gates:
    """The gates.

    Attributes:
        against: those that are not met, unmet ones first.
        folded: those that are met or not asked.
        said: of the folded ones, in words.
    """

    against: tuple[Gate, ...]
    folded: tuple[Gate, ...]
    said: str


def gates(
    verdict: GatesVerdict | None,
    comparison: Comparison | None = None,
    trends: Mapping[str, Markup] | None = None,
) -> Gates | None:
    """The gates in words; None without any.

    Args:
        verdict: of the gates.
        comparison: with another run or a baseline.
        trends: a picture of each metric's course, by its name.
    """
    if verdict is None or not verdict.results:
        return None
    pictures = trends or {}
    listed = [
        (result.status, _gate(result.gate.metric, row, pictures))
        for result, row in zip(verdict.results, gate_rows(verdict, comparison), strict=True)
    ]

    def of(*statuses: GateStatus) -> tuple[Gate, ...]:
        return tuple(gate for wanted in statuses for status, gate in listed if status is wanted)

    counts = [(len(verdict.of(status)), status.value) for status in _FOLDED]
    said = [f"{count_text(many, 'gate')} {name}" for many, name in counts if many]
    return Gates(
        against=of(*_AGAINST),
        folded=of(*_FOLDED),
        said=", ".join(said),
    )


def _gate(metric: Metric, row: GateRow, trends: Mapping[str, Markup]) -> Gate:
    return Gate(row, metric.description, trends.get(metric.name, Markup("")))
