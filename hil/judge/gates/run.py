"""The verdict on a recorded run: its gates, its images, its tests. Pure.

A live run asks the same function with the same facts, so that judging its file again
gives the same verdict.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hil.errors import ExitCode
from hil.facts.outcomes import XFAILED
from hil.facts.sameness import no_variety
from hil.facts.stand_in import mark, stand_in, where_measured
from hil.judge import explain
from hil.judge.answers import wrong_oddities
from hil.judge.figures import count_text
from hil.judge.gates.judge import judge_gates, ship_of
from hil.judge.gates.model import GateResult, Gates, GateStatus, GatesVerdict, Ship
from hil.judge.judged import (
    FAILED_OUTCOMES,
    KNOWN_OUTCOMES,
    SKIPPED_OUTCOMES,
    UNMEASURED_OUTCOMES,
    UNPROVEN_OUTCOMES,
    JudgedRun,
    first_line,
    flaky_tests,
    judge_recorded,
)
from hil.judge.measure.catalog import OF_MAPS
from hil.judge.measure.energy import without_energy
from hil.judge.measure.samples import meaningless, samples, without_limit
from hil.judge.whole_run import in_words

if TYPE_CHECKING:
    from hil.facts.run import Run
    from hil.judge.baseline.model import Comparison
    from hil.judge.tolerance import Tolerances


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
    return judge_judged(judge_recorded(run, tolerances), gates, comparison)


def judge_judged(
    judged: JudgedRun, gates: Gates, comparison: Comparison | None = None
) -> GatesVerdict:
    """As `judge_run_gates`, of a run whose images are judged already."""
    run = judged.run
    verdict = judge_gates(samples(run, gates.confidence), gates, comparison)
    verdict = dataclasses.replace(
        verdict, where=where_measured(run.board), remarks=tuple(remarks(run))
    )
    verdict = _with_reasons(verdict, run)
    if run.time_base != "real":
        verdict = without_real_time(verdict, run.time_base)
    failures = tuple(_failures(judged))
    if failures:
        verdict = dataclasses.replace(
            verdict, ship=Ship.DO_NOT_SHIP, failures=failures, counts=tuple(_counts(judged))
        )
    for why in (*_unproven(judged), *_flaky(run, gates)):
        verdict = verdict.without_proof(why)
    return verdict.with_trouble(*_trouble(judged))


_OF_HEADS = (*OF_MAPS, "input_lsb", "decisions_differing")
_OF_TRUTHS = ("rate", "score")


def _with_reasons(verdict: GatesVerdict, run: Run) -> GatesVerdict:
    """The verdict with what is known of gates that have no value: asked of a network that has no
    such thing, or of a second opinion that said nothing."""
    results = [
        _without_value(result, run) if result.status is GateStatus.NOT_MEASURED else result
        for result in verdict.results
    ]
    ship = ship_of(result.status for result in results)
    return dataclasses.replace(verdict, ship=ship, results=tuple(results))


def _without_value(result: GateResult, run: Run) -> GateResult:
    metric = result.gate.metric
    if metric.name in _OF_HEADS and run.board is not None and run.board.network.head is None:
        why = "this network has no class activation map"
        return dataclasses.replace(result, status=GateStatus.NOT_ASKED, explanation=why)
    if metric.name == "second_opinion_lsb" and run.opinion is not None:
        why = run.opinion.trouble or "no operator of this network could be compared"
        return dataclasses.replace(result, status=GateStatus.NOT_PROVEN, explanation=why)
    if metric.kind in _OF_TRUTHS:
        why = "no sample of this run says what is true: hil evaluate --gates measures it"
        return dataclasses.replace(result, explanation=why)
    if metric.name == "energy_uj":
        return dataclasses.replace(result, explanation=without_energy(run))
    if metric.name == "thorough":
        why = "the run was not a thorough one: run it with --thorough"
        return dataclasses.replace(result, explanation=why)
    return result


def without_real_time(verdict: GatesVerdict, time_base: str) -> GatesVerdict:
    """The verdict where times are no chip's: marked as whose they are, or not judged at all.

    What cannot be judged is neither met nor unmet.
    """
    results = []
    for result in verdict.results:
        gate = result.gate
        against = gate.statistic == "not worse"
        reason = (meaningless if against else without_limit)(gate.metric, time_base)
        reason = "" if result.status is GateStatus.NOT_ASKED else reason
        if gate.metric.unit in ("us", "cycles"):
            result = dataclasses.replace(result, clock=mark(time_base))
        if reason:
            text = f"it could not be judged: {reason}"
            result = dataclasses.replace(
                result, status=GateStatus.NOT_MEASURED, margin=None, needed=None, explanation=text
            )
        results.append(result)
    return dataclasses.replace(
        verdict, ship=ship_of(result.status for result in results), results=tuple(results)
    )


def exit_code(verdict: GatesVerdict) -> ExitCode:
    """What a run with this verdict ends with."""
    if verdict.failures:
        return ExitCode.TEST_FAILED
    if verdict.trouble:
        return ExitCode.INFRASTRUCTURE
    if verdict.of(GateStatus.UNMET):
        return ExitCode.GATE_FAILED
    return ExitCode.PASSED if verdict.ship is Ship.SHIP else ExitCode.NOT_PROVEN


def ungated(judged: JudgedRun) -> GatesVerdict:
    """What stands against a run without any gates: its failures and its trouble."""
    return judge_judged(judged, Gates(()))


def remarks(run: Run) -> Iterator[str]:
    """What the verdict says nothing of, since nobody could ask for it."""
    board, opinion = run.board, run.opinion
    if board is None:
        return
    compared = [op for op in (() if opinion is None else opinion.ops) if op.max_lsb is not None]
    if stand_in(board.target, board.time_base) == "simulated board":
        text = "kernels not proven here: the simulated board runs the host's"
        if opinion is not None and compared:
            many = count_text(opinion.samples, "sample")
            text += f"; {opinion.other} was compared on {many}"
        yield text
    if opinion is not None and opinion.trouble:
        yield f"no second opinion: {opinion.trouble}"
    elif opinion is not None:
        yield from dict.fromkeys(
            f"no second opinion on {op.name}: {op.why}" for op in opinion.ops if op.why
        )
    if board.network.undeclared_picture:
        yield "pictures and camera not proven: nobody declared what pixels become in the input"


def _failures(judged: JudgedRun) -> Iterator[str]:
    yield from (str(wrong) for wrong in judged.wrong)
    told = {wrong.key for wrong in judged.wrong}
    for test in judged.failed_tests:
        if told.isdisjoint(test.by_verdict):
            yield f"test {test.test}: {first_line(test.message)}"
    if _failed_without_a_board(judged):
        yield "a test failed that used no board"
    opinion = judged.run.opinion
    if opinion is not None:
        for op in judged.other_operators:
            yield explain.opinion(op, opinion.other, judged.tolerances.second_opinion_lsb)


def _counts(judged: JudgedRun) -> Iterator[str]:
    """How much failed: the same words and numbers in every report."""
    tests = len(judged.failed_tests) or int(_failed_without_a_board(judged))
    if tests:
        yield f"{count_text(tests, 'test')} failed"
    wrong, total = len(judged.wrong_answers), len(judged.answers)
    if wrong:
        yield f"{wrong:,} of {count_text(total, 'answer')} wrong"
    beside = len(judged.wrong_beside)
    if beside:
        what = "image" if judged.images else "sample"
        yield f"{count_text(beside, what)} measured wrong beside them"
    odd = len(wrong_oddities(judged.run.oddities))
    if odd:
        yield f"{count_text(odd, 'answer')} that no right board gives"
    yield from map(in_words, judged.wrong_figures)
    other = len({op.index for op in judged.other_operators})
    if other:
        yield f"{count_text(other, 'operator')} not as converted"


def _failed_without_a_board(judged: JudgedRun) -> bool:
    end = judged.run.end
    failed = end is not None and (
        end.exit_code == ExitCode.TEST_FAILED or dict(end.outcomes).get("failed", 0) > 0
    )
    return failed and not judged.tests(FAILED_OUTCOMES) and not judged.wrong


def _unproven(judged: JudgedRun) -> Iterator[str]:
    run = judged.run
    if run.variety is not None and run.variety.constant_outputs:
        yield no_variety(run.variety)
    elif unproven := judged.tests(UNPROVEN_OUTCOMES):
        yield unproven[0].message.splitlines()[0]
    unjudged = sum(answer.facts is None for answer in judged.answers)
    if unjudged:
        yield f"{count_text(unjudged, 'answer')} could not be held against an oracle"
    unread = len(judged.unproven_answers)
    if unread:
        yield (
            f"{count_text(unread, 'answer')} with outputs that differ, and whether by more than "
            "the tolerance is not known: their bytes were not read back"
        )
    if run.inferences and run.variety is None and run.model is not None:
        yield "whether the network tells its inputs apart is not known"
    for outcomes, what in ((SKIPPED_OUTCOMES, "skipped"), ((XFAILED,), "expected to fail")):
        tests = judged.tests(outcomes)
        if tests:
            many = f"{len(tests)} tests were" if len(tests) > 1 else "a test was"
            why = tests[0].message.strip().partition("\n")[0]
            yield f"{many} {what}: {why or tests[0].test}"


def _contradictions(run: Run) -> Iterator[str]:
    """Where a run file is not what its own end says: lines were lost, or changed."""
    assert run.end is not None
    unknown = sorted({test.outcome for test in run.tests} - KNOWN_OUTCOMES)
    if unknown:
        yield f"the run file has tests with unknown outcomes: {', '.join(unknown)}"
    held = Counter(test.outcome for test in run.tests)
    # What was wrong after the tests counts as failed, and no test stands for it.
    if any(held[name] < count for name, count in run.end.outcomes if name != "failed"):
        yield "the run file does not hold the tests that its end counts: lines are missing"


def _flaky(run: Run, gates: Gates) -> Iterator[str]:
    """What passed at the second try is no proof, unless a gate says how much of it is."""
    flaky = flaky_tests(run)
    metrics = {gate.metric.name for gate in gates.gates}
    if flaky and metrics and "flaky_tests" not in metrics:
        what = f"{len(flaky)} tests" if len(flaky) > 1 else "a test"
        yield (
            f"{what} passed only when run again, the first: {flaky[0].test}; "
            "a gate on flaky_tests says how many may"
        )


def _trouble(judged: JudgedRun) -> Iterator[str]:
    run = judged.run
    unmeasured = [test for test in run.tests if test.outcome in UNMEASURED_OUTCOMES]
    if unmeasured:
        what = f"{len(unmeasured)} checks" if len(unmeasured) > 1 else "a check"
        yield f"{what} could not run, the first: {unmeasured[0].test}"
    if run.board and run.model and run.board.model_sha256 != run.model.sha256:
        yield "the board ran another model than the one that was flashed"
    if run.end is None:
        yield "the run was interrupted: its file has no end"
        return
    yield from _contradictions(run)
    code = run.end.exit_code
    if code == ExitCode.NOT_PROVEN:
        return  # since tests were skipped
    if code == ExitCode.USAGE and unmeasured:
        return  # since one was a wrong call
    if code == ExitCode.INFRASTRUCTURE and not unmeasured:
        yield "a report could not be written"
    elif code not in (ExitCode.PASSED, ExitCode.TEST_FAILED, ExitCode.INFRASTRUCTURE):
        yield f"the run did not come to its end: exit code {code}"
    elif run.board is None and not any(t.error == "WrongIdentityError" for t in run.troubles):
        yield "no board answered"
