"""Whether the simulated board's arena is large enough for a network."""

from __future__ import annotations

import pytest

from hil.sim.arena import too_small


@pytest.mark.parametrize("needed", [None, 0, 131_072])
def test_an_arena_that_is_large_enough_or_was_not_measured_is_no_problem(
    needed: int | None,
) -> None:
    assert too_small(needed) == []


def test_an_arena_that_is_too_small_names_both_sizes_and_the_settings() -> None:
    (problem,) = too_small(200_000)
    assert "200,000 bytes are needed" in problem.what
    assert "has 131,072" in problem.what
    assert "--sim-arena 200000" in problem.remedy
