"""The verdict on a recorded run: its gates, its images, its tests. Pure.

A live run asks the same function with the same facts, so that judging its file again
gives the same verdict.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hil.errors import ExitCode
from hil.gates.judge import judge_gates
from hil.gates.model import Gates, GateStatus, GatesVerdict, Ship
from hil.judge.verdict import Status, Verdict, judge_image
from hil.measure.samples import samples
from hil.report.judged import (
    FAILED_OUTCOMES,
    UNMEASURED_OUTCOMES,
    judge_recorded,
    recorded_tolerances,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hil.baseline.model import Comparison
    from hil.judge.tolerance import Tolerances
    from hil.record.run import Run


def judge_run_gates(
    run: Run,
    gates: Gates,
    tolerances: Tolerances | None = None,
    comparison: Comparison | None = None,
) -> GatesVerdict:
    """The verdict on a run.

    Args:
        run: a whole run, as `read_run` gives it.
        gates: what it has to meet.
        tolerances: for the images; None for those that were in force in the run.
        comparison: with the baseline, for gates that are against it.

    A test or an image that failed makes it DO NOT SHIP; whatever was not measured
    keeps it from SHIP.
    """
    limits = recorded_tolerances(run) if tolerances is None else tolerances
    verdict = judge_gates(samples(run, gates.confidence), gates, comparison)
    failures = tuple(_failures(run, limits))
    if failures:
        verdict = dataclasses.replace(verdict, ship=Ship.DO_NOT_SHIP, failures=failures)
    return with_trouble(verdict, *_trouble(run))


def with_trouble(verdict: GatesVerdict, *trouble: str) -> GatesVerdict:
    """The verdict when there is more that could not be measured: SHIP no longer."""
    if not trouble:
        return verdict
    ship = Ship.NOT_PROVEN if verdict.ship is Ship.SHIP else verdict.ship
    return dataclasses.replace(verdict, ship=ship, trouble=(*verdict.trouble, *trouble))


def exit_code(verdict: GatesVerdict) -> ExitCode:
    """What a run with this verdict ends with."""
    if verdict.failures:
        return ExitCode.TEST_FAILED
    if verdict.trouble:
        return ExitCode.INFRASTRUCTURE
    if verdict.of(GateStatus.UNMET):
        return ExitCode.GATE_FAILED
    return ExitCode.PASSED if verdict.ship is Ship.SHIP else ExitCode.NOT_PROVEN


def _failures(run: Run, tolerances: Tolerances) -> Iterator[str]:
    for image in judge_recorded(run, tolerances).failed_images:
        yield f"image {image.record.name}: {_first_failed(image.verdicts)}"
    for repeat in run.repeats:
        verdicts = judge_image(repeat.facts, tolerances)
        if any(verdict.status is Status.FAILED for verdict in verdicts):
            yield f"image {repeat.facts.image}, measured again: {_first_failed(verdicts)}"
    failed = [test for test in run.tests if test.outcome in FAILED_OUTCOMES]
    for test in failed:
        if not test.by_verdict:
            last = test.message.strip().rpartition("\n")[2]
            yield f"test {test.test}: {last}"
    if run.end is not None and run.end.exit_code == ExitCode.TEST_FAILED and not failed:
        yield "a test failed that used no board"


def _trouble(run: Run) -> Iterator[str]:
    unmeasured = [test for test in run.tests if test.outcome in UNMEASURED_OUTCOMES]
    if unmeasured:
        what = f"{len(unmeasured)} checks" if len(unmeasured) > 1 else "a check"
        yield f"{what} could not run, the first: {unmeasured[0].test}"
    if run.end is None:
        yield "the run was interrupted: its file has no end"
        return
    code = run.end.exit_code
    if code == ExitCode.INFRASTRUCTURE and not unmeasured:
        yield "a report could not be written"
    elif code not in (ExitCode.PASSED, ExitCode.TEST_FAILED, ExitCode.INFRASTRUCTURE):
        yield f"the run did not come to its end: exit code {code}"
    elif run.board is None:
        yield "no board answered"


def _first_failed(verdicts: Iterable[Verdict]) -> str:
    found = next(verdict for verdict in verdicts if verdict.status is Status.FAILED)
    return f"{found.check}: {found.explanation}"
