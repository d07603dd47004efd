"""Outcomes as they are reported, and the end of a run: exit code, reports, verdict.

Registered by `hil.plugin` as plugins of their own.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

from hil.errors import ExitCode, InfrastructureError
from hil.plugin import last_words
from hil.plugin.outcomes import ENDS_RUN
from hil.plugin.state import (
    BENCH_KEY,
    CONTROLLER,
    LOG,
    given,
    is_worker,
    log_of,
    options_of,
    told,
    wants_verdict,
)
from hil.run.run_log import KIND, RunLog

if TYPE_CHECKING:
    from hil.run.options import RunOptions


class Ending:
    """Takes down each outcome, and turns pytest's end into ours."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._refused = False
        self._early: list[pytest.TestReport] = []
        self._to_run: set[str] = set()
        self._called: set[str] = set()

    # Only when an outcome is reported is it clear whether it counts: pytest-rerunfailures decides
    # before that whether an attempt is made again.
    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        config = self._config
        self._refused = self._refused or getattr(report, ENDS_RUN, False)
        if CONTROLLER in config.stash:
            return
        if report.when == "call" or not report.passed:
            self._called.add(report.nodeid)
        if not (BENCH_KEY in config.stash or LOG in config.stash or hasattr(report, KIND)):
            # Whether this run is ours at all, a later test shows.
            again = any(early.nodeid == report.nodeid for early in self._early)
            if not report.passed or again:
                self._early.append(report)
            return
        log = self._log()
        log.test_finished(report)
        if is_worker(config):
            from hil.plugin.workers import send_with

            send_with(report, log)

    def _log(self) -> RunLog:
        """The run's log, with what was reported before there was one."""
        log = log_of(self._config)
        early, self._early = self._early, []
        for report in early:
            log.test_finished(report)
        return log

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._to_run = {item.nodeid for item in session.items}

    def _not_run(self) -> None:
        """A run that says that it passed has to have run what was collected."""
        missing = len(self._to_run - self._called)
        if missing:
            self._log().not_measured(
                "the end of the run",
                InfrastructureError(
                    f"{missing} of {len(self._to_run)} tests did not run, and nothing says why",
                    where="pytest",
                    hint="something ended pytest early, or kept it from calling the tests",
                ),
            )

    # trylast: inside the terminal reporter's wrapper, so that its summary knows what is found here.
    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(
        self, session: pytest.Session, exitstatus: int
    ) -> Generator[None, None, None]:
        """Turns pytest's exit status into ours, also when a report cannot be written."""
        config = self._config
        if is_worker(config):
            from hil.plugin.workers import send_at_end

            asked = given(config)
            if self._early and (asked.gates or asked.baseline or asked.store or asked.facts):
                self._log()
            yield
            send_at_end(config, config.stash.get(LOG, None))
            return
        if exitstatus == ExitCode.USAGE:
            yield  # told before the tests, and that is all there is to tell
            return
        options = options_of(config)
        with told(config):
            if CONTROLLER in config.stash:
                config.stash[CONTROLLER].finish()
            elif LOG in config.stash or wants_verdict(config):
                self._log()
                if exitstatus == ExitCode.PASSED and not config.option.collectonly:
                    self._not_run()
            if LOG in config.stash:
                if BENCH_KEY in config.stash:  # with -x it is still open
                    last_words.ask_again(session, config.stash[BENCH_KEY], config.stash[LOG])
                config.stash[LOG].diagnose()  # before reports are written: they show it
            if wants_verdict(config):
                # A run that used no board has to be told that its gates were not measured.
                _add_junit_properties(session, log_of(config), options)
        try:
            yield
        except OSError as cause:
            from hil.facts.writer import report_error

            # A full disk does not say which file it had no room for.
            given_files = (getattr(config.option, name, None) for name in ("xmlpath", "htmlpath"))
            where = cause.filename or " or ".join(str(file) for file in given_files if file)
            log_of(config).errors.append(report_error(where or "report", cause))
        log = config.stash.get(LOG, None)
        if log is None:
            return
        with told(config):
            if options.store is not None and not config.option.collectonly:
                last_words.add_to_store(log, options, int(session.exitstatus))
            log.close(int(session.exitstatus))
            if wants_verdict(config):
                last_words.conclude(log, options)
            if not config.option.collectonly:
                last_words.tell_github(log)
        # Where a worker's run was refused, xdist says that it was interrupted.
        if self._refused or session.exitstatus in (ExitCode.PASSED, ExitCode.TEST_FAILED):
            session.exitstatus = log.exit_code(int(session.exitstatus))

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_summary(self, postfix: list[str]) -> None:
        """The diagnosis, in pytest-html's report."""
        log = self._config.stash.get(LOG, None)
        if log is not None and log.diagnosis is not None and not log.diagnosis.empty:
            from hil.report.html import diagnosis_html

            postfix.append(diagnosis_html(log.diagnosis))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        log = self._config.stash.get(LOG, None)
        if log is not None:
            from hil.report.terminal import write_summary

            write_summary(terminalreporter, log, options_of(self._config).record)


class Verdict:
    """Writes the verdict below everything else, pytest's list of failures included."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter
    ) -> Generator[None, None, None]:
        yield
        log = terminalreporter.config.stash.get(LOG, None)
        if log is not None and log.conclusion is not None:
            from hil.report.terminal import write_conclusion

            write_conclusion(terminalreporter, log.conclusion)


def _add_junit_properties(session: pytest.Session, log: RunLog, options: RunOptions) -> None:
    """The verdict and each gate as properties of the test suite."""
    from _pytest.junitxml import xml_key

    xml = session.config.stash.get(xml_key, None)
    if xml is not None and options.gates is not None:
        for name, value in last_words.gate_properties(log, options, int(session.exitstatus)):
            xml.add_global_property(name, value)
