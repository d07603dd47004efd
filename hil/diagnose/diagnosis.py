"""`diagnose(run)`: all hypotheses over all images of a run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from hil.facts.diagnosis import Diagnosis

if TYPE_CHECKING:
    from hil.facts.run import Run
    from hil.judge.tolerance import Tolerances
    from hil.oracle import Oracle


def diagnose(
    run: Run, oracle: Oracle | None = None, tolerances: Tolerances | None = None
) -> Diagnosis:
    """Names the mistakes that explain the failures of a run.

    Args:
        run: as recorded. Its model is what is right.
        oracle: for this model, if there is one already.
        tolerances: to tell what fails; None for those that were in force.

    Raises:
        UsageError: the run's model or pictures are damaged.
    """
    started = time.monotonic()
    if healthy(run, tolerances):
        return Diagnosis(seconds=time.monotonic() - started)
    from hil.diagnose.case import oracle_of, read_world
    from hil.diagnose.frames import explain_frames
    from hil.diagnose.outcome import Outcome
    from hil.diagnose.refused import explain_refusals
    from hil.diagnose.run_level import explain_run
    from hil.diagnose.stages import explain_images
    from hil.judge.judged import recorded_tolerances

    outcome = Outcome()
    if run.model is not None and run.images:
        limits = tolerances or recorded_tolerances(run)
        world = read_world(run, oracle or oracle_of(run), limits)
        outcome = explain_images(world)
    of_frames, puzzles = explain_frames(run, outcome.tested)
    outcome.findings[:0] = of_frames
    outcome.unexplained += puzzles
    outcome.findings += explain_refusals(run, outcome.tested)
    findings, unexplained = explain_run(run, outcome)
    return Diagnosis(
        findings=tuple(findings),
        unexplained=tuple(unexplained),
        divergences=run.divergences,
        tested=outcome.tested[0],
        seconds=round(time.monotonic() - started, 3),
    )


def healthy(run: Run, tolerances: Tolerances | None = None) -> bool:
    """No test failed and no answer is wrong: there is nothing to explain."""
    from hil.judge.judged import UNMEASURED_OUTCOMES, judge_recorded

    judged = judge_recorded(run, tolerances)
    if judged.failed_tests or judged.wrong or judged.tests(UNMEASURED_OUTCOMES):
        return False
    # Evidence is of what failed by the tolerances that were in force.
    return not run.evidence or tolerances is not None
