"""Patched copies of the firmware."""

from __future__ import annotations

from pathlib import Path

import pytest

from hil.base.resources import find
from hil.errors import UsageError
from hil_lab.faults import Area, Fault, SourcePatch, failure
from hil_lab.faults.build import build_faulty, patched_files

SIGN = SourcePatch("core/cam.cpp", "cam[cell] = sum;", "cam[cell] = -sum;")


def fault(*patches: SourcePatch) -> Fault:
    return Fault("ours", Area.CAM, "the map has the wrong sign", patches, failure())


def test_a_patch_that_no_longer_fits_is_an_error_that_shows_it() -> None:
    patch = SourcePatch("core/cam.cpp", "cam[cell] = total;", "")
    with pytest.raises(UsageError, match=r"fits 0 places of core/cam.cpp(.|\n)*= total;"):
        patched_files(find("firmware"), (patch,), where="ours")


def test_a_patch_that_fits_twice_is_an_error() -> None:
    with pytest.raises(UsageError, match="fits 2 places"):
        patched_files(find("firmware"), (SourcePatch("core/cam.h", "camhil", ""),), where="ours")


def test_a_patch_of_a_file_that_is_gone_is_an_error() -> None:
    with pytest.raises(UsageError, match=r"patches core/gone.cpp, which is not there"):
        patched_files(find("firmware"), (SourcePatch("core/gone.cpp", "a", "b"),), where="ours")


def test_two_patches_of_one_file_both_apply() -> None:
    second = SourcePatch("core/cam.cpp", "int32_t sum = 0;", "int32_t sum = 1;")
    (content,) = patched_files(find("firmware"), (SIGN, second), where="ours").values()
    assert b"cam[cell] = -sum;" in content
    assert b"int32_t sum = 1;" in content


def test_the_copy_is_patched_and_built_and_the_release_is_not(fault_folder: Path) -> None:
    before = (find("firmware") / SIGN.file).read_bytes()
    folder = build_faulty(fault(SIGN), fault_folder)
    assert (folder / "flasher_args.json").is_file()
    assert (fault_folder / "firmware" / SIGN.file).read_text().count("cam[cell] = -sum;") == 1
    assert (find("firmware") / SIGN.file).read_bytes() == before


def test_a_patch_that_does_not_compile_is_a_usage_error(fault_folder: Path) -> None:
    broken = SourcePatch("core/cam.cpp", "cam[cell] = sum;", "cam[cell] = nonsense;")
    with pytest.raises(UsageError, match=r"compiling the firmware failed(.|\n)*nonsense"):
        build_faulty(fault(broken), fault_folder)


def test_a_fault_without_a_source_patch_takes_the_release() -> None:
    from hil.sim.firmware import build

    assert build_faulty(fault()) == build()
