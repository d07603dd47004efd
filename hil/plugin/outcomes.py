"""What a HilError makes of a test's report: its own outcome, in a few words.

Registered as a plugin of its own, since the report is made here and looked at in `hil.plugin`.
"""

from __future__ import annotations

import copy
import sys
from typing import TYPE_CHECKING

import pytest

from hil.errors import (
    HilError,
    InfrastructureError,
    NotAskedError,
    NotProvenError,
    UnansweredError,
    UnavailableError,
)
from hil.facts.outcomes import FLAKY, RERUN
from hil.run.run_log import KIND, set_kind

if TYPE_CHECKING:
    from hil.plugin.options import ShortNames

ENDS_RUN = "hil_ends_run"
"""Attribute of a TestReport: the run was used wrongly, not this test."""


class Outcomes:
    """Makes the report of a test that a HilError ended.

    Its traceback says nothing to the user. pytest would format it all the same, which for the 310
    tests of a suite without a board takes as long as running them.
    """

    def __init__(self, names: ShortNames) -> None:
        self._names = names

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> pytest.TestReport | None:
        error = cause_of(call)
        if not isinstance(error, HilError):
            return None
        for part in ("message", "where", "hint"):
            setattr(error, part, self._names.in_this_run(getattr(error, part)))
        bare = copy.copy(call)
        bare.excinfo = None
        report = pytest.TestReport.from_item_and_call(item, bare)
        report.outcome = "failed"
        set_kind(report, error)
        if isinstance(error, (UnavailableError, NotAskedError)):
            _skip(report, error)
        return report

    def pytest_report_teststatus(
        self, report: pytest.TestReport | pytest.CollectReport
    ) -> tuple[str, str, str] | None:
        kind = getattr(report, KIND, None)
        if report.outcome == RERUN:
            return None  # another attempt follows, and that one counts
        if kind == InfrastructureError.kind:
            return "infrastructure", "I", "INFRASTRUCTURE"
        if kind == UnansweredError.kind:
            return kind, "A", "UNANSWERED"
        if kind == "not run":
            return "not run", "N", "NOT RUN"
        if kind == NotProvenError.kind:
            return kind, "P", "NOT PROVEN"
        if kind == FLAKY:
            return "flaky", "f", "FLAKY"
        if getattr(report, ENDS_RUN, False):
            return "usage", "U", "USAGE"
        return None


def cause_of(call: pytest.CallInfo[None]) -> BaseException | None:
    """What a test ended with; a time limit that interrupted camhil as what it is."""
    raised = None if call.excinfo is None else call.excinfo.value
    if raised is None or "pytest_timeout" not in sys.modules:
        return raised
    from hil.plugin.timed_out import time_limit

    return time_limit(raised) or raised


def _skip(report: pytest.TestReport, error: HilError) -> None:
    """What this machine cannot run is skipped; `RunLog.exit_code` keeps it from passing."""
    path, line, _ = report.location
    report.outcome = "skipped"
    told = f"{error.message}; {error.hint}"
    if isinstance(error, NotAskedError):
        told = f"{error.kind}: {error.message}"
    report.longrepr = (path, (line or 0) + 1, f"Skipped: {told}")
