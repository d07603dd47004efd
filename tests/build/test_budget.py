"""The memory budget: declared in a file, measured from a build, judged."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from hil.build import check
from hil.build.budget import read_budget
from hil.build.check import check_build
from hil.build.table import budget_lines, size_lines
from hil.build.usage import Line
from hil.errors import ExitCode, UsageError

from .projects import (
    ARENA,
    BUDGET,
    BUFFERS,
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


def test_a_build_is_measured_without_arena_and_buffers(tmp_path: Path) -> None:
    usage = check_build(write_project(tmp_path), tmp_path / "budget.toml").usage
    assert usage.app_bytes == 300_000
    assert usage.own_app_bytes == OWN_APP
    assert usage.static_ram_bytes == OWN_STATIC
    assert usage.arena_bytes == ARENA
    assert usage.buffer_bytes == BUFFERS


def test_functions_and_variables_of_other_archives_do_not_count_as_buffers(tmp_path: Path) -> None:
    other = MAP.replace(".text.crc ", ".text.clear_arena\n").replace(
        "COMMON ", ".bss.other_arena\n"
    )
    usage = check_build(write_project(tmp_path, map_text=other), tmp_path / "budget.toml").usage
    assert usage.arena_bytes == ARENA


_ARENA_LINE = "0x3ffb1000    0x14000 esp-idf/main/"
WITHOUT_ARENA = MAP.replace(f"{_ARENA_LINE}libmain.a", f"{_ARENA_LINE}libother.a")


def write_networks(build: Path, **facts: object) -> None:
    (build / "camhil").mkdir()
    (build / "camhil" / "networks.json").write_text(json.dumps(facts))


def test_an_arena_from_the_heap_has_the_size_that_the_networks_were_given(tmp_path: Path) -> None:
    build = write_project(tmp_path, map_text=WITHOUT_ARENA)
    write_networks(build, arena_bytes=98_304)
    assert check_build(build, tmp_path / "budget.toml").usage.arena_bytes == 98_304


def test_an_arena_that_nothing_tells_of_is_not_measured(tmp_path: Path) -> None:
    build = write_project(tmp_path, map_text=WITHOUT_ARENA)
    checked = check_build(build, tmp_path / "budget.toml")
    assert checked.usage.arena_bytes is None
    assert checked.exit_code is ExitCode.NOT_PROVEN


def test_app_and_arena_of_other_networks_are_shown_without_a_limit(tmp_path: Path) -> None:
    build = write_project(tmp_path, app_bytes=1_300_000)
    write_networks(build, arena_bytes=ARENA, budgeted=False)
    checked = check_build(build, tmp_path / "budget.toml")
    limited = [line.name for line in checked.lines if line.limit_bytes is not None]
    assert limited == ["own part of the app", "own static RAM"]
    assert checked.exit_code is ExitCode.PASSED
    assert re.search(r"app +1,300,000 B +none", "\n".join(budget_lines(checked.lines)))


def test_buffers_follow_from_the_networks_and_have_no_limit(tmp_path: Path) -> None:
    checked = check_build(write_project(tmp_path), tmp_path / "budget.toml")
    (line,) = [line for line in checked.lines if line.name == "buffers"]
    assert (line.used_bytes, line.limit_bytes, line.met) == (BUFFERS, None, True)


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
    (arena,) = [line for line in checked.lines if line.name == "arena"]
    assert (arena.used_bytes, arena.limit_bytes) == (ARENA, None)


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


def test_code_that_others_generate_is_not_our_own(tmp_path: Path) -> None:
    text = MAP.replace("libmain.a(crc32.cpp.obj)", "libmain.a(verify_model.cpp.obj)")
    usage = check_build(write_project(tmp_path, map_text=text), tmp_path / "budget.toml").usage
    assert usage.own_app_bytes == OWN_APP - 0xFF0


def test_a_map_without_our_own_code_is_refused(tmp_path: Path) -> None:
    build = write_project(tmp_path, map_text=MAP.replace("libmain.a", "libapp.a"))
    with pytest.raises(UsageError, match=r"no part of libmain\.a was linked"):
        check_build(build, tmp_path / "budget.toml")
