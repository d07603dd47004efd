"""A mistake in one hypothesis or stage is told, and loses nothing that the others find."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from hil.diagnose import diagnose, stages
from hil.diagnose.hypothesis import SURE_BITS, Hypothesis
from hil.diagnose.outcome import BUG, Outcome
from hil.oracle import Oracle
from tests.diagnose.conftest import MakeRun


@dataclass(frozen=True)
class Seen:
    observed: int
    failing: bool = True


def right(case: Seen) -> int:
    return case.observed


def broken(case: Seen) -> int:
    raise IndexError(case.observed)


def test_a_hypothesis_that_raises_is_told_once_and_the_others_are_tried() -> None:
    outcome = Outcome()
    hypotheses: list[Hypothesis[Seen]] = [
        Hypothesis("cam.negated", broken),
        Hypothesis("cam.negated", broken),
        Hypothesis("cam.transposed", right),
    ]
    sure, _ = outcome.search(hypotheses, [Seen(7)], [], SURE_BITS)
    assert [match.hypothesis.id for match in sure] == ["cam.transposed"]
    assert [(each.stage, each.what) for each in outcome.unexplained] == [
        ("cam.negated", f"{BUG}: IndexError: 7")
    ]


def test_a_family_that_raises_keeps_what_it_gave_before() -> None:
    def family() -> Iterator[Hypothesis[Seen]]:
        yield Hypothesis("cam.transposed", right)
        raise ZeroDivisionError

    outcome = Outcome()
    sure, _ = outcome.search(family(), [Seen(7)], [], SURE_BITS)
    assert [match.hypothesis.id for match in sure] == ["cam.transposed"]
    assert [each.stage for each in outcome.unexplained] == ["what comes after cam.transposed"]


@pytest.mark.parametrize("stage", ["explain_features", "_scores", "_cam", "_decision"])
def test_a_stage_that_raises_leaves_the_other_stages(
    run_with: MakeRun, oracle: Oracle, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    def fail(*_: Any) -> None:
        raise ValueError(stage)

    monkeypatch.setattr(stages, stage, fail)
    found = diagnose(run_with(cell=lambda cam: (0, 0)), oracle)
    assert "location.constant" in found.ids
    assert [each.what for each in found.unexplained] == [f"{BUG}: ValueError: {stage}"]
