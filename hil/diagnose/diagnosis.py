"""`diagnose(run)`: all hypotheses over all images of a run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from hil.errors import HilError, UsageError
from hil.facts.diagnosis import Diagnosis
from hil.facts.run import Run
from hil.judge.judged import (
    UNMEASURED_OUTCOMES,
    JudgedRun,
    judge_recorded,
)
from hil.judge.tolerance import Tolerances

if TYPE_CHECKING:
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
    judged = _judged(run, tolerances)
    if _healthy(judged, tolerances):
        return Diagnosis(seconds=time.monotonic() - started)
    # What follows is heavy, and a healthy run is without it.
    from hil.diagnose.any_network import explain_answers
    from hil.diagnose.case import contract_of, explainable
    from hil.diagnose.consequences import drop_consequences
    from hil.diagnose.frames import explain_frames
    from hil.diagnose.other_networks import explain_other_networks
    from hil.diagnose.outcome import Outcome
    from hil.diagnose.reading import read_world
    from hil.diagnose.refused import explain_refusals
    from hil.diagnose.remembered import explain_history
    from hil.diagnose.run_level import explain_run
    from hil.diagnose.sample_operators import explain_sample_operators
    from hil.diagnose.samples import explain_samples
    from hil.diagnose.stages import explain_images
    from hil.diagnose.wanted import experiments_wanted

    outcome = Outcome()
    contract = None if run.model is None else contract_of(run.model)
    model = run.model
    outcome.guard("history", lambda: explain_history(judged, outcome))
    if model is not None and contract is not None and explainable(contract):
        if run.images:
            world = outcome.guard("images", lambda: read_world(judged, model, oracle))
            if world is not None:
                explain_images(world, outcome)
        outcome.guard("refusals", lambda: explain_refusals(run, contract, outcome))
    elif contract is not None:
        outcome.guard("answers", lambda: explain_answers(judged, contract, oracle, outcome))
        outcome.guard(
            "operators", lambda: explain_sample_operators(judged, contract, oracle, outcome)
        )
    if contract is not None and contract.image is not None:
        outcome.guard("frames", lambda: explain_frames(run, contract, outcome))
    outcome.guard("other networks", lambda: explain_other_networks(run, judged, contract, outcome))
    explain_run(run, contract, outcome)
    outcome.guard("samples", lambda: explain_samples(judged, outcome))
    outcome.guard("consequences", lambda: drop_consequences(judged, outcome))
    wanted = outcome.guard("experiments", lambda: experiments_wanted(judged)) or ()
    return Diagnosis(
        findings=tuple(outcome.findings),
        unexplained=tuple(outcome.unexplained),
        divergences=run.divergences,
        tested=outcome.tested,
        wanted=wanted,
        seconds=round(time.monotonic() - started, 3),
    )


def _judged(run: Run, tolerances: Tolerances | None) -> JudgedRun:
    try:
        return judge_recorded(run, tolerances)
    except HilError:
        raise
    except Exception as error:
        raise UsageError(
            f"the run contradicts itself and cannot be judged: {type(error).__name__}: {error}",
            where="run",
            hint="record it again; of a file that nobody changed, this is a bug of camhil",
        ) from error


def _healthy(judged: JudgedRun, tolerances: Tolerances | None) -> bool:
    """No test failed and no answer is wrong: there is nothing to explain."""
    run = judged.run
    if judged.failed_tests or judged.wrong or judged.tests(UNMEASURED_OUTCOMES):
        return False
    # Evidence is of what failed by the tolerances that were in force.
    return not run.evidence or tolerances is not None
