"""Whether what the diagnosis names is where the mutant is."""

from __future__ import annotations

import pytest

from hil.diagnose.catalogue import CATALOGUE, finding
from hil.facts.diagnosis import Finding, Unexplained
from hil_lab.mutants import place
from hil_lab.mutants.place import Named, named

PUZZLE = Unexplained("map", "the map is wrong", ())


def found(name: str) -> Finding:
    return Finding(name, "", "a title", "", CATALOGUE[name].where_to_look)


@pytest.mark.parametrize(
    ("file", "ids", "expected"),
    [
        ("core/cam.cpp", ("cam.negated",), Named.FILE),
        ("core/network.cpp", ("cam.negated",), Named.STAGE),  # its weights are found there
        ("core/cobs.cpp", ("link.baud",), Named.STAGE),
        ("core/cam.cpp", ("frame.crop",), Named.ELSEWHERE),
        ("core/cam.cpp", ("kernel.bias",), Named.ELSEWHERE),
        ("core/cam.cpp", ("board.no-model",), Named.HARDWARE),
        ("core/cobs.cpp", ("board.link-damaged",), Named.HARDWARE),
        ("core/cam.cpp", ("board.crashed",), Named.NO_PLACE),
        ("core/cam.cpp", ("cam.negated", "board.crashed"), Named.FILE),
        ("core/cam.cpp", ("cam.negated", "frame.crop"), Named.ELSEWHERE),
        ("core/cam.cpp", ("frame.crop", "board.no-model"), Named.HARDWARE),
        ("core/cam.cpp", (), Named.NOTHING),
    ],
)
def test_the_worst_that_is_named_counts(file: str, ids: tuple[str, ...], expected: Named) -> None:
    assert named(file, [found(each) for each in ids], []) is expected


def test_what_is_not_explained_names_nothing() -> None:
    assert named("core/cam.cpp", [], [PUZZLE]) is Named.UNEXPLAINED


def test_a_name_beside_what_is_not_explained_counts() -> None:
    assert named("core/cam.cpp", [found("cam.negated")], [PUZZLE]) is Named.FILE


def test_an_exception_in_a_hypothesis_is_a_crash() -> None:
    from hil.diagnose.outcome import Outcome

    outcome = Outcome()
    outcome.guard("map", lambda: [][0])
    assert named("core/cam.cpp", [found("cam.negated")], outcome.unexplained) is Named.CRASHED


def test_elsewhere_hardware_and_a_crash_are_wrong() -> None:
    assert {each for each in Named if each.wrong} == {
        Named.ELSEWHERE,
        Named.HARDWARE,
        Named.CRASHED,
    }


def test_the_ids_that_are_known_here_are_of_the_catalogue() -> None:
    for name in place.HARDWARE | place.NO_PLACE:
        assert finding(name, "board", "", how="").id == name
    kinds = {name.partition(".")[0] for name in CATALOGUE}
    assert set(place._MORE) <= kinds
