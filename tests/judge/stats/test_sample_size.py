"""How many images would do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.judge.stats.shares import trials_to_reach, trials_to_stay_below, wilson_interval


def test_a_perfect_score_takes_35_images_for_90_percent() -> None:
    # The lower bound of n of n is n / (n + z^2).
    assert trials_to_reach(0.9, 1.0) == 35
    assert 34 / (34 + 1.959964**2) < 0.9 < 35 / (35 + 1.959964**2)


@given(st.integers(5, 99), st.integers(1, 30))
def test_so_many_trials_reach_the_limit_and_half_as_many_do_not(percent: int, gap: int) -> None:
    share = min(percent + gap, 100) / 100
    limit = percent / 100
    trials = trials_to_reach(limit, share)
    if share <= limit:
        assert trials is None
        return
    assert trials is not None
    assert wilson_interval(int(share * trials + 1e-9), trials)[0] >= limit - 1e-6
    half = trials // 2
    if half:
        assert wilson_interval(int(share * half + 1e-9), half)[0] < limit


def test_no_number_would_do_below_the_limit() -> None:
    assert trials_to_reach(0.9, 0.9) is None
    assert trials_to_stay_below(0.1, 0.2) is None


def test_an_upper_bound_mirrors_a_lower_one() -> None:
    assert trials_to_stay_below(0.05, 0.0) == trials_to_reach(0.95, 1.0)


@pytest.mark.parametrize("limit", [0.0])
def test_a_limit_of_nothing_takes_one_image(limit: float) -> None:
    assert trials_to_reach(limit, 0.5) == 1
