"""What `hil doctor` looks at: each check returns findings, none prints or raises.

A missing part is a finding with what to do about it, not an exception: the point
of the command is to show all of them at once.
"""

from __future__ import annotations

import enum
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path


class Status(enum.Enum):
    """How a finding bears on running tests."""

    OK = "ok"
    NOTE = "note"  # something is absent that not everybody needs
    BAD = "bad"  # tests on the default board cannot run


@dataclass(frozen=True)
class Finding:
    """One line of the report. `hint` is empty when nothing needs to be done."""

    status: Status
    subject: str
    detail: str
    hint: str = ""


REQUIRED_PACKAGES = (
    "pytest",
    "pyserial",
    "esptool",
    "ai-edge-litert",
    "numpy",
    "opencv-python-headless",
    "cobs",
)
MINIMUM_PYTHON = (3, 10)
SIMULATED = "simulated board"


def check_python() -> Iterator[Finding]:
    """The interpreter and the machine."""
    version = platform.python_version()
    detail = f"{version} on {platform.system()} {platform.machine()}"
    if sys.version_info[:2] < MINIMUM_PYTHON:
        yield Finding(Status.BAD, "Python", detail, "camhil needs Python 3.10 or newer")
    else:
        yield Finding(Status.OK, "Python", detail)


def check_packages() -> Iterator[Finding]:
    """Runtime dependencies, and the kernels of a chip where there is a wheel of them."""
    for name in REQUIRED_PACKAGES:
        yield _found(_version(name), Status.BAD, name, "not installed", f"pip install {name}")
    name = "tflite-micro"
    missing = "not installed: oracle and simulated board run LiteRT's reference kernels instead"
    hint = "pip install 'camhil[sim]' on Linux x86-64; there is no wheel elsewhere"
    yield _found(_version(name), Status.NOTE, name, missing, hint)


def check_simulated_board() -> Iterator[Finding]:
    """What the simulated board needs; on another system than Linux it is one note."""
    from hil.errors import UnavailableError
    from hil.sim.system import check_system

    try:
        check_system()
    except UnavailableError as error:
        yield Finding(Status.NOTE, SIMULATED, error.message, error.hint)
        return
    name = "esp32-mock-bootloader"
    missing = "not installed: the simulated board cannot be flashed"
    yield _found(_version(name), Status.BAD, name, missing, "pip install 'camhil[sim]'")
    yield from check_compiler()


def check_compiler(which: Callable[[str], str | None] = shutil.which) -> Iterator[Finding]:
    """What builds the firmware for the simulated board."""
    compiler = os.environ.get("CXX") or which("c++") or which("g++") or which("clang++")
    version = compiler and _first_line([compiler, "--version"])
    hint = "sudo apt install g++ (Debian, Ubuntu) or sudo dnf install gcc-c++ (Fedora)"
    yield _found(version, Status.BAD, "C++ compiler", "none found", hint)
    for tool in ("cmake", "ninja"):
        path = which(tool) or _beside_python(tool)
        version = path and _first_line([path, "--version"])
        yield _found(version, Status.BAD, tool, "not found", "pip install 'camhil[sim]'")


def check_chip_tools(
    environ: Mapping[str, str] = os.environ, which: Callable[[str], str | None] = shutil.which
) -> Iterator[Finding]:
    """What builds the firmware for a chip, and what runs it without one."""
    from hil.board.qemu_find import find_qemu
    from hil.build.idf import find_idf
    from hil.errors import HilError

    try:
        idf = find_idf(environ=environ, which=which)
        note = "" if idf.supported else "the project is built with v5.1 to v6.0"
        status = Status.OK if idf.supported else Status.NOTE
        yield Finding(status, "ESP-IDF", f"{idf} in {idf.path}", note)
    except HilError as error:
        yield Finding(Status.NOTE, "ESP-IDF", f"{error.message} ({error.where})", error.hint)
    try:
        yield Finding(Status.OK, "QEMU", str(find_qemu(environ)))
    except HilError as error:
        yield Finding(Status.NOTE, "QEMU", error.message, error.hint)


def check_ports() -> Iterator[Finding]:
    """Serial ports, and whether this user may open them."""
    from hil.board.ports import list_ports

    boards = 0
    for port in list_ports():
        if port.bridge is None:
            continue
        boards += 1
        if os.name == "nt" or os.access(port.path, os.R_OK | os.W_OK):
            yield Finding(Status.OK, port.path, f"{port.bridge}: {port.description}")
        else:
            group = _owning_group(port.path)
            yield Finding(
                Status.NOTE,
                port.path,
                f"{port.bridge}: permission denied",
                f"sudo usermod -aG {group} $USER, then log in again",
            )
    if not boards:
        yield Finding(
            Status.NOTE,
            "boards",
            "none attached",
            "not needed for --board sim; otherwise use a USB cable that carries data",
        )


def check_parts() -> Iterator[Finding]:
    """The firmware sources, the model and the photographs that come with the package."""
    from hil.base.resources import OWN_NETWORK, find
    from hil.errors import HilError

    for name, what in (
        ("firmware", "firmware sources"),
        (OWN_NETWORK, "model"),
        ("fixtures", "photographs"),
    ):
        try:
            yield Finding(Status.OK, what, str(find(name)))
        except HilError as error:
            yield Finding(Status.BAD, what, error.message, error.hint)


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    check_python,
    check_packages,
    check_simulated_board,
    check_parts,
    check_chip_tools,
    check_ports,
)


def examine() -> tuple[Finding, ...]:
    """Runs all checks, in the order in which a reader would fix things."""
    return tuple(finding for check in CHECKS for finding in check())


def _found(detail: str | None, absent: Status, subject: str, missing: str, hint: str) -> Finding:
    """What is there, in `detail`; or that it is missing, and how bad that is."""
    if detail is not None:
        return Finding(Status.OK, subject, detail)
    return Finding(absent, subject, missing, hint)


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _beside_python(tool: str) -> str | None:
    path = Path(sys.executable).with_name(tool)
    return str(path) if path.exists() else None


def _first_line(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired) as cause:
        return f"{command[0]} does not run: {cause}"
    lines = (done.stdout or done.stderr).splitlines()
    return lines[0] if lines else command[0]


def _owning_group(path: str) -> str:
    import grp

    try:
        return grp.getgrgid(Path(path).stat().st_gid).gr_name
    except (KeyError, OSError):
        return "dialout"
