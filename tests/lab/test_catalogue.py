"""The faults that come with camhil, without running any."""

from __future__ import annotations

import re
from collections import Counter
from importlib import metadata
from types import SimpleNamespace

import pytest

from hil.base.resources import find
from hil.diagnose import IDS
from hil.errors import UsageError
from hil.testing.zoo import names
from hil_lab.faults import Area, Fault, SourcePatch, failure, find_fault, load_faults
from hil_lab.faults.__main__ import CI
from hil_lab.faults.build import patched_files

FAULTS = load_faults()


def plug_in(monkeypatch: pytest.MonkeyPatch, *found: object) -> None:
    entries = [SimpleNamespace(name="mine", value="mine:FAULTS", load=lambda: list(found))]
    monkeypatch.setattr(metadata, "entry_points", lambda group: entries)


def a_fault(fault_id: str) -> Fault:
    patch = SourcePatch("core/cam.cpp", "cam[cell] = sum;", "cam[cell] = -sum;")
    return Fault(fault_id, Area.CAM, "the map has the wrong sign", (patch,), failure())


def test_there_are_forty_faults_over_all_areas() -> None:
    assert len(FAULTS) >= 40
    assert {fault.area for fault in FAULTS} == set(Area)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_every_source_patch_applies_to_the_firmware_once(fault: Fault) -> None:
    firmware = find("firmware")
    patches = fault.parts(SourcePatch)
    for name, content in patched_files(firmware, patches, where=fault.id).items():
        assert content != (firmware / name).read_bytes()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_every_fault_can_be_run_and_names_a_diagnosis_that_exists(fault: Fault) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", fault.id)
    assert fault.change or fault.arguments
    assert set(fault.expect.diagnosis) <= set(IDS)
    assert fault.expect.test or fault.expect.says
    assert fault.network in ("", *names())


def test_the_faults_of_every_push_are_one_of_each_area() -> None:
    areas = Counter(find_fault(fault_id).area for fault_id in CI)
    assert areas == dict.fromkeys(Area, 1)


def test_the_document_lists_the_faults_that_there_are() -> None:
    # `make faults` writes it.
    text = (find("firmware").parent / "docs" / "faults.md").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^\| `([a-z0-9-]+)` \|", text) == [fault.id for fault in FAULTS]


def test_an_unknown_fault_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no fault 'nonsense'"):
        find_fault("nonsense")


def test_a_plug_in_brings_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch, a_fault("ours"))
    assert find_fault("ours").title == "the map has the wrong sign"
    assert len(load_faults()) == len(FAULTS) + 1


def test_a_plug_in_may_not_take_an_id_that_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch, a_fault(FAULTS[0].id))
    with pytest.raises(UsageError, match="two faults have the id"):
        load_faults()


def test_a_plug_in_that_brings_something_else_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch, "a string")
    with pytest.raises(UsageError, match="'mine' is no fault but a str"):
        load_faults()
