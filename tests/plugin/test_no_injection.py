"""A build without injection: the first test says that and why, the rest is not run."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any

import pytest

from hil.errors import NotRunError, UsageError
from hil.run.options import RunOptions
from hil.run.testbench import Bench
from hil_lab.fakes.firmware import default_identity


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    identity = default_identity()
    unable = dataclasses.replace(identity.capabilities, injection=False)
    board: Any = SimpleNamespace(
        identity=dataclasses.replace(identity, capabilities=unable),
        build=None,
        note=lambda test: None,
    )
    bench = Bench(RunOptions())
    monkeypatch.setattr(bench, "_open", lambda: board)
    return bench


def test_the_first_test_says_why_and_the_next_is_not_run(bench: Bench) -> None:
    with pytest.raises(UsageError, match="cannot be tested: it was made without injection"):
        bench.testable_board("test_one")
    with pytest.raises(NotRunError, match="the board cannot be used"):
        bench.testable_board("test_two")


def test_the_board_can_still_be_looked_at(bench: Bench) -> None:
    assert not bench.ready_board().identity.capabilities.injection
