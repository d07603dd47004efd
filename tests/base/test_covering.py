"""Every two values of two factors meet, in few settings."""

from __future__ import annotations

from itertools import combinations

import pytest

from hil.base.covering import covering

OPTIONS = {
    "stage": ("tensor", "frame"),
    "threshold": (None, 0, 40, 100),
    "capture": (None, (0, 0), (3, 1)),
    "trace": (False, True),
    "map": (False, True),
    "reset": ("only",),
}


@pytest.mark.parametrize("seed", range(5))
def test_every_pair_of_values_occurs(seed: int) -> None:
    found = covering(OPTIONS, seed=seed)
    for one, other in combinations(OPTIONS, 2):
        met = {(row[one], row[other]) for row in found}
        assert met == {(a, b) for a in OPTIONS[one] for b in OPTIONS[other]}


def test_they_are_few() -> None:
    # The two largest factors alone need 4 x 3; all combinations are 96.
    assert 12 <= len(covering(OPTIONS, seed=1)) <= 18


def test_a_seed_gives_the_same_settings_again_and_another_one_others() -> None:
    assert covering(OPTIONS, seed=1) == covering(OPTIONS, seed=1)
    assert covering(OPTIONS, seed=1) != covering(OPTIONS, seed=2)


def test_a_factor_without_values_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="stage has no values"):
        covering({**OPTIONS, "stage": ()}, seed=1)
