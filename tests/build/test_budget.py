"""The memory budget: declared in a file, measured from a build, judged."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from hil.build import check
from hil.build.budget import read_budget
from hil.build.check import check_build
from hil.build.map_file import parse_map
from hil.build.table import budget_lines, size_lines
from hil.build.usage import Line, measure
from hil.errors import ExitCode, UsageError

from .projects import (
    ARENA,
    BUDGET,
    IMAGES,
    MAP,
    OWN_APP,
    OWN_STATIC,
    write_project,
)

ROOT = Path(__file__).resolve().parents[2]
OURS = ROOT / "firmware" / "esp32" / "budget.toml"


def test_the_firmware_s_budget_is_the_one_that_is_promised() -> None:
    budget = read_budget(OURS)
    assert budget.arena_bytes == 80 * 1024
    assert budget.static_ram_bytes == 24 * 1024
    assert budget.app_bytes == 1024 * 1024
    assert budget.own_app_bytes == 64 * 1024


def test_the_core_s_own_limit_of_static_ram_is_that_of_the_budget() -> None:
    header = (ROOT / "firmware" / "core" / "app.h").read_text()
    found = re.search(r"static_assert\(kStaticBytes <= (\d+) \* 1024\)", header)
    assert found is not None
    assert int(found[1]) * 1024 == read_budget(OURS).static_ram_bytes


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("app_bytes = 1_048_576\n", "", "'app_bytes' is missing"),
        ("app_bytes = 1_048_576", "app_bytes = 0", "must be above 0"),
        ("app_bytes = 1_048_576", 'app_bytes = "1 MB"', "must be a whole number"),
        ("own = [", "more = 1\nown = [", "unknown key 'more'"),
        ('arena = ["*arena*"]', "arena = []", "must be a list of names"),
    ],
)
def test_a_budget_that_cannot_be_used_is_refused(
    tmp_path: Path, before: str, after: str, message: str
) -> None:
    file = tmp_path / "budget.toml"
    file.write_text(BUDGET.replace(before, after))
    with pytest.raises(UsageError) as refusal:
        read_budget(file)
    assert message in refusal.value.message
    assert refusal.value.where.startswith(str(file))


def test_a_build_is_measured_without_arena_and_image_buffers(tmp_path: Path) -> None:
    usage = check_build(write_project(tmp_path), tmp_path / "budget.toml").usage
    assert usage.app_bytes == 300_000
    assert usage.own_app_bytes == OWN_APP
    assert usage.static_ram_bytes == OWN_STATIC
    assert usage.arena_bytes == ARENA
    assert usage.image_bytes == IMAGES


def test_functions_and_variables_of_other_archives_do_not_count_as_buffers(tmp_path: Path) -> None:
    other = MAP.replace(".text.crc ", ".text.clear_arena\n").replace(
        "COMMON ", ".bss.other_arena\n"
    )
    usage = check_build(write_project(tmp_path, map_text=other), tmp_path / "budget.toml").usage
    assert usage.arena_bytes == ARENA


def measured(tmp_path: Path, settings: dict[str, object]) -> int | None:
    (tmp_path / "budget.toml").write_text(BUDGET)
    without = [p for p in parse_map(MAP.splitlines()) if "arena" not in p.section]
    budget = read_budget(tmp_path / "budget.toml")
    return measure(without, 1, settings, budget).arena_bytes


def test_an_arena_from_the_heap_has_the_configured_size(tmp_path: Path) -> None:
    assert measured(tmp_path, {"CAMHIL_ARENA_KB": 96}) == 98_304


def test_an_arena_that_nothing_tells_of_is_not_measured(tmp_path: Path) -> None:
    assert measured(tmp_path, {}) is None


def test_the_archives_add_up_to_all_that_was_linked(tmp_path: Path) -> None:
    usage = check_build(write_project(tmp_path), tmp_path / "budget.toml").usage
    stored = 0x114 + 0x48 + 0x100 + 0x300 + 0x9020  # output sections of the map, without fill
    assert sum(share.app_bytes for share in usage.archives) == stored


def test_each_limit_that_is_broken_is_named(tmp_path: Path) -> None:
    build = write_project(tmp_path, app_bytes=1_048_577)
    checked = check_build(build, tmp_path / "budget.toml")
    assert [line.name for line in checked.lines if not line.met] == ["app"]
    assert checked.exit_code is ExitCode.GATE_FAILED


def test_a_limit_may_be_used_up(tmp_path: Path) -> None:
    build = write_project(tmp_path, app_bytes=1_048_576)
    assert check_build(build, tmp_path / "budget.toml").exit_code is ExitCode.PASSED


def test_an_arena_in_psram_has_no_limit_in_internal_ram(tmp_path: Path) -> None:
    build = write_project(tmp_path)
    (build / "config" / "sdkconfig.json").write_text('{"CAMHIL_ARENA_PSRAM": true}')
    checked = check_build(build, tmp_path / "budget.toml")
    assert "arena" not in [line.name for line in checked.lines]


def test_what_was_not_measured_is_never_met() -> None:
    line = Line("arena", None, 10)
    assert not line.met
    assert "NOT PROVEN" in "\n".join(budget_lines([line]))


def test_the_tables_show_use_limit_and_what_is_left(tmp_path: Path) -> None:
    checked = check_build(write_project(tmp_path), tmp_path / "budget.toml")
    text = "\n".join(budget_lines(checked.lines))
    assert re.search(r"app +300,000 B +1,048,576 B +\+748,576 B", text)
    assert "TOO LARGE" not in text
    archives = "\n".join(size_lines(checked.usage))
    assert re.search(rf"libmain\.a +{OWN_APP:,} B", archives)
    assert "crc32.cpp.obj" in "\n".join(size_lines(checked.usage, objects=True))


# ---- the command that the build calls ---------------------------------------------


def test_the_command_passes_a_build_within_its_budget(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check.main([str(write_project(tmp_path))]) == 0
    assert "own static RAM" in capsys.readouterr().out


def test_the_command_fails_a_build_over_its_budget_and_names_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check.main([str(write_project(tmp_path, app_bytes=2_000_000))]) == 7
    shown = capsys.readouterr()
    assert "TOO LARGE" in shown.out
    assert str(tmp_path / "budget.toml") in shown.err


@pytest.mark.parametrize("missing", ["camhil.map", "camhil.bin", "project_description.json"])
def test_a_missing_file_of_the_build_is_a_usage_error_that_names_it(
    tmp_path: Path, missing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    build = write_project(tmp_path)
    (build / missing).unlink()
    assert check.main([str(build)]) == ExitCode.USAGE
    assert missing in capsys.readouterr().err


def test_a_map_without_our_own_code_is_refused(tmp_path: Path) -> None:
    build = write_project(tmp_path, map_text=MAP.replace("libmain.a", "libapp.a"))
    with pytest.raises(UsageError, match=r"no part of libmain\.a was linked"):
        check_build(build, tmp_path / "budget.toml")


@pytest.mark.parametrize(("options", "code"), [([], ExitCode.NOT_PROVEN), (["--optional"], 0)])
def test_a_python_without_a_toml_reader_says_that_nothing_was_checked(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    code: int,
) -> None:
    def missing(*_: object) -> None:
        raise ModuleNotFoundError("No module named 'tomli'")

    monkeypatch.setattr(check, "check_build", missing)
    assert check.main([str(write_project(tmp_path)), *options]) == code
    assert "NOT checked: No module named 'tomli'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "name",
    [
        *(f"build/{name}.py" for name in ("__init__", "map_file", "budget", "usage")),
        *("build/table.py", "build/check.py"),
        *("__init__.py", "errors.py", "base/toml_table.py"),
    ],
)
def test_what_esp_idf_s_python_runs_is_python_3_8_of_the_standard_library(name: str) -> None:
    tree = ast.parse((ROOT / "hil" / name).read_text(), feature_version=(3, 8))
    modules = {
        alias.name if isinstance(node, ast.Import) else str(node.module)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    standard = {
        *("__future__", "argparse", "collections.abc", "dataclasses", "difflib", "enum"),
        *("fnmatch", "json", "pathlib", "re", "sys", "typing", "tomllib", "tomli"),
    }
    assert {m for m in modules if not m.startswith("hil.")} <= standard
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    words = {word.arg for call in calls for word in call.keywords}
    assert not words & {"slots", "kw_only", "strict"}
