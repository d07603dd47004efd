"""Steps in a series of runs are found where they are, and noise has none."""

from __future__ import annotations

import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.store.steps import best_split, find_steps, pettitt_p

# Annual flow of the Nile at Aswan, 1871 to 1970, in 10^8 m^3. G. W. Cobb, "The problem
# of the Nile: conditional solution to a changepoint problem", Biometrika 65 (1978).
NILE = """
1120 1160 963 1210 1160 1160 813 1230 1370 1140 995 935 1110 994 1020 960 1180 799 958 1140
1100 1210 1150 1250 1260 1220 1030 1100 774 840 874 694 940 833 701 916 692 1020 1050 969
831 726 456 824 702 1120 1100 832 764 821 768 845 864 862 698 845 744 796 1040 759
781 865 845 944 984 897 822 1010 771 676 649 846 812 742 801 1040 860 874 848 890
744 749 838 1050 918 986 797 923 975 815 1020 906 901 1170 912 746 919 718 714 740
"""


def noise(count: int, seed: int, sigma: float = 0.01) -> list[float]:
    rng = random.Random(seed)
    return [1 + rng.gauss(0, sigma) for _ in range(count)]


def test_the_nile_changed_in_1898() -> None:
    flow = list(map(float, NILE.split()))
    assert len(flow) == 100
    (step,) = find_steps(flow)
    assert 1871 + step.index - 1 == 1898  # the last year of the high flow
    assert (step.before, step.after) == (
        statistics.median(flow[:28]),
        statistics.median(flow[28:]),
    )
    assert step.p < 0.001


def test_a_clean_step_needs_five_runs_on_each_side() -> None:
    assert [step.index for step in find_steps([1.0] * 5 + [1.1] * 5)] == [5]
    assert find_steps([1.0] * 4 + [1.1] * 4) == ()


def test_a_permutation_p_is_the_share_of_orders_that_are_as_extreme() -> None:
    # Of the 252 ways to place five of ten values, two separate them cleanly.
    assert pettitt_p([1.0] * 5 + [1.1] * 5) == pytest.approx(2 / 252, abs=0.005)
    assert pettitt_p([1.0, 1.1] * 5) > 0.5


def test_a_step_is_found_where_it_is_beside_an_extreme_value() -> None:
    # The last low value is the largest of them.
    values = [1.0, 1.01, 0.99, 1.0, 1.01, 1.0, 0.99, 1.0, 1.0, 1.02, 1.2, 1.21, 1.19, 1.2, 1.2]
    assert [step.index for step in find_steps(values)] == [10]


@given(st.lists(st.integers(0, 50), min_size=2, max_size=30))
def test_the_best_split_has_the_least_distances_from_both_medians(values: list[int]) -> None:
    def distances(place: int) -> float:
        sides = values[:place], values[place:]
        return sum(abs(v - statistics.median(side)) for side in sides for v in side)

    least = min(map(distances, range(1, len(values))))
    assert distances(best_split(values)) == least


def test_steps_up_and_down_are_both_found() -> None:
    values = noise(20, 5) + [v + 0.1 for v in noise(20, 6)] + noise(20, 7)
    up, down = find_steps(values)
    assert (up.index, down.index) == (20, 40)
    assert up.relative == pytest.approx(0.1, abs=0.02)
    assert down.relative == pytest.approx(-0.1, abs=0.02)


def test_a_step_below_half_a_percent_is_not_marked() -> None:
    assert find_steps([1.0] * 20 + [1.004] * 20) == ()
    assert len(find_steps([1.0] * 20 + [1.006] * 20)) == 1


def test_noise_has_steps_as_seldom_as_alpha_says() -> None:
    found = sum(bool(find_steps(noise(30, seed))) for seed in range(100))
    assert found <= 6  # 2 expected


@pytest.mark.parametrize("values", [[], [5.0], [5.0, 5.0], [0.0] * 50, [1.0, 2.0]])
def test_short_and_constant_series_have_none(values: list[float]) -> None:
    assert find_steps(values) == ()


def test_a_stray_run_is_no_step() -> None:
    values = noise(30, 4)
    values[17] = 3.0
    assert find_steps(values) == ()


def test_from_zero_there_is_no_percentage() -> None:
    (step,) = find_steps([0.0] * 8 + [3.0] * 8)
    assert step.relative is None
