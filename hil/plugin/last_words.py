"""What becomes of a run that has ended: its verdict, what GitHub is told, the history."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from hil.errors import ExitCode, HilError

if TYPE_CHECKING:
    import pytest

    from hil.run.options import RunOptions
    from hil.run.run_log import RunLog
    from hil.run.testbench import Bench


_SHARE = 1 / 3
"""Of the time that pytest-timeout gives a test: the last one's end is when the board is asked."""


def ask_again(session: pytest.Session, bench: Bench, log: RunLog) -> None:
    """Asks the board about its wrong answers; not in a run that somebody interrupted."""
    if session.exitstatus == ExitCode.INTERRUPTED or bench.open_board is None:
        return
    from hil.run.experiments import MOST_SECONDS

    limit = getattr(session.config.option, "timeout", None)
    log.ask_again(bench, MOST_SECONDS if not limit else min(MOST_SECONDS, _SHARE * float(limit)))


def conclude(log: RunLog, options: RunOptions) -> None:
    """Judges the run that has ended, and compares it."""
    from hil.judge import conclusion

    baseline = None if log.nothing_tried() else options.baseline
    question = conclusion.Question(options.gates, baseline, options.baseline_dir)
    if question:
        log.conclusion = conclusion.conclude(log.run(), question)


def tell_github(log: RunLog, environment: Mapping[str, str] = os.environ) -> None:
    """Writes the step's summary and collects annotations, in a GitHub job."""
    from hil.report.github import github_annotations, write_step_summary

    run, conclusion = log.run(), log.conclusion
    verdict = None if conclusion is None else conclusion.verdict
    comparison = None if conclusion is None else conclusion.comparison
    try:
        write_step_summary(run, verdict, comparison, log.diagnosis, environment=environment)
    except HilError as error:
        log.errors.append(error)
        if conclusion is not None:
            log.conclusion = conclusion.with_trouble(error)
    if environment.get("GITHUB_ACTIONS") == "true":
        log.annotations = tuple(github_annotations(run, verdict, log.diagnosis))


def add_to_store(log: RunLog, options: RunOptions, pytest_status: int) -> None:
    """Adds the run, which is about to end, to the history; a failure counts as trouble."""
    from hil import store
    from hil.facts.stand_in import no_run_of_its_own

    if options.store is None or log.nothing_tried():
        return
    try:
        run = log.as_if_ended(pytest_status)
        if why := no_run_of_its_own(run.board):
            log.notes["history"] = f"not added: {why}"
        else:
            store.add_to_store(options.store, run, str(options.facts or ""))
    except HilError as error:
        log.errors.append(error)


def gate_properties(
    log: RunLog, options: RunOptions, pytest_status: int
) -> tuple[tuple[str, str], ...]:
    """The verdict and each gate by name, as it stands before the reports are written."""
    from hil.judge.conclusion import Question, conclude
    from hil.judge.gates.text import properties

    verdict = conclude(log.as_if_ended(pytest_status), Question(options.gates)).verdict
    return () if verdict is None else properties(verdict)
