"""`diagnose(run)`: all hypotheses over all images of a run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from hil.diagnose.result import Diagnosis

if TYPE_CHECKING:
    from hil.oracle import Oracle
    from hil.record.run import Run


def diagnose(run: Run, oracle: Oracle | None = None) -> Diagnosis:
    """Names the mistakes that explain the failures of a run.

    Args:
        run: as recorded. Its model is what is right.
        oracle: for this model, if there is one already.

    Raises:
        UsageError: the run's model or pictures are damaged.
    """
    started = time.monotonic()
    if healthy(run):
        return Diagnosis(seconds=time.monotonic() - started)
    from hil.diagnose.case import oracle_of, read_world, sent_images
    from hil.diagnose.outcome import Outcome
    from hil.diagnose.refused import explain_refusals
    from hil.diagnose.run_level import explain_run
    from hil.diagnose.stages import explain_images
    from hil.report.judged import recorded_tolerances

    outcome = Outcome()
    if run.model is not None and run.images:
        world = read_world(run, oracle or oracle_of(run), recorded_tolerances(run))
        outcome = explain_images(world)
    outcome.findings += explain_refusals(run, sent_images(run), outcome.tested)
    findings, unexplained = explain_run(run, outcome)
    return Diagnosis(
        findings=tuple(findings),
        unexplained=tuple(unexplained),
        divergences=run.divergences,
        tested=outcome.tested[0],
        seconds=round(time.monotonic() - started, 3),
    )


def healthy(run: Run) -> bool:
    """No test failed and no image differs: there is nothing to explain."""
    from hil.report.judged import FAILED_OUTCOMES, UNMEASURED_OUTCOMES, judge_recorded

    bad = (*FAILED_OUTCOMES, *UNMEASURED_OUTCOMES)
    if any(test.outcome in bad for test in run.tests) or run.evidence:
        return False
    return not judge_recorded(run).failed_images
