"""Compiles the core for a 32-bit Xtensa without ESP-IDF, and shows its size.

    python firmware/xtensa/size.py

Needs Debian's gcc-xtensa-lx106 (32 bit, little-endian, call0). Warnings are errors. The
figures are near those of an ESP32 (GCC, windowed ABI): `hil build` has the real ones.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FIRMWARE = Path(__file__).resolve().parents[1]
PREFIX = "xtensa-lx106-elf-"
OPTIMISE = ("-Os", "-ffreestanding", "-ffunction-sections", "-fdata-sections")
CXX = ("-std=c++17", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics")
# Our own code compiles without a warning; the generated codec is third party.
OWN = ("-Wall", "-Wextra", "-Wconversion", "-Werror")
INCLUDES = (
    *("-isystem", str(FIRMWARE / "core" / "generated")),
    *("-isystem", str(FIRMWARE / "third_party" / "zcbor")),
    *("-isystem", str(FIRMWARE / "xtensa" / "include")),
    *("-I", str(FIRMWARE / "core")),
    "-DZCBOR_CANONICAL",
)
# A build for networks without a class activation map, and without a camera.
SMALLEST = ("-DCAMHIL_HEAD=0", "-DCAMHIL_FRAMES=0")
# What a port makes of the core once, and all of the core that it calls.
PORT = """
#include "app.h"
using namespace camhil;
char app[sizeof(App)];
extern "C" void start(Machine& machine, Line& line, Engine& engine, FrameSource* camera,
                      const Memory& memory, Bytes model);
extern "C" void start(Machine& machine, Line& line, Engine& engine, FrameSource* camera,
                      const Memory& memory, Bytes model) {
  App made(machine, line, engine, camera, memory);
  made.Start(model);
  made.RunTransmitTask();
  made.RunReceiveTask();
  made.RunInferenceTask();
}
"""


class CompileError(Exception):
    """The compiler refuses a file; the text is what it says."""


@dataclass(frozen=True)
class ObjectSize:
    """One object file: code with constants, initialised data, zeroed data. Bytes."""

    name: str
    text_bytes: int
    data_bytes: int
    bss_bytes: int


@dataclass(frozen=True)
class Sizes:
    """The core with its codec, and the objects that a port makes of it once.

    `linked`: everything together, without what nothing calls.
    """

    objects: tuple[ObjectSize, ...]
    linked: ObjectSize
    app_object_bytes: int

    @property
    def app_bytes(self) -> int:
        """What the core adds to an app image."""
        return self.linked.text_bytes + self.linked.data_bytes

    @property
    def static_ram_bytes(self) -> int:
        """RAM that the core takes, without the memory that a port gives it."""
        variables = sum(one.data_bytes + one.bss_bytes for one in self.objects)
        return variables + self.app_object_bytes


def own_sources() -> list[Path]:
    return sorted((FIRMWARE / "core").glob("*.cpp"))


def codec_sources() -> list[Path]:
    folders = (FIRMWARE / "core" / "generated", FIRMWARE / "third_party" / "zcbor")
    return sorted(file for folder in folders for file in folder.glob("*.c"))


def compile_file(source: Path, output: Path, *, own: bool, switches: Sequence[str] = ()) -> None:
    """Compiles one file to an object file; raises CompileError."""
    cxx = source.suffix == ".cpp"
    command = [f"{PREFIX}{'g++' if cxx else 'gcc'}", "-c", *OPTIMISE, *INCLUDES]
    command += [*(CXX if cxx else ()), *(OWN if own else ("-w",)), *switches]
    done = subprocess.run(
        [*command, str(source), "-o", str(output)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CompileError(done.stderr)


def measure(switches: Sequence[str] = ()) -> Sizes:
    """Compiles everything; raises CompileError, or FileNotFoundError without the compiler."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        port = folder / "port.cpp"
        port.write_text(PORT, encoding="ascii")
        sizes = {}
        for source in (*own_sources(), *codec_sources(), port):
            output = folder / f"{source.name}.o"
            compile_file(source, output, own=source.suffix == ".cpp", switches=switches)
            sizes[output] = object_size(source.name, output)
        symbols = _run("nm", "-S", f"{port}.o")
        linked = folder / "linked"
        _run("ld", "-r", "--gc-sections", "-e", "start", "-o", str(linked), *map(str, sizes))
        together = object_size("linked", linked)
        objects = [size for size in sizes.values() if size.name != port.name]
    found = re.findall(r"^\w+ (\w+) \w app$", symbols, re.MULTILINE)
    return Sizes(tuple(objects), together, int(found[0], 16))


def object_size(name: str, file: Path) -> ObjectSize:
    text, data, bss = _run("size", str(file)).splitlines()[1].split()[:3]
    return ObjectSize(name, int(text), int(data), int(bss))


def _run(tool: str, *arguments: str) -> str:
    done = subprocess.run([PREFIX + tool, *arguments], capture_output=True, text=True, check=True)
    return done.stdout


def main(argv: list[str] | None = None) -> int:
    summary = __doc__.splitlines()[0] if __doc__ else None
    argparse.ArgumentParser(description=summary).parse_args(argv)
    try:
        sizes, smallest = measure(), measure(SMALLEST)
    except FileNotFoundError as missing:
        print(f"{missing.filename} is not there: sudo apt install gcc-xtensa-lx106")
        return 6
    except CompileError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{'firmware/core on a 32-bit Xtensa, -Os':<40} code  data   bss")
    for one in sizes.objects:
        print(f"{one.name:<38}{one.text_bytes:>6,}{one.data_bytes:>6,}{one.bss_bytes:>6,}")
    print(f"{'in an app image, without what nothing calls':<43}{sizes.app_bytes:>7,} B")
    print(f"{'static RAM, with the App object':<43}{sizes.static_ram_bytes:>7,} B")
    print(f"{'in an app image, without maps and frames':<43}{smallest.app_bytes:>7,} B")
    return 0


if __name__ == "__main__":
    sys.exit(main())
