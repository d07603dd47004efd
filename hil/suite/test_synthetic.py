"""Images that a camera never takes: flat, noise, gradients, the extremes of int8."""

from __future__ import annotations

import pytest

from hil.judge.verdict import Status
from hil.suite.pictures import SYNTHETIC, synthetic_photo
from hil.testbench import Bench


@pytest.mark.parametrize("name", SYNTHETIC)
def test_the_answer_equals_the_oracles(bench: Bench, board: object, name: str) -> None:
    measured = bench.measure(synthetic_photo(name))
    failed = [v.explanation for v in measured.verdicts if v.status is Status.FAILED]
    assert not failed, "\n".join(failed)
    ran = {v.check for v in measured.verdicts if v.status is Status.PASSED}
    assert ran >= {"answer", "score", "decision", "location", "cam", "features"}
