"""What a running board reports, against the budget."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from hil.board.artifacts import read_expected
from hil.build.budget import Budget, read_budget
from hil.build.running import budget_file, figures
from hil.wire.replies import HeapState, MemoryReport, StackState
from hil_lab.fakes.firmware_build import make_build

from .projects import BUDGET

KEPT = MemoryReport(
    arena_bytes=81_920,
    arena_used_bytes=81_920,
    static_bytes=24_576,
    buffer_bytes=40_000,
    heap=HeapState(40_000, 32_768, 30_000),
    psram=None,
    stacks=(StackState("uart", 512), StackState("inference", 9000)),
)


@pytest.fixture
def budget(tmp_path: Path) -> Budget:
    (tmp_path / "budget.toml").write_text(BUDGET)
    return read_budget(tmp_path / "budget.toml")


def broken(report: MemoryReport, budget: Budget, target: str = "esp32") -> list[str]:
    return [figure.name for figure in figures(report, target, budget) if not figure.met]


def test_limits_may_be_used_up(budget: Budget) -> None:
    assert len(figures(KEPT, "esp32", budget)) == 5
    assert broken(KEPT, budget) == []


def test_a_build_for_other_networks_may_use_the_arena_that_it_has(budget: Budget) -> None:
    other = dataclasses.replace(KEPT, arena_bytes=200_000, arena_used_bytes=199_000)
    assert broken(other, budget) == []


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"arena_used_bytes": 81_921}, "arena in use"),
        ({"static_bytes": 24_577}, "own static RAM"),
        ({"heap": HeapState(40_000, 32_767, 30_000)}, "least free heap"),
        ({"stacks": (StackState("uart", 511),)}, "never used stack of uart"),
    ],
)
def test_each_figure_beyond_its_limit_is_named(
    budget: Budget, change: dict[str, object], name: str
) -> None:
    assert broken(dataclasses.replace(KEPT, **change), budget) == [name]


def test_what_the_board_cannot_tell_is_left_out(budget: Budget) -> None:
    silent = MemoryReport(90_000, None, None, None, None, None, ())
    assert figures(silent, "esp32", budget) == ()


def test_the_arena_of_the_simulated_board_is_its_host_s(budget: Budget) -> None:
    large = dataclasses.replace(KEPT, arena_used_bytes=100_000)
    assert broken(large, budget, "sim") == []


def test_a_figure_says_its_limit(budget: Budget) -> None:
    shown = [str(figure) for figure in figures(KEPT, "esp32", budget)]
    assert "arena in use: 81,920 bytes, at most 81,920 are allowed" in shown
    assert "least free heap: 32,768 bytes, at least 32,768 are allowed" in shown


def test_the_budget_is_that_of_the_project_that_was_built(tmp_path: Path) -> None:
    expected = read_expected(make_build(tmp_path / "build").write())
    assert budget_file(expected) is None
    (tmp_path / "budget.toml").write_text(BUDGET)
    assert budget_file(expected) == tmp_path / "budget.toml"


def test_the_harness_s_own_firmware_brings_its_budget_along(tmp_path: Path) -> None:
    expected = read_expected(make_build(tmp_path / "build").write())
    found = budget_file(dataclasses.replace(expected, project="camhil"))
    assert found is not None
    assert found.parts[-3:] == ("firmware", "esp32", "budget.toml")
