"""Seeded faults come from a laboratory that only a checkout has."""

from __future__ import annotations

from importlib import metadata
from typing import Any

import pytest

from hil.errors import UsageError
from hil.run.options import RunOptions
from hil.sim.fault_lab import fault_lab


def test_the_laboratory_of_the_repository_is_found() -> None:
    fault_lab().check("crash")


def test_a_fault_that_is_unknown_is_wrong_use() -> None:
    with pytest.raises(UsageError, match="no fault 'of-mine'"):
        RunOptions(sim_fault="of-mine").check()


def test_where_no_laboratory_is_installed_it_is_said_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none_installed(**_: Any) -> tuple[metadata.EntryPoint, ...]:
        return ()

    monkeypatch.setattr(metadata, "entry_points", none_installed)
    with pytest.raises(UsageError, match="seeded faults are not installed here") as caught:
        RunOptions(sim_fault="crash").check()
    assert "make setup" in caught.value.hint
