"""Who else has a serial port open, and what becomes of its bytes then.

A serial port hands each byte to one reader only. A program that has the port open too takes
bytes that were meant for us: frames arrive damaged, or not at all.
"""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

from hil.errors import InfrastructureError

_PROC = Path("/proc")
_COMMAND_CHARS = 100
_PSEUDO_TERMINALS = range(136, 144)  # major numbers of Linux
_SHARED = "multiple access on port"  # pyserial: readable, but nothing there to read
_UNPLUGGED = (
    "The adapter was unplugged or reset, or the other end went away: check the cable and the "
    "power, then run again."
)


def other_users(port: str) -> str:
    """The other processes that have this port open: "process 12 (cat /dev/ttyUSB0)".

    Who serves a pseudo terminal does not count: he reads from its other end. Empty where there are
    none, where the port is no local device, and where this user may not see them (another user's
    processes; systems without /proc).
    """
    if not port or "://" in port:
        return ""
    return ", ".join(_processes_with(port))


def add_other_users(error: InfrastructureError, port: str) -> None:
    """Lets the first line of an error name who else has the port open, if anybody has."""
    users = other_users(port)
    if users and users not in error.message:
        first, newline, rest = error.message.partition("\n")
        error.message = f"{first}; {users} has the port open, too{newline}{rest}"
        error.hint = f"close that program, bytes that it reads never arrive here; {error.hint}"


def port_failed(port: str, error: Exception) -> InfrastructureError:
    """The error for a port that failed while it was open: shared, or gone."""
    if _SHARED in str(error) and "://" not in port and Path(port).exists():
        users = other_users(port) or "a process that this user cannot see"
        return InfrastructureError(
            f"another program reads from the port: {users}",
            hint="Close it, then run again: bytes that it reads never arrive here.",
            where=port,
        )
    return InfrastructureError(f"the port failed: {error}", hint=_UNPLUGGED, where=port)


def _processes_with(port: str) -> Iterator[str]:
    try:
        device = Path(port).stat()
        processes = sorted((int(p.name), p) for p in _PROC.iterdir() if p.name.isdecimal())
    except OSError:
        return
    for pid, process in processes:
        if pid == os.getpid() or not _has_open(process, device):
            continue
        if not _serves(process, device):
            yield f"process {pid}{_command(process)}"


def _has_open(process: Path, device: os.stat_result) -> bool:
    return _any_entry(process / "fd", lambda entry: os.path.samestat(entry.stat(), device))


def _serves(process: Path, device: os.stat_result) -> bool:
    """Whether it has the other end of this pseudo terminal."""
    if os.major(device.st_rdev) not in _PSEUDO_TERMINALS:
        return False
    served = f"tty-index:\t{os.minor(device.st_rdev)}\n"
    return _any_entry(process / "fdinfo", lambda entry: served in entry.read_text())


def _any_entry(folder: Path, holds: Callable[[Path], bool]) -> bool:
    with contextlib.suppress(OSError):  # the process has ended, or belongs to another user
        for entry in folder.iterdir():
            with contextlib.suppress(OSError):
                if holds(entry):
                    return True
    return False


def _command(process: Path) -> str:
    try:
        words = (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return ""
    text = shlex.join(word.decode(errors="replace") for word in words if word)
    return f" ({text[:_COMMAND_CHARS]})" if text else ""
