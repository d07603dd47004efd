"""The linker's map: what was linked, from where, into which memory."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from hil.build.map_file import Piece, parse_map, read_map

from .projects import MAP, OWN_APP

PIECES = tuple(parse_map(MAP.splitlines(keepends=True)))


def piece(section: str) -> Piece:
    (found,) = [piece for piece in PIECES if piece.section == section]
    return found


def test_a_short_name_stands_on_the_line_of_its_size() -> None:
    expected = Piece(".iram0.text", ".iram1.0", 0x14, "libmain.a", "esp_port.cpp.obj")
    assert piece(".iram1.0") == expected


def test_a_long_name_stands_on_the_line_before() -> None:
    expected = Piece(".flash.text", ".text.app_main", 0x3000, "libmain.a", "main.cpp.obj")
    assert piece(".text.app_main") == expected


def test_the_size_after_relaxing_counts() -> None:
    assert piece("COMMON").size_bytes == 0x800
    assert piece(".rodata.str1.4").size_bytes == 0x100


def test_a_path_of_another_system_is_cut_to_the_name() -> None:
    assert piece(".rodata.str1.4").archive == "libmain.a"


def test_an_object_outside_of_any_archive_has_none() -> None:
    lone = [piece for piece in PIECES if piece.size_bytes == 0x20]
    assert [(piece.archive, piece.member) for piece in lone] == [
        ("", "project_elf_src_esp32.c.obj")
    ]


def test_what_was_discarded_before_linking_is_left_out() -> None:
    assert [piece for piece in PIECES if piece.size_bytes == 0x9999] == []


def test_symbols_fill_and_patterns_are_no_pieces() -> None:
    assert [p.section for p in PIECES if p.section.startswith(("*", "_", "app"))] == []


@pytest.mark.parametrize(
    ("output", "in_app", "in_ram"),
    [
        (".flash.text", True, False),
        (".flash.rodata", True, False),
        (".flash.appdesc", True, False),
        (".flash.rodata_noload", False, False),
        (".flash_rodata_dummy", False, False),
        (".iram0.vectors", True, True),
        (".iram0.text", True, True),
        (".iram0.bss", False, True),
        (".dram0.data", True, True),
        (".dram0.bss", False, True),
        (".noinit", False, True),
        (".rtc.data", True, False),
        (".rtc.bss", False, False),
        (".rtc_noinit", False, False),
        (".ext_ram.bss", False, False),
        (".debug_info", False, False),
        (".xt.prop", False, False),
        ("/DISCARD/", False, False),
    ],
)
def test_output_sections_of_esp_idf_lie_where_its_linker_scripts_say(
    output: str, in_app: bool, in_ram: bool
) -> None:
    linked = Piece(output, ".x", 1, "", "a.obj")
    assert (linked.in_app, linked.in_ram) == (in_app, in_ram)


def test_our_own_part_of_the_sample_adds_up() -> None:
    own = [p for p in PIECES if p.archive == "libmain.a" and p.in_app]
    assert sum(p.size_bytes for p in own) == OWN_APP


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.map").write_text("nothing of that kind\n")
    with pytest.raises(ValueError, match="not a map file"):
        read_map(tmp_path / "a.map")


SCRIPT = """
SECTIONS {
  .flash.text 0x400d0000 : { *(.text .text.*) }
  .flash.rodata : { *(.rodata .rodata.*) }
  .dram0.data : { *(.data .data.*) }
  .dram0.bss (NOLOAD) : { *(.bss .bss.* COMMON) }
  /DISCARD/ : { *(*) }
}
"""
SOURCE = """
char person_arena_of_a_long_name[4096];
const char kTable[40] = {1, 2, 3};
int level[3] = {1, 2, 3};
int unused(int a) { return a * level[0]; }
int start(int at) { return person_arena_of_a_long_name[at] + kTable[at] + level[at % 3]; }
"""


def test_a_real_linker_writes_what_the_parser_reads(tmp_path: Path) -> None:
    for tool in ("gcc", "ar"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")

    def run(*command: str) -> None:
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)

    (tmp_path / "link.ld").write_text(SCRIPT)
    (tmp_path / "parts.c").write_text(SOURCE)
    run("gcc", "-c", "-O1", "-fno-pie", "-ffunction-sections", "-fdata-sections", "parts.c")
    run("ar", "rcs", "libmain.a", "parts.o")
    run(
        *("gcc", "-nostdlib", "-static", "-no-pie", "-Wl,-T,link.ld", "-Wl,-Map=app.map"),
        *("-Wl,--gc-sections", "-Wl,-e,start", "-Wl,-u,start", "-o", "app.elf"),
        *("-Wl,--whole-archive", "libmain.a"),
    )
    sizes = {
        (piece.archive, piece.output, piece.section): piece.size_bytes
        for piece in read_map(tmp_path / "app.map")
        if piece.section != ".text.start"
    }
    assert {key: size for key, size in sizes.items() if key[0] == "libmain.a"} == {
        ("libmain.a", ".flash.rodata", ".rodata.kTable"): 40,
        ("libmain.a", ".dram0.data", ".data.level"): 12,
        ("libmain.a", ".dram0.bss", ".bss.person_arena_of_a_long_name"): 4096,
    }
