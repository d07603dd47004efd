"""Images that a camera never takes: flat, noise, gradients, the extremes of int8."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hil.network.location import Location
from hil.suite.expect import expect
from hil.suite.pictures import SYNTHETIC, synthetic_photo

if TYPE_CHECKING:
    from hil.run.testbench import Bench


@pytest.mark.parametrize("name", SYNTHETIC)
def test_the_answer_equals_the_oracles(bench: Bench, board: object, name: str) -> None:
    measured = bench.measure(synthetic_photo(name))
    expect(measured, "answer", "score", "decision", "location", "cam", "features")
    if isinstance(measured.inference.location, Location):
        expect(measured, "own map")


@pytest.mark.parametrize("name", SYNTHETIC)
def test_location_whatever_the_score(bench: Bench, board: object, name: str) -> None:
    """No score is below a threshold of 0."""
    measured = bench.measure_now(synthetic_photo(name), threshold=0)
    expect(measured, "decision", "location", "cam")
