"""Where seeded faults come from: a laboratory that is installed beside camhil, or nowhere.

The faults change the firmware's sources, the line and the engine of the simulated board. They
prove the harness and not a user's network, so they stay in the repository.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from hil.errors import UsageError

if TYPE_CHECKING:
    from hil.sim.engine import Engine
    from hil.sim.loop import Loop

GROUP = "camhil.fault_lab"
"""The entry point that a laboratory is found by: a module, or an object, like `FaultLab`."""


class FaultLab(Protocol):
    """What the simulated board asks of a laboratory. A fault is known by its id."""

    def check(self, fault_id: str) -> None:
        """Raises UsageError for an unknown fault."""

    def build(self, fault_id: str, progress: Callable[[str], None]) -> Path:
        """Firmware with the fault in it: the folder with `flasher_args.json`."""

    def install(self, fault_id: str, board: Any, loop: Loop) -> None:
        """Puts what of the fault lives in the line onto the UART of a `hil.sim.board.Board`."""

    def wrap_engine(self, fault_id: str, engine: Engine) -> Engine:
        """The engine as the fault leaves it."""


def fault_lab() -> FaultLab:
    """The laboratory. Raises UsageError where none is installed."""
    for entry in metadata.entry_points(group=GROUP):
        return cast(FaultLab, entry.load())
    raise UsageError(
        "seeded faults are not installed here",
        where="--sim-fault",
        hint="they come with camhil's repository: `make setup` in a clone of it installs them",
    )
