"""Other networks on the same board: which are wrong is a fact, and no cause."""

from __future__ import annotations

import dataclasses

from hil.diagnose import diagnose
from hil.facts.other_networks import ANSWERS, BROKEN, OtherNetworkRecord
from hil.facts.records import TestRecord
from tests.diagnose.conftest import MakeRun

FAILED = TestRecord("suite/test_x.py::test_x", "call", "failed", 0.1, "network 'wide'")


def answered(name: str, *traits: str, wrong: str = "") -> OtherNetworkRecord:
    return OtherNetworkRecord(name, traits, ANSWERS, (wrong,) if wrong else (), 9)


def refused(name: str, *wrong: str) -> OtherNetworkRecord:
    return OtherNetworkRecord(name, (), BROKEN, wrong)


def told(run_with: MakeRun, *records: OtherNetworkRecord) -> tuple[list[str], list[str]]:
    """(what is unexplained, its facts) of a run that is right with its own network."""
    run = dataclasses.replace(run_with(), tests=(FAILED,), other_networks=records)
    found = diagnose(run)
    assert found.findings == ()
    return [one.what for one in found.unexplained], [
        f for one in found.unexplained for f in one.facts
    ]


def test_what_only_the_wrong_networks_have_is_told(run_with: MakeRun) -> None:
    what, facts = told(
        run_with,
        answered("wide", "operator ADD", "operator POOL", "flat", wrong="output 0: it differs"),
        answered("tall", "operator POOL", "flat", wrong="output 0: it differs"),
        answered("plain", "operator ADD", "flat"),
    )
    assert what == ["2 of 3 other networks answered wrongly; the run's own is right"]
    assert facts == [
        "wide: output 0: it differs",
        "tall: output 0: it differs",
        "only networks with: operator POOL",
    ]


def test_what_the_runs_own_network_has_is_no_trait_of_the_wrong_ones(run_with: MakeRun) -> None:
    _, facts = told(run_with, answered("other", "operator SOFTMAX", "map", wrong="it differs"))
    assert facts[-1] == "no one trait tells the wrong ones from the right ones"


def test_broken_partitions_that_are_told_otherwise(run_with: MakeRun) -> None:
    what, facts = told(
        run_with,
        refused("erased", "code: NO_MODEL, not OK", "the console is silent"),
        refused("cut short", "the console is silent"),
        refused("foreign"),
    )
    assert what == ["2 of 3 broken partitions not answered as is due"]
    assert facts[0] == "erased: code: NO_MODEL, not OK"
    assert facts[-1] == "of all of them: the console is silent"


def test_nothing_is_told_where_all_are_right(run_with: MakeRun) -> None:
    what, _ = told(run_with, answered("wide", "flat"), refused("erased"))
    assert what == ["1 test failed, and no known mistake explains it"]
