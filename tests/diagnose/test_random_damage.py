"""Random damage of one operator: named exactly or not at all, never wrongly."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from hil.images import Photo
from hil.oracle import Oracle
from hil_lab.operator_damage import KINDS, WRONG, Damage, damages, examine, verdict


@pytest.fixture(scope="module")
def damaged(oracle: Oracle, model: bytes) -> dict[str, Damage]:
    """One of each kind."""
    some: Iterator[Damage] = itertools.islice(damages(model, oracle, seed=17), 200)
    return {damage.kind: damage for damage in some}


@pytest.mark.parametrize("kind", KINDS)
def test_random_damage_is_never_named_wrongly(
    damaged: dict[str, Damage],
    model: bytes,
    oracle: Oracle,
    photos: tuple[Photo, ...],
    kind: str,
) -> None:
    found = examine(damaged[kind], model, oracle, photos)
    assert verdict(damaged[kind], found) != WRONG, (damaged[kind].text, found.findings)
