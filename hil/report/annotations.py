"""GitHub annotations: workflow commands that show failures beside the code. Pure.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hil.facts.records import FLAKY
from hil.facts.stand_in import said, where_measured
from hil.judge.headline import gate_rows
from hil.judge.judged import judge_recorded
from hil.judge.measure.link_findings import link_findings

if TYPE_CHECKING:
    from hil.diagnose import Diagnosis
    from hil.facts.run import Run
    from hil.judge.gates.model import GatesVerdict

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
    from hil.report.page.page import unhappy_tests

    def titled(text: str) -> str:
        return said(text, where_measured(run.board))

    errors, warnings = [], []
    for finding in diagnosis.findings if diagnosis is not None else ():
        text = f"{finding.title}: {finding.evidence}\nlook at: {finding.where_to_look}"
        errors.append(_command("error", text, title=f"diagnosis: {finding.id}"))
    warnings += [_command("warning", text, title="link") for text in link_findings(run.link)]
    for row in gate_rows(verdict):
        text = f"limit {row.limit}, measured {row.measured}: {row.explanation}"
        if row.tone == "bad":
            errors.append(_command("error", text, title=titled(f"gate {row.gate}: {row.status}")))
        elif row.tone == "open":
            warnings.append(
                _command("warning", text, title=titled(f"gate {row.gate}: {row.status}"))
            )
    for test in unhappy_tests(judge_recorded(run)):
        file = test.test.partition("::")[0]
        text = test.message.strip()[:_MOST_TEXT] or test.outcome
        flaky = test.outcome == FLAKY
        kind, lines = ("warning", warnings) if flaky else ("error", errors)
        title = titled(f"{test.outcome}: {test.test}")
        lines.append(_command(kind, text, title=title, file=file))
    return _cut("error", errors) + _cut("warning", warnings)


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
