"""What a run tells GitHub: failures beside the code, and the summary of its step.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hil.facts.outcomes import FLAKY
from hil.facts.stand_in import said, where_measured
from hil.facts.writer import report_error
from hil.judge.gates.text import gate_rows
from hil.judge.judged import judge_recorded
from hil.judge.measure.link_findings import link_findings

if TYPE_CHECKING:
    from hil.diagnose import Diagnosis
    from hil.facts.run import Run
    from hil.judge.baseline.model import Comparison
    from hil.judge.gates.model import GatesVerdict

STEP_SUMMARY = "GITHUB_STEP_SUMMARY"
_MOST_BYTES = 1024 * 1024
_RESERVE = 16 * 1024  # for what later commands of the step may add

MOST = 10
"""Of one kind in a step; GitHub drops what is beyond without a word."""

_MOST_TEXT = 4_000


def github_annotations(
    run: Run, verdict: GatesVerdict | None = None, diagnosis: Diagnosis | None = None
) -> list[str]:
    """One line for each mistake found, gate that is not met, and test that did not pass.

    Each has to be printed as a line of its own. With more than `MOST` errors the last
    one says how many are left out.
    """

    def titled(text: str) -> str:
        return said(text, where_measured(run.board))

    errors, warnings = [], []
    for finding in diagnosis.findings if diagnosis is not None else ():
        text = f"{finding.title}: {finding.evidence}\nlook at: {finding.where_to_look}"
        errors.append(_command("error", text, title=f"diagnosis: {finding.id}"))
    warnings += [_command("warning", text, title="link") for text in link_findings(run.link)]
    for row in gate_rows(verdict):
        text = f"limit {row.limit}, measured {row.measured}: {row.explanation}"
        title = titled(f"gate {row.gate}: {row.status}")
        if row.tone == "bad":
            errors.append(_command("error", text, title=title))
        elif row.tone == "open":
            warnings.append(_command("warning", text, title=title))
    for test in judge_recorded(run).unhappy_tests:
        file = test.test.partition("::")[0]
        text = test.message.strip()[:_MOST_TEXT] or test.outcome
        flaky = test.outcome == FLAKY
        kind, lines = ("warning", warnings) if flaky else ("error", errors)
        title = titled(f"{test.outcome}: {test.test}")
        lines.append(_command(kind, text, title=title, file=file))
    return _cut("error", errors) + _cut("warning", warnings)


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
