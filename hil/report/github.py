"""What a run tells GitHub: failures beside the code, and the summary of its step.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hil.facts.outcomes import FLAKY
from hil.facts.stand_in import said, where_measured
from hil.facts.writer import report_error
from hil.judge.gates.model import GateStatus
from hil.judge.gates.text import gate_row
from hil.judge.judged import judge_recorded
from hil.judge.measure.link_findings import link_findings

if TYPE_CHECKING:
    from hil.diagnose import Diagnosis
    from hil.facts.run import Run
    from hil.judge.baseline.model import Comparison
    from hil.judge.gates.model import Gate, GatesVerdict
    from hil.judge.judged import JudgedRun

STEP_SUMMARY = "GITHUB_STEP_SUMMARY"
_MOST_BYTES = 1024 * 1024
_RESERVE = 16 * 1024  # for what later commands of the step may add

MOST = 10
"""Of one kind in a step; GitHub drops what is beyond without a word."""

_MOST_TEXT = 4_000


@dataclass(frozen=True, slots=True)
class Note:
    """One annotation. `level`: "error" or "warning". `file`: empty without a place; `line`: 0."""

    level: str
    title: str
    message: str
    file: str = ""
    line: int = 0


def notes(
    judged: JudgedRun, verdict: GatesVerdict | None = None, diagnosis: Diagnosis | None = None
) -> Iterator[Note]:
    """One for each mistake found, gate that is not met, and test that did not pass."""

    def titled(text: str) -> str:
        return said(text, where_measured(judged.run.board))

    for finding in diagnosis.findings if diagnosis is not None else ():
        text = f"{finding.title}: {finding.evidence}\nlook at: {finding.where_to_look}"
        yield Note("error", f"diagnosis: {finding.id}", text)
    for text in link_findings(judged.run.link):
        yield Note("warning", "link", text)
    for result in () if verdict is None else verdict.results:
        row = gate_row(result)
        if row.tone != "good" and result.status is not GateStatus.NOT_ASKED:
            text = f"limit {row.limit}, measured {row.measured}: {row.explanation}"
            level = "error" if row.tone == "bad" else "warning"
            yield Note(level, titled(f"gate {row.gate}: {row.status}"), text, *_place(result.gate))
    for test in judged.unhappy_tests:
        text = test.message.strip()[:_MOST_TEXT] or test.outcome
        level = "warning" if test.outcome == FLAKY else "error"
        file = test.test.partition("::")[0]
        yield Note(level, titled(f"{test.outcome}: {test.test}"), text, file)


def _place(gate: Gate) -> tuple[str, int]:
    file, _, line = gate.where.rpartition(":")
    return (file, int(line)) if line.isdecimal() else ("", 0)


def github_annotations(
    run: Run, verdict: GatesVerdict | None = None, diagnosis: Diagnosis | None = None
) -> list[str]:
    """The notes as commands of a workflow.

    Each has to be printed as a line of its own. With more than `MOST` errors the last
    one says how many are left out.
    """
    lines: dict[str, list[str]] = {"error": [], "warning": []}
    for note in notes(judge_recorded(run), verdict, diagnosis):
        place = {"file": note.file, "line": str(note.line or "")}
        lines[note.level].append(_command(note.level, note.message, title=note.title, **place))
    return [line for kind, found in lines.items() for line in _cut(kind, found)]


def markdown_summary(
    run: Run,
    verdict: GatesVerdict | None = None,
    comparison: Comparison | None = None,
    diagnosis: Diagnosis | None = None,
    *,
    limit: int = _MOST_BYTES - _RESERVE,
) -> str:
    """A run as Markdown of at most `limit` bytes; see `hil.report.markdown`."""
    from hil.report.markdown import markdown

    judged = judge_recorded(run)
    return markdown(judged, verdict, comparison=comparison, diagnosis=diagnosis, limit=limit)


def write_step_summary(
    run: Run,
    verdict: GatesVerdict | None = None,
    comparison: Comparison | None = None,
    diagnosis: Diagnosis | None = None,
    *,
    environment: Mapping[str, str] = os.environ,
) -> None:
    """Appends the summary to the file in $GITHUB_STEP_SUMMARY; without it does nothing.

    Together with what is in the file already it stays below the 1 MiB that GitHub takes.

    Raises:
        InfrastructureError: the file cannot be written.
    """
    place = environment.get(STEP_SUMMARY)
    if not place:
        return
    path = Path(place)
    try:
        taken = path.stat().st_size if path.exists() else 0
        room = _MOST_BYTES - _RESERVE - taken
        with path.open("a", encoding="utf-8") as file:
            file.write(markdown_summary(run, verdict, comparison, diagnosis, limit=room))
    except OSError as cause:
        raise report_error(path, cause) from cause


def _cut(kind: str, lines: list[str]) -> list[str]:
    if len(lines) <= MOST:
        return lines
    left = len(lines) - MOST + 1
    return [*lines[: MOST - 1], _command(kind, f"and {left} more", title="camhil")]


def _command(kind: str, message: str, **properties: str) -> str:
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
    return f"::{kind} {listed}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
