"""Which other networks every run asks, and which a thorough one alone."""

from __future__ import annotations

from collections.abc import Sequence

from hil.suite import networks


def kinds(names: Sequence[str]) -> set[str]:
    """What these networks have, but for operators."""
    every = (trait for name in names for trait in networks.other_network(name).traits)
    return {trait for trait in every if not trait.startswith("operator ")}


def test_every_run_asks_a_network_with_whatever_one_of_them_has() -> None:
    assert kinds(networks.MORE) <= kinds(networks.DEFAULT)


def test_no_network_is_asked_twice() -> None:
    names = [*networks.DEFAULT, *networks.MORE]
    assert len({*names}) == len(names)
