"""What a run tells GitHub: the summary of its step."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hil.diagnose import Diagnosis
    from hil.facts.run import Run
    from hil.judge.baseline.model import Comparison
    from hil.judge.gates.model import GatesVerdict

STEP_SUMMARY = "GITHUB_STEP_SUMMARY"
_MOST_BYTES = 1024 * 1024
_RESERVE = 16 * 1024  # for what later commands of the step may add


def markdown_summary(
    run: Run,
    verdict: GatesVerdict | None = None,
    comparison: Comparison | None = None,
    diagnosis: Diagnosis | None = None,
    *,
    limit: int = _MOST_BYTES - _RESERVE,
) -> str:
    """A run as Markdown of at most `limit` bytes; see `hil.report.markdown`."""
    from hil.judge.judged import judge_recorded
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

    Together with what is in the file already it stays below the 1 MiB that GitHub
    takes: https://docs.github.com/actions/reference/workflow-commands-for-github-actions

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
        from hil.facts.writer import report_error

        raise report_error(path, cause) from cause
