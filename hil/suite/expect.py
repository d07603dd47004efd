"""From a verdict to a test outcome: failed is a failure, not run is never a pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import pytest

from hil.errors import NotAskedError, NotRunError
from hil.judge.verdict import Status, Verdict
from hil.run.measurement import FrameMeasurement, Measurement
from hil.run.run_log import BY_VERDICT

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hil.facts.board import Inference


def expect(measurement: Measurement | FrameMeasurement, *checks: str) -> None:
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
        setattr(wrong, BY_VERDICT, measurement.keys)
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


def cam_of(inference: Inference) -> NDArray[np.int32]:
    """The map of a result, which has to have one."""
    assert inference.cam is not None
    return inference.cam


def _text(verdict: Verdict) -> str:
    return f"{verdict.check}: {verdict.explanation}"


def not_asked(reason: str) -> NoReturn:
    """Leaves a check out that is none for this board; a skipped test would be one not run."""
    raise NotAskedError(reason, hint="nothing to do: this board cannot be asked for it")
