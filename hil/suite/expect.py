"""From a verdict to a test outcome: failed is a failure, not run is never a pass."""

from __future__ import annotations

import pytest

from hil.judge.verdict import Status, Verdict
from hil.report.run_log import BY_VERDICT
from hil.testbench import Measurement, NotRunError


def expect(measurement: Measurement, *checks: str) -> None:
    """Fails unless these checks of the measurement passed."""
    failed = []
    for check in checks:
        verdict = measurement.verdict(check)
        if verdict.status is Status.FAILED:
            failed.append(_text(verdict))
        else:
            expect_verdict(verdict)
    if failed:
        wrong = pytest.fail.Exception("\n".join(failed), pytrace=False)
        setattr(wrong, BY_VERDICT, True)
        raise wrong


def expect_verdict(verdict: Verdict) -> None:
    """Fails with the verdict's explanation unless it passed."""
    if verdict.status is Status.NOT_RUN:
        raise NotRunError(
            _text(verdict),
            hint="what this check needs was not measured; it does not count as passed",
        )
    if verdict.status is Status.FAILED:
        pytest.fail(_text(verdict), pytrace=False)


def _text(verdict: Verdict) -> str:
    return f"{verdict.check}: {verdict.explanation}"
