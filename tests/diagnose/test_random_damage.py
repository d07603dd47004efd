"""Random damage of one operator: named exactly or not at all, never wrongly."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from hil.images import Photo
from hil.oracle import Oracle
from hil_lab.operator_damage import (
    KINDS,
    WRONG,
    Damage,
    Drawn,
    damages,
    examine,
    of_the_zoo,
    verdict,
)

OF_OTHERS = ("average_pool_2d", "max_pool_2d", "add", "mean")
"""Networks of the zoo with operators that the photographs' network has not."""


@pytest.fixture(scope="module")
def damaged(oracle: Oracle, model: bytes, photos: tuple[Photo, ...]) -> dict[str, Drawn]:
    """One of each kind."""
    some: Iterator[Damage] = itertools.islice(damages(model, oracle, seed=17), 200)
    drawn: dict[str, Drawn] = {one.kind: (one, model, oracle, photos) for one in some}
    for other in itertools.islice(of_the_zoo(17, OF_OTHERS), 20):
        drawn.setdefault(other[0].kind, other)
    return drawn


@pytest.mark.parametrize("kind", KINDS)
def test_random_damage_is_never_named_wrongly(damaged: dict[str, Drawn], kind: str) -> None:
    damage, model, oracle, seen = damaged[kind]
    found = examine(damage, model, oracle, seen)
    assert verdict(damage, found) != WRONG, (damage.text, found.findings)
