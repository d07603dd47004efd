"""What the simulated board needs of this machine's system."""

from __future__ import annotations

import platform
import sys

from hil.errors import UnavailableError

# Of Linux alone: a pty whose rate can be asked for, edge-triggered events, and a process that
# ends with the one that started it.
_SYSTEM = "linux"


def check_system() -> None:
    """Raises UnavailableError where the simulated board cannot run."""
    if sys.platform != _SYSTEM:
        raise UnavailableError(
            f"the simulated board runs on Linux alone; this is {platform.system()}",
            where="simulated board",
            hint="attach a board and name its port (--board auto), or run this in a Linux: WSL, a "
            "container, a virtual machine",
        )
