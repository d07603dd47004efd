"""A small map file in the form that GNU ld 2.38 writes for an ESP-IDF app."""

from __future__ import annotations

import json
from pathlib import Path

MAP = """\
Archive member included to satisfy reference by file (symbol)

esp-idf/main/libmain.a(main.cpp.obj)
                              (app_main)

Discarded input sections

 .text          0x00000000        0x0 esp-idf/main/libmain.a(main.cpp.obj)
 .text.never_called
                0x00000000     0x9999 esp-idf/main/libmain.a(main.cpp.obj)

Memory Configuration

Name             Origin             Length             Attributes
iram0_0_seg      0x40080000         0x00020000         xr
*default*        0x00000000         0xffffffff

Linker script and memory map

                0x00000000                        IDF_TARGET_ESP32 = 0x0

.rtc.bss        0x50000000        0x4
 .rtc_noinit    0x50000000        0x4 esp-idf/main/libmain.a(main.cpp.obj)
                0x50000004                        _rtc_bss_end = ABSOLUTE (.)

.iram0.text     0x40080400      0x114
                0x40080400                        _iram_text_start = ABSOLUTE (.)
 *(.iram1 .iram1.*)
 .iram1.0       0x40080400       0x14 esp-idf/main/libmain.a(esp_port.cpp.obj)
                0x40080400                on_uart
 .iram1.1       0x40080414      0x100 esp-idf/freertos/libfreertos.a(port.c.obj)

.dram0.data     0x3ffb0000       0x48
 .data.g_level  0x3ffb0000        0x8 esp-idf/main/libmain.a(main.cpp.obj)
 .data.pxTasks  0x3ffb0008       0x40 esp-idf/freertos/libfreertos.a(tasks.c.obj)
 *fill*         0x3ffb0048        0x8

.dram0.bss      0x3ffb1000    0x1b000
 .bss._ZN12_GLOBAL__N_16camhilE_arena
                0x3ffb1000    0x14000 esp-idf/main/libmain.a(main.cpp.obj)
 .bss._ZN12_GLOBAL__N_1L7buffersE
                0x3ffc5000     0x4800 esp-idf/main/libmain.a(main.cpp.obj)
 .bss._ZN12_GLOBAL__N_1L3appE
                0x3ffc9800     0x2000 esp-idf/main/libmain.a(main.cpp.obj)
                0x3ffc9800                app
 COMMON         0x3ffcb800      0x800 esp-idf/freertos/libfreertos.a(tasks.c.obj)
                                0x900 (size before relaxing)

.flash.appdesc  0x3f400020      0x100
 .rodata_desc   0x3f400020      0x100 esp-idf/esp_app_format/libesp_app_format.a(desc.c.obj)

.flash.rodata   0x3f400120      0x300
 .rodata.kTable
                0x3f400120      0x200 esp-idf/main/libmain.a(sha256.cpp.obj)
 .rodata.str1.4
                0x3f400320      0x100 C:\\build\\esp-idf\\main\\libmain.a(main.cpp.obj)
                                0x140 (size before relaxing)

.flash.text     0x400d0020     0x9020
 .literal.app_main
                0x400d0020       0x10 esp-idf/main/libmain.a(main.cpp.obj)
 .text.app_main
                0x400d0030     0x3000 esp-idf/main/libmain.a(main.cpp.obj)
                0x400d0030                app_main
 .text          0x400d3030     0x5000 esp-idf/tflm/libespressif__esp-tflite-micro.a(fully.cc.obj)
 .text.crc      0x400d8030      0xff0 esp-idf/main/libmain.a(crc32.cpp.obj)
 .text          0x400d9020       0x20 CMakeFiles/camhil.elf.dir/project_elf_src_esp32.c.obj

.debug_info     0x00000000    0x80000
 .debug_info    0x00000000    0x80000 esp-idf/main/libmain.a(main.cpp.obj)

/DISCARD/
 *(.fini)
 .fini          0x00000000       0x10 esp-idf/main/libmain.a(main.cpp.obj)
"""

# What the map says of libmain.a, added up by hand.
OWN_CODE = 0x14 + 0x10 + 0x3000 + 0xFF0
OWN_CONSTANTS = 0x200 + 0x100
OWN_INITIALISED = 0x8
OWN_APP = OWN_CODE + OWN_CONSTANTS + OWN_INITIALISED
ARENA = 0x14000
BUFFERS = 0x4800
OWN_STATIC = 0x14 + 0x8 + 0x2000

BUDGET = """\
arena_bytes = 81_920
static_ram_bytes = 24_576
app_bytes = 1_048_576
own_app_bytes = 65_536
heap_minimum_free_bytes = 32_768
stack_never_used_bytes = 512
own = ["libmain.a"]
foreign = ["verify_*"]
arena = ["*arena*"]
buffers = ["*buffers*"]
"""


def write_project(folder: Path, *, map_text: str = MAP, app_bytes: int = 300_000) -> Path:
    """A project with a budget and a finished build; the build's folder."""
    build = folder / "build"
    (build / "config").mkdir(parents=True)
    (folder / "budget.toml").write_text(BUDGET)
    description = {"project_name": "camhil", "app_bin": "camhil.bin"}
    (build / "project_description.json").write_text(json.dumps(description))
    (build / "config" / "sdkconfig.json").write_text("{}")
    (build / "camhil.map").write_text(map_text)
    (build / "camhil.bin").write_bytes(bytes(app_bytes))
    return build
