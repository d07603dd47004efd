"""Samples at the edges of a network: what is found is there, and what is not found is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hil.network.contract import Contract, read_contract
from hil.network.location import Location
from hil.network.settings import NetworkSettings
from hil.oracle import Oracle, directed
from hil.oracle.climbing import can_change, changed
from hil.oracle.directed import Directed, search
from hil.oracle.goals import KINDS, View, goals_of
from hil.oracle.micro import Child
from hil.samples.seeded import seeded_samples
from hil.suite import test_directed as suite
from hil.testing.tiny_model import tiny_model
from hil.testing.zoo import network

SEED = 1


def with_head(**settings: int) -> Contract:
    likes = np.array([100, -90, 60, -70], np.int8)  # scores go far to either side
    model = tiny_model(
        input_size=(24, 24), grid=(3, 3), channels=4, classifier_weights=np.array([-likes, likes])
    )
    said = NetworkSettings(settings.get("positive_class", 1), settings.get("threshold", 40))
    return read_contract(model, settings=said)


def starts(contract: Contract) -> dict[str, bytes]:
    return {sample.name: sample.data for sample in seeded_samples(contract, count=4)}


@pytest.fixture(scope="module")
def contract() -> Contract:
    return with_head()


@pytest.fixture(scope="module")
def found(contract: Contract) -> Directed:
    return search(contract, starts(contract), SEED, False)


def samples(contract: Contract, found: Directed) -> dict[str, bytes]:
    made = starts(contract)
    return {one.goal: one.data if one.made else made[one.start] for one in found.reached}


def test_every_goal_is_reached_or_told_to_be_missed(contract: Contract, found: Directed) -> None:
    goals = {(goal.kind, goal.name) for goal in goals_of(contract)}
    reached = {(one.kind, one.goal) for one in found.reached}
    assert reached | set(found.missed) == goals
    assert not reached & set(found.missed)
    assert {kind for kind, _ in goals} == set(KINDS)


def test_a_tie_has_two_largest_cells_and_the_first_of_them_wins(
    contract: Contract, found: Directed
) -> None:
    answer = Oracle(contract).run(samples(contract, found)["two largest cells"], threshold=0)
    assert answer.cam is not None
    places = np.argwhere(answer.cam == answer.cam.max())
    assert len(places) >= 2
    if isinstance(answer.location, Location):  # else all cells tie
        assert [answer.location.row, answer.location.column] == places[0].tolist()


def test_a_map_may_be_flat_whole_or_in_its_first_row_or_column(
    contract: Contract, found: Directed
) -> None:
    made, oracle = samples(contract, found), Oracle(contract)
    for goal, part in (
        ("all cells", np.s_[:, :]),
        ("first row", np.s_[0, :]),
        ("first column", np.s_[:, 0]),
    ):
        cam = oracle.run(made[goal]).cam
        assert cam is not None
        assert len(np.unique(cam[part])) == 1


def test_the_largest_cell_comes_to_each_border(contract: Contract, found: Directed) -> None:
    made, oracle = samples(contract, found), Oracle(contract)
    border = [(r, c) for r in range(3) for c in range(3) if (r, c) != (1, 1)]
    for row, column in border:
        cam = oracle.run(made[f"row {row}, column {column}"]).cam
        assert cam is not None
        assert np.argwhere(cam == cam.max()).tolist() == [[row, column]]


def test_a_score_is_exactly_at_a_threshold(contract: Contract, found: Directed) -> None:
    scores = Oracle(contract).run(samples(contract, found)["score 50 % exactly"]).scores
    assert scores is not None
    assert scores[1] == 0  # 128 of 256


def test_a_seed_gives_the_same_samples_again(contract: Contract, found: Directed) -> None:
    assert search(contract, starts(contract), SEED, False) == found


def test_a_thorough_search_asks_for_every_cell(contract: Contract) -> None:
    places = [goal for goal in goals_of(contract, thorough=True) if goal.kind == "places"]
    assert len(places) == 9
    assert len([goal for goal in goals_of(contract) if goal.kind == "places"]) == 8


def test_the_suite_asks_for_every_kind() -> None:
    marks = [
        mark
        for test in vars(suite).values()
        for mark in getattr(test, "pytestmark", ())
        if mark.name == "parametrize"
    ]
    assert sorted(kind for mark in marks for kind in mark.args[1]) == sorted(KINDS)


@pytest.mark.parametrize("name", ["ends", "svdf", "conv_2d_float", "gather"])
def test_a_network_of_any_kind_has_the_goals_that_mean_something(name: str) -> None:
    contract = read_contract(network(name))
    found = search(contract, starts(contract), SEED, False)
    kinds = {one.kind for one in found.reached} | {kind for kind, _ in found.missed}
    assert kinds <= {"ties", "limits"}
    for one in found.reached:
        if one.made:
            assert len(one.data) == contract.header.sample_bytes


def test_limits_are_those_of_type_and_activation() -> None:
    """The features of this network have no activation but a zero point of -128, as by a ReLU."""
    contract = with_head()
    goals = {goal.name: goal for goal in goals_of(contract)}

    def at(value: int) -> View:
        return View((), None, None, lambda _: np.array([0, value], np.int8))

    lower, upper = (goals[f"{end} limit of operator 0 CONV_2D"] for end in ("lower", "upper"))
    assert [lower.loss(at(value)) for value in (-128, -127)] == [0, 1]
    assert [upper.loss(at(value)) for value in (127, 100)] == [0, 27]


# ---- kept, and in a process of its own


def test_what_was_found_is_kept(
    contract: Contract, found: Directed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask() -> Directed:
        return directed.directed(contract, starts(contract), seed=SEED, cache=tmp_path)

    first = ask()
    assert first == found
    monkeypatch.setattr(directed, "run_child", lambda *_: pytest.fail("searched again"))
    assert ask() == first


@pytest.mark.parametrize("repeatable", [True, False])
def test_a_search_that_broke_off_says_why(
    contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repeatable: bool
) -> None:
    child = Child(trouble="it ended with SIGSEGV", repeatable=repeatable)
    monkeypatch.setattr(directed, "run_child", lambda *_: child)
    found = directed.directed(contract, starts(contract), seed=SEED, cache=tmp_path)
    assert (found.trouble, found.reached) == ("it ended with SIGSEGV", ())
    assert len(list(tmp_path.rglob("*.json"))) == repeatable


# ---- changes


@pytest.mark.parametrize("shape", [(1, 8, 6, 3), (1, 40), (5,)])
@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16])
def test_a_change_leaves_type_shape_and_what_it_was_made_of(
    shape: tuple[int, ...], dtype: type
) -> None:
    chance, before = np.random.default_rng(1), np.zeros(shape, dtype)
    others = [changed((before,), chance)[0] for _ in range(50)]
    assert not before.any()
    assert {(other.shape, other.dtype) for other in others} == {(shape, np.dtype(dtype))}
    assert any(other.any() for other in others)


def test_what_may_be_an_index_is_not_changed() -> None:
    index, values = np.zeros(3, np.int32), np.zeros(9, np.int8)
    assert not can_change((index,))
    for seed in range(20):
        kept, _ = changed((index, values), np.random.default_rng(seed))
        assert kept is index
