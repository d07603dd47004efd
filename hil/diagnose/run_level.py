"""What concerns the run as a whole: time, counters, identity, memory, the board itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hil.diagnose.result import Finding, Unexplained

if TYPE_CHECKING:
    from hil.diagnose.stages import Outcome
    from hil.record.run import Run


def explain_run(run: Run, outcome: Outcome) -> tuple[list[Finding], list[Unexplained]]:
    """The outcome's findings, and those of the run."""
    return outcome.findings, outcome.unexplained
