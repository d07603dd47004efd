"""From a verdict to a test outcome: failed is a failure, not run is never a pass."""

from __future__ import annotations

import pytest

from hil.judge.verdict import Status, Verdict
from hil.testbench import Measurement, NotRunError


def expect(measurement: Measurement, check: str) -> None:
    """Fails unless this check of the measurement passed."""
    expect_verdict(measurement.verdict(check))


def expect_verdict(verdict: Verdict) -> None:
    """Fails with the verdict's explanation unless it passed."""
    if verdict.status is Status.NOT_RUN:
        raise NotRunError(
            f"{verdict.check}: {verdict.explanation}",
            hint="what this check needs was not measured; it does not count as passed",
        )
    if verdict.status is Status.FAILED:
        pytest.fail(f"{verdict.check}: {verdict.explanation}", pytrace=False)
