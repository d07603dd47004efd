"""What Windows has not is asked for by the simulated board alone, and by what does without it."""

from __future__ import annotations

import subprocess
import sys

MISSING = ("fcntl", "termios", "pty", "tty", "resource", "pwd", "grp")

# pyserial's own module for this system needs some of them.
PROGRAM = f"""
import importlib, pkgutil, sys
import serial
for name in {MISSING!r}:
    sys.modules[name] = None
import hil
elsewhere = ("hil.sim", "hil.suite", "hil.board.sim", "hil.board.qemu")
for found in pkgutil.walk_packages(hil.__path__, "hil."):
    if not found.name.startswith((*elsewhere, "hil.__main__")):
        importlib.import_module(found.name)
"""


def test_all_that_goes_to_a_board_at_a_port_is_imported_without_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
