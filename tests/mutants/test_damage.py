"""Random damage: the same for a number, felt where it is said to be, told apart from its place."""

from __future__ import annotations

import random

import numpy as np
import pytest

from hil.diagnose.catalogue import CATALOGUE
from hil.errors import UsageError
from hil.facts.diagnosis import Finding
from hil_lab.faults.drawn import line
from hil_lab.faults.drawn.draw import KINDS, PREFIX, Damage, damage_of
from hil_lab.faults.fault import EnginePatch
from hil_lab.faults.registry import find_fault
from hil_lab.mutants.damage_effect import has_effect
from hil_lab.mutants.damage_shop import _STAGES, DamageShop, _place, _Tried, kinds_of
from hil_lab.mutants.place import Named

NUMBERS = range(60)


def of_kind(kind: str) -> Damage:
    return next(each for each in map(damage_of, range(200)) if each.kind == kind)


def test_a_number_is_always_the_same_damage_and_each_kind_is_drawn() -> None:
    drawn = [damage_of(number) for number in NUMBERS]
    assert [each.text for each in drawn] == [damage_of(number).text for number in NUMBERS]
    assert {each.kind for each in drawn} == set(KINDS)
    assert len({each.text for each in drawn}) > len(NUMBERS) - 5


def test_the_simulated_board_finds_it_by_its_id() -> None:
    assert find_fault(f"{PREFIX}3").title == damage_of(3).text
    with pytest.raises(UsageError, match="no number"):
        find_fault(f"{PREFIX}x")
    with pytest.raises(UsageError, match="no damage 'cam'"):
        kinds_of(["cam"])


@pytest.mark.parametrize("kind", ["kernel", "weights", "arena"])
def test_an_engine_with_damage_gives_another_output(kind: str) -> None:
    assert any(has_effect(each) for each in map(damage_of, range(40)) if each.kind == kind)


def test_a_right_engine_has_no_effect() -> None:
    class Same:
        def __call__(self, engine: object) -> object:
            return engine

    same = EnginePatch(Same())  # type: ignore[arg-type]
    assert not has_effect(Damage(1, "kernel", 0, "", same, same))


@pytest.mark.parametrize("seed", range(20))
def test_a_line_does_the_same_whatever_the_pieces(seed: int) -> None:
    _, make = line.bad_line(random.Random(seed))
    data = np.random.default_rng(seed).integers(0, 256, 5000).astype(np.uint8).tobytes()
    whole, pieces = make(), make()
    cuts = range(0, len(data), 37)
    assert whole(data) == b"".join(pieces(data[at : at + 37]) for at in cuts)


def test_every_named_stage_is_of_the_catalogue() -> None:
    kinds = {name.partition(".")[0] for name in CATALOGUE}
    for stage in (each for stages in _STAGES.values() for each in stages):
        assert stage in (CATALOGUE if "." in stage else kinds)


@pytest.mark.parametrize(
    ("finding", "title", "expected"),
    [
        ("kernel.bias", "operator {op} X: the bias", Named.FILE),
        ("kernel.bias", "operator 99 X: the bias", Named.ELSEWHERE),
        ("engine.not-repeatable", "the same image", Named.STAGE),
        ("cam.negated", "the map", Named.ELSEWHERE),
        ("board.link-damaged", "frames arrive damaged", Named.HARDWARE),
        ("board.crashed", "the firmware crashes", Named.NO_PLACE),
    ],
)
def test_a_finding_is_right_where_it_names_the_operator_or_the_engine(
    finding: str, title: str, expected: Named
) -> None:
    damage = of_kind("kernel")
    found = Finding(finding, "", title.format(op=damage.op), "", "")
    assert _place(_Tried(damage), found) is expected


def test_what_was_run_is_not_drawn_again_and_what_changes_nothing_is_dropped(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pathlib import Path

    from hil_lab.mutants import damage_shop as shop
    from hil_lab.mutants.workshop import Built

    assert isinstance(tmp_path, Path)
    monkeypatch.setattr(shop, "has_effect", lambda damage: damage.op != 5)
    monkeypatch.setattr(
        DamageShop, "_built", lambda _, damage: Built(_Tried(damage), "", tmp_path, "", 0.0)
    )
    drawn = [each.mutant.line for each in DamageShop(("kernel",), tmp_path, 1).draw(40)]
    assert len(drawn) == 40
    assert 5 not in drawn
    assert "changes no output" in (tmp_path / "dropped.jsonl").read_text()
