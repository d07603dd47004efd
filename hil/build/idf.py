"""Finds ESP-IDF and runs `idf.py`, with its progress and its errors made readable."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hil.base.host_error import host_errors
from hil.base.text_file import read_text
from hil.errors import InfrastructureError, UsageError

SUPPORTED = ((5, 1), (6, 0))
"""First and last release that the project is built with."""

TARGETS = ("esp32", "esp32s3")
INSTALL_COMMANDS = (
    "git clone -b v5.5 --recursive https://github.com/espressif/esp-idf.git",
    "./esp-idf/install.sh {target}",
    ". ./esp-idf/export.sh",
)

Which = Callable[[str], "str | None"]
OnLine = Callable[[str], None]

_HOMES = ("esp/esp-idf", "esp-idf")  # below the user's home, as Espressif's guide has it
_STEP = re.compile(r"^\[(\d+)/(\d+)\] ?(.*)$")
_VERSION = re.compile(r"set\(IDF_VERSION_(MAJOR|MINOR|PATCH) (\d+)\)")
_TAIL_LINES = 30
_LONGEST_LINE = 400  # longer ones are command lines of the compiler


@dataclass(frozen=True)
class Idf:
    """An ESP-IDF that is ready to use. `version` is (major, minor, patch)."""

    path: Path
    command: tuple[str, ...]
    version: tuple[int, int, int]

    @property
    def supported(self) -> bool:
        return SUPPORTED[0] <= self.version[:2] <= SUPPORTED[1]

    def __str__(self) -> str:
        return f"v{'.'.join(str(part) for part in self.version)}"


@dataclass(frozen=True)
class Step:
    """Progress of the build: step `done` of `total`, and what it does."""

    done: int
    total: int
    what: str


def find_idf(
    target: str = "esp32",
    environ: Mapping[str, str] = os.environ,
    which: Which = shutil.which,
) -> Idf:
    """ESP-IDF of this shell, as its export script leaves it.

    Raises:
        UsageError: it is not installed, or its export script was not run here.
    """
    given = environ.get("IDF_PATH")
    if not given:
        raise _not_there(target, environ)
    path = Path(given)
    script = path / "tools" / "idf.py"
    if not script.is_file():
        raise UsageError(
            "IDF_PATH names a folder that is no ESP-IDF",
            where=given,
            hint=f"set it to one that holds tools/idf.py, or install it: {_install(target)}",
        )
    # Its own Python, because `idf.py` takes the first `python` on PATH, and that may be
    # a virtual environment that lacks ESP-IDF's packages.
    python = Path(environ.get("IDF_PYTHON_ENV_PATH", "")) / "bin" / "python"
    if environ.get("IDF_PYTHON_ENV_PATH") and python.exists():
        command: tuple[str, ...] = (str(python), str(script))
    elif found := which("idf.py"):
        command = (found,)
    else:
        raise UsageError(
            "idf.py is not on PATH: ESP-IDF is there, but this shell does not use it",
            where=given,
            hint=f"run `. {path}/export.sh`, then again",
        )
    return Idf(path, command, _version(path))


def _not_there(target: str, environ: Mapping[str, str]) -> UsageError:
    home = environ.get("HOME")
    for name in _HOMES if home else ():
        folder = Path(str(home)) / name
        if (folder / "export.sh").is_file():
            return UsageError(
                "ESP-IDF is installed, but this shell does not use it",
                where=str(folder),
                hint=f"run `. {folder}/export.sh`, then again",
            )
    return UsageError(
        f"ESP-IDF is not found, which builds the firmware for {target}",
        where="IDF_PATH is not set",
        hint=_install(target),
    )


def _install(target: str) -> str:
    commands = (command.format(target=target) for command in INSTALL_COMMANDS)
    return "\n  ".join(["three commands install it:", *commands])


def _version(path: Path) -> tuple[int, int, int]:
    try:
        text = (path / "tools" / "cmake" / "version.cmake").read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"cannot read the version of ESP-IDF: {error.strerror}",
            where=str(error.filename),
            hint="the checkout is incomplete: clone it again",
        ) from error
    parts = {name: int(value) for name, value in _VERSION.findall(text)}
    return parts.get("MAJOR", 0), parts.get("MINOR", 0), parts.get("PATCH", 0)


def build(
    idf: Idf,
    project: Path,
    build_dir: Path,
    target: str,
    networks: Sequence[Path],
    *,
    arena_kb: int | None = None,
    on_step: Callable[[Step], None] | None = None,
    on_line: OnLine | None = None,
) -> None:
    """Runs `idf.py set-target`, where the target changes, and `idf.py build`.

    A change of the target makes a new sdkconfig; the one before is sdkconfig.old. The project
    has this Python's `hil build --generate` write what it takes from the networks.

    Raises:
        UsageError: it does not configure or compile, with the errors.
        InfrastructureError: idf.py cannot be started.
    """
    definitions = {
        "CAMHIL_PYTHON": sys.executable,
        "CAMHIL_NETWORKS": ";".join(map(str, networks)),
        "CAMHIL_ARENA_KB": "" if arena_kb is None else arena_kb,
    }
    base = [*idf.command, "-C", str(project), "-B", str(build_dir)]
    for name, value in definitions.items():
        base += ["-D", f"{name}={value}"]
    commands = [[*base, "build"]]
    if configured_target(project) != target:
        commands.insert(0, [*base, "set-target", target])
    environ = dict(os.environ, IDF_TARGET=target, IDF_PATH=str(idf.path))

    def seen(line: str) -> None:
        if on_line:
            on_line(line)
        step = parse_step(line)
        if step and on_step:
            on_step(step)

    for command in commands:
        _run(command, environ, seen)


def copy_project(firmware: Path, place: Path) -> Path:
    """Copies firmware sources to where ESP-IDF may write, as far as they differ; the project there.

    Raises InfrastructureError where it cannot be written.
    """
    with host_errors("cannot copy the firmware's sources", place):
        for file in firmware.rglob("*"):
            copy = place / file.relative_to(firmware)
            if file.is_dir() or (copy.is_file() and copy.read_bytes() == file.read_bytes()):
                continue
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
    return place / "esp32"


def configured_target(project: Path) -> str | None:
    """The target that the project was last configured for; None before the first time."""
    if not (project / "sdkconfig").is_file():
        return None
    text = read_text(project / "sdkconfig")
    found = re.search(r'^CONFIG_IDF_TARGET="(\w+)"$', text, re.MULTILINE)
    return found[1] if found else None


def parse_step(line: str) -> Step | None:
    """What Ninja prints of its progress: `[12/900] Building ...`."""
    found = _STEP.match(line)
    return Step(int(found[1]), int(found[2]), found[3]) if found else None


def errors_of(lines: list[str]) -> list[str]:
    """The lines that tell why a build failed: from the first failed step on, else the last."""
    readable = [line for line in lines if len(line) <= _LONGEST_LINE]
    starts = (n for n, line in enumerate(readable) if line.startswith(("FAILED:", "CMake Error")))
    start = next(starts, None)
    if start is None:
        return readable[-_TAIL_LINES:]
    return [line for line in readable[start:] if not _STEP.match(line)][:_TAIL_LINES]


def _run(command: list[str], environ: Mapping[str, str], on_line: OnLine) -> None:
    lines: list[str] = []
    try:
        with subprocess.Popen(
            command,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                lines.append(line.rstrip())
                on_line(lines[-1])
    except OSError as error:
        raise InfrastructureError(
            f"cannot start idf.py: {error.strerror}",
            where=command[0],
            hint="run ESP-IDF's install.sh and export.sh again",
        ) from error
    if process.returncode:
        tail = "\n".join(errors_of(lines))
        action = " ".join(command[max(n for n, word in enumerate(command) if word == "-D") + 2 :])
        raise UsageError(
            f"idf.py {action} failed (exit status {process.returncode}):\n{tail}",
            where=" ".join(command),
            hint="correct the error shown; `hil build --verbose` prints everything",
        )
