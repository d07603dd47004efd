"""Finds an emulator of the ESP32 on this machine.

The machine `esp32` is in Espressif's QEMU, not in the one that distributions carry, whose
program has the same name. So what is found is asked which machines it has.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from hil.errors import UnavailableError, UsageError

PROGRAM = "qemu-system-xtensa"
VARIABLE = "CAMHIL_QEMU"
MACHINE = "esp32"
INSTALL = (
    "install Espressif's QEMU with ESP-IDF: python $IDF_PATH/tools/idf_tools.py install "
    f"qemu-xtensa; or give the program's path in ${VARIABLE}"
)
_ASK_S = 10.0


def find_qemu(environment: Mapping[str, str] | None = None) -> Path:
    """The emulator: $CAMHIL_QEMU, else from PATH, else the newest that ESP-IDF has installed.

    Raises UnavailableError when there is none, UsageError when $CAMHIL_QEMU names none.
    """
    environment = os.environ if environment is None else environment
    named = environment.get(VARIABLE)
    if named:
        path = Path(shutil.which(named) or named)
        problem = _problem(path)
        if problem:
            raise UsageError(
                f"${VARIABLE} names no emulator of the ESP32: {path} {problem}",
                where=VARIABLE,
                hint=f"let it name Espressif's {PROGRAM}, or leave it unset",
            )
        return path
    refused = []
    for path in _candidates(environment):
        problem = _problem(path)
        if not problem:
            return path
        refused.append(f"{path} {problem}")
    found = f" ({'; '.join(refused)})" if refused else ""
    raise UnavailableError(
        f"Espressif's {PROGRAM} is not installed{found}", where="--board qemu", hint=INSTALL
    )


def _candidates(environment: Mapping[str, str]) -> Iterator[Path]:
    on_path = shutil.which(PROGRAM, path=environment.get("PATH"))
    if on_path:
        yield Path(on_path)
    tools = environment.get("IDF_TOOLS_PATH")
    home = Path(tools) if tools else Path.home() / ".espressif"
    installed = home.glob(f"tools/qemu-xtensa/*/qemu/bin/{PROGRAM}")
    yield from sorted(installed, key=lambda path: _version(path.parents[2].name), reverse=True)


def _version(name: str) -> tuple[int, ...]:
    """Of a folder such as esp_develop_9.2.2_20250817: newest last."""
    return tuple(int(number) for number in re.findall(r"\d+", name))


def _problem(path: Path) -> str:
    """What keeps this program from emulating the chip; empty if nothing does."""
    try:
        done = subprocess.run(
            [path, "-machine", "help"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_ASK_S,
            check=False,
        )
    except OSError as cause:
        return f"does not run: {cause.strerror}"
    except subprocess.TimeoutExpired:
        return f"did not list its machines within {_ASK_S:g} s"
    if done.returncode:
        last = (done.stderr or done.stdout).strip().rpartition("\n")[2]
        return f"does not run: {last or f'exit code {done.returncode}'}"
    machines = {line.split()[0] for line in done.stdout.splitlines() if line.strip()}
    return "" if MACHINE in machines else f"has no machine {MACHINE}: it is not Espressif's QEMU"
