"""The verdict on a recorded run: its gates, its images, its tests. Pure.

A live run asks the same function with the same facts, so that judging its file again
gives the same verdict.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hil.errors import ExitCode
from hil.gates.judge import judge_gates, ship_of
from hil.gates.model import Gates, GateStatus, GatesVerdict, Ship
from hil.judge.verdict import Status, Verdict, judge_image
from hil.measure.samples import samples
from hil.measure.time_base import meaningless, without_limit
from hil.report.judged import (
    FAILED_OUTCOMES,
    SKIPPED_OUTCOMES,
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
    if run.board is not None and run.board.time_base != "real":
        verdict = _without_real_time(verdict, run.board.time_base)
    failures = tuple(_failures(run, limits))
    if failures:
        verdict = dataclasses.replace(verdict, ship=Ship.DO_NOT_SHIP, failures=failures)
    skipped = tuple(_skipped(run))
    if skipped:
        ship = Ship.NOT_PROVEN if verdict.ship is Ship.SHIP else verdict.ship
        verdict = dataclasses.replace(verdict, ship=ship, skipped=skipped)
    return with_trouble(verdict, *_trouble(run))


def _without_real_time(verdict: GatesVerdict, time_base: str) -> GatesVerdict:
    """The verdict when limits on latencies cannot be judged: neither met nor unmet."""
    results = []
    for result in verdict.results:
        gate = result.gate
        against = gate.statistic == "not worse"
        reason = (meaningless if against else without_limit)(gate.metric, time_base)
        if reason:
            text = f"it could not be judged: {reason}"
            result = dataclasses.replace(
                result, status=GateStatus.NOT_MEASURED, margin=None, needed=None, explanation=text
            )
        results.append(result)
    return dataclasses.replace(
        verdict, ship=ship_of(result.status for result in results), results=tuple(results)
    )


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


def _skipped(run: Run) -> Iterator[str]:
    skipped = [test for test in run.tests if test.outcome in SKIPPED_OUTCOMES]
    if skipped:
        what = f"{len(skipped)} tests were" if len(skipped) > 1 else "a test was"
        yield f"{what} skipped: {skipped[0].message.splitlines()[0]}"


def _trouble(run: Run) -> Iterator[str]:
    unmeasured = [test for test in run.tests if test.outcome in UNMEASURED_OUTCOMES]
    if unmeasured:
        what = f"{len(unmeasured)} checks" if len(unmeasured) > 1 else "a check"
        yield f"{what} could not run, the first: {unmeasured[0].test}"
    if run.end is None:
        yield "the run was interrupted: its file has no end"
        return
    code = run.end.exit_code
    if code == ExitCode.NOT_PROVEN:
        return  # since tests were skipped
    if code == ExitCode.INFRASTRUCTURE and not unmeasured:
        yield "a report could not be written"
    elif code not in (ExitCode.PASSED, ExitCode.TEST_FAILED, ExitCode.INFRASTRUCTURE):
        yield f"the run did not come to its end: exit code {code}"
    elif run.board is None:
        yield "no board answered"


def _first_failed(verdicts: Iterable[Verdict]) -> str:
    found = next(verdict for verdict in verdicts if verdict.status is Status.FAILED)
    return f"{found.check}: {found.explanation}"
