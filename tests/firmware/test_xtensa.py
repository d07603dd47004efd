"""The core compiles for a 32-bit Xtensa without a warning, and is small enough.

Needs Debian's gcc-xtensa-lx106; `make hil` and an ESP-IDF build need none of it.
"""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from hil.build.budget import read_budget

FIRMWARE = Path(__file__).resolve().parents[2] / "firmware"

pytestmark = pytest.mark.skipif(
    shutil.which("xtensa-lx106-elf-g++") is None,
    reason="xtensa-lx106-elf-g++ is not installed: sudo apt install gcc-xtensa-lx106",
)


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("size", FIRMWARE / "xtensa" / "size.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    del sys.modules[spec.name]
    return module


@pytest.fixture(scope="module")
def sizes(script: ModuleType) -> Any:
    return script.measure()


def test_the_core_compiles_without_a_warning_and_fits_its_share_of_the_app(
    sizes: Any, record_property: Callable[[str, object], None]
) -> None:
    record_property("xtensa_core_app_bytes", sizes.app_bytes)
    assert 10_000 < sizes.app_bytes <= read_budget(FIRMWARE / "esp32/budget.toml").own_app_bytes


def test_a_core_without_maps_and_frames_is_smaller(
    script: ModuleType, sizes: Any, record_property: Callable[[str, object], None]
) -> None:
    smallest = script.measure(script.SMALLEST).app_bytes
    record_property("xtensa_core_smallest_app_bytes", smallest)
    assert smallest <= min(48 * 1024, sizes.app_bytes - 512)


def test_the_core_fits_its_static_ram(
    sizes: Any, record_property: Callable[[str, object], None]
) -> None:
    record_property("xtensa_core_static_ram_bytes", sizes.static_ram_bytes)
    limit = read_budget(FIRMWARE / "esp32/budget.toml").static_ram_bytes
    assert sizes.app_object_bytes <= sizes.static_ram_bytes <= limit


def test_the_core_has_no_variables_of_its_own(sizes: Any) -> None:
    assert [one.name for one in sizes.objects if one.data_bytes or one.bss_bytes] == []


def test_every_source_of_the_core_is_measured(sizes: Any) -> None:
    measured = {one.name for one in sizes.objects}
    assert {file.name for file in (FIRMWARE / "core").glob("*.cpp")} <= measured
    assert {file.name for file in (FIRMWARE / "core" / "generated").glob("*.c")} <= measured


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ("int f(int a) { int unused; return a; }", "unused variable"),
        ("unsigned char f(int a) { return a; }", "conversion"),
        ('#include "app.h"\nint f(camhil::Machine& m) { return m.NowMs(); }', "NowMs"),
        ("int f(int a) { throw a; }", "exception"),
        ("static_assert(sizeof(void*) == 8);", "static assertion"),
    ],
)
def test_a_warning_and_a_mistake_are_refused(
    script: ModuleType, tmp_path: Path, code: str, complaint: str
) -> None:
    (tmp_path / "wrong.cpp").write_text(code)
    with pytest.raises(script.CompileError, match=complaint):
        script.compile_file(tmp_path / "wrong.cpp", tmp_path / "wrong.o", own=True)


def test_the_script_prints_a_table(script: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert script.main([]) == 0
    assert "in an app image" in capsys.readouterr().out
